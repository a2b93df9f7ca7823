"""Which format a log is in: what bin/trawl formats detect says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from demo.stack import DemoError, trawl

if TYPE_CHECKING:
    from pathlib import Path

AUTO = "auto"
"""What is given as --format for a log whose format shall be told from its lines."""


def detected(log: Path) -> tuple[str, str]:
    """Name of a log's format, and kind of its source (proxy or web); an error if the lines do not make it clear."""
    said = trawl("formats", "detect", "--output", "json", str(log))
    if said.returncode not in {0, 1}:
        raise DemoError(complaint(said.stderr))
    return told(said.stdout, log)


def complaint(errors: str) -> str:
    """What the command has complained of."""
    last = (errors.strip().splitlines() or ["trawl formats: it failed and did not say why"])[-1]
    return f"--format auto: {last.removeprefix('trawl formats: ')}"


def told(output: str, log: Path) -> tuple[str, str]:
    """The answer, from what the command has printed: an object per line, the best formats first."""
    formats = [json.loads(line) for line in output.splitlines()]
    if not formats:
        why = "no format reads any of the lines"
    elif formats[0]["verdict"] == "best":
        return str(formats[0]["format"]), str(formats[0]["kind"])
    elif formats[0]["verdict"] == "doubtful":
        why = formats[0]["why"]
    else:
        why = "no format reads enough of the lines"
    raise DemoError(f"--format auto: {why} (bin/trawl formats detect {log} says more)")
