"""`python -m bom FILE`: writes the bill (bin/trawl bom)."""

from __future__ import annotations

import json
import os
import sys
import zipfile
from pathlib import Path

from bom.bill import bill
from bom.parts import BomError


def main(output: str) -> int:
    """Write the bill, whole or not at all."""
    try:
        made = bill(Path(os.environ["TRAWL_HOME"]))
    except (BomError, OSError, zipfile.BadZipFile) as failed:
        sys.stderr.write(f"trawl bom: {failed}\n")
        return 1
    text = json.dumps(made, indent=1, ensure_ascii=False) + "\n"
    if output == "-":
        sys.stdout.write(text)
    else:
        part = Path(f"{output}.part")
        part.write_text(text)
        part.replace(output)
    kinds = [one["purl"].split("/")[0] for one in made["components"]]
    within = sum(len(one.get("components", ())) for one in made["components"])
    jars, packages = kinds.count("pkg:maven"), kinds.count("pkg:pypi")
    sys.stderr.write(f"{jars} jars, {within} parts packed inside them, {packages} Python packages\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
