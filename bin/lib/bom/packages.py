"""The Python packages: those of the lock, and what each says of its licence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bom.parts import BomError


def normal(name: str) -> str:
    """A package's name as PEP 503 has it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def licences_of(head: Any) -> Iterator[str]:
    """What a package's metadata says of its licence, if that is a name and not the whole text."""
    said = head["License-Expression"] or head["License"] or ""
    if said and len(said) < 80 and "\n" not in said and said.upper() != "UNKNOWN":
        yield said
        return
    for classifier in head.get_all("Classifier", []):
        if classifier.startswith("License :: ") and not classifier.endswith("OSI Approved"):
            yield classifier.rsplit(" :: ", 1)[1]


def pins(lock: str) -> Iterator[tuple[str, str, list[str]]]:
    """The name, version and hashes of each package in a lock file."""
    for entry in re.sub(r"\\\n", " ", lock).splitlines():
        if not entry.strip() or entry.lstrip().startswith("#"):
            continue
        found = re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*])?==([^\s;]+)", entry)
        hashes = sorted(re.findall(r"--hash=sha256:([0-9a-f]{64})", entry))
        if not found or not hashes:
            raise BomError(f"'{entry[:80]}' in the lock is not a pin: expected a==1.0 --hash=sha256:...")
        yield normal(found[1]), found[2], hashes
