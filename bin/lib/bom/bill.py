"""The bill itself, read from the disk."""

from __future__ import annotations

import json
import os
import re
import uuid
from datetime import UTC, datetime
from email.parser import HeaderParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bom.jars import Repository, coordinates, packed, pom_beside, text_of
from bom.packages import licences_of, normal, pins
from bom.parts import BomError, Coordinates, Part, sha256


class Bill:
    """Collects the parts, each once, whoever uses it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.dist = home / "target" / "dist"
        self.version = text_of((home / "pom.xml").read_text(), "revision")
        self.parts: dict[tuple[str, tuple[str, ...]], Part] = {}

    def add(self, part: Part, user: str) -> None:
        """Note one part, or one more user of it."""
        self.parts.setdefault((part.purl, tuple(part.sha256)), part).used_by.add(user)

    def java(self) -> None:
        """Add all jars."""
        paths = {file.stem: class_path(file) for file in sorted(self.dist.glob("*/*.classpath"))}
        repository = Repository.of([jar for jars in paths.values() for jar in jars])
        for jar in sorted(self.dist.glob("*/*.jar")):
            # What the jobs need lies beside them, in lib.
            self.jar(jar, jar.parent.name.replace("lib", "jobs"), repository)
        for user, jars in paths.items():
            for jar in jars:
                self.jar(jar, user, repository)
        for jar in sorted((self.site_packages() / "pyspark" / "jars").glob("*.jar")):
            self.jar(jar, "spark", repository)

    def jar(self, jar: Path, user: str, repository: Repository) -> None:
        """Add one jar, and what is packed in it."""
        if jar.name.startswith("trawl-") and jar.is_relative_to(self.home):
            own = Coordinates("io.trawl", jar.stem, self.version)
            self.add(Part(own.artifact, own.version, own.purl, own.group, [sha256(jar)]), user)
            return
        inside = packed(jar)
        what = coordinates(jar, inside, repository)
        place = jar if pom_beside(jar) else repository.same(jar)
        more = [one for one in inside if (one.group, one.artifact) != (what.group, what.artifact)]
        licences = repository.licences(place) if place else ()
        self.add(Part(what.artifact, what.version, what.purl, what.group, [sha256(jar)], licences, more), user)

    def site_packages(self) -> Path:
        """Where the virtual environment has its packages."""
        return self.home / ".trawl" / "venv" / "lib" / "python3.11" / "site-packages"

    def python(self) -> None:
        """Add all pins of the lock, and what is installed beside them."""
        installed = {}
        for info in sorted(self.site_packages().glob("*.dist-info")):
            head = HeaderParser().parsestr((info / "METADATA").read_text(errors="replace"))
            installed[normal(head["Name"])] = (head["Version"], tuple(licences_of(head)))
        for name, version, hashes in pins((self.home / "dags" / "requirements.lock").read_text()):
            there, licences = installed.pop(name, ("", ()))
            part = Part(name, version, f"pkg:pypi/{name}@{quote(version, safe='')}", "", hashes, licences)
            self.add(part, "airflow")
            if there and there != version:
                raise BomError(f".trawl/venv has {name} {there}, the lock {version}: run 'trawl install'")
        for name, (version, licences) in installed.items():
            self.add(Part(name, version, f"pkg:pypi/{name}@{quote(version, safe='')}", "", [], licences), "not locked")

    def json(self) -> dict[str, Any]:
        """The whole bill."""
        components = []
        seen: set[str] = set()
        for part in sorted(self.parts.values(), key=lambda one: (one.purl, one.sha256)):
            # Of one version there may be two files, for example one that was built again.
            ref = part.purl if part.purl not in seen else f"{part.purl}#{part.sha256[0]}"
            seen.add(ref)
            components.append(part.component(ref))
        root = f"pkg:generic/trawl@{self.version}"
        body = {
            "metadata": {
                "timestamp": moment((self.home / "pom.xml").read_text()),
                "tools": {"components": [{"type": "application", "name": "trawl bom", "version": self.version}]},
                "component": {
                    "type": "application",
                    "bom-ref": root,
                    "name": "trawl",
                    "version": self.version,
                    "purl": root,
                    "description": "Sweeps proxy and web logs for threat intelligence on Apache Spark",
                },
            },
            "components": components,
            "dependencies": [{"ref": root, "dependsOn": sorted(one["bom-ref"] for one in components)}],
        }
        serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(body, sort_keys=True))
        head = {"bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": f"urn:uuid:{serial}", "version": 1}
        return head | body


def moment(pom: str) -> str:
    """The time that the archives carry, so that the same files give the same bill."""
    found = re.search(r"<project\.build\.outputTimestamp>(.*?)<", pom)
    return found[1] if found else datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def class_path(file: Path) -> list[Path]:
    """The third-party jars of a class path that the build has written."""
    jars = [Path(word) for word in file.read_text().strip().split(os.pathsep) if word.endswith(".jar")]
    for jar in jars:
        if not jar.is_file():
            raise BomError(f"{jar}, which {file.name} names, is missing: build again with 'mvn -Dquick package'")
    return [jar for jar in jars if not jar.name.startswith("trawl-")]


def bill(home: Path) -> dict[str, Any]:
    """The bill of Trawl in a folder, which must have been installed and built.

    :raises BomError: something is missing or does not say what it is
    """
    made = Bill(home)
    made.java()
    made.python()
    return made.json()
