"""The bill of materials: what Trawl ships and starts, Java and Python, as CycloneDX 1.6, read from the disk."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import uuid
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.parser import HeaderParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

SPDX = {
    r"(the )?apache([ -]software)?([ -]licen[cs]e)?[ ,]*(version|v)?[ -]*2(\.0)?": "Apache-2.0",
    r"(the )?apache (software )?licen[cs]e( -|,)? ?(version|v\.?)? ?2(\.0)?|apache 2\.0 license": "Apache-2.0",
    r"https?://www\.apache\.org/licenses/license-2\.0(\.txt)?|apache software license": "Apache-2.0",
    r"(the )?mit( license)?|mit license": "MIT",
    r"mit-0": "MIT-0",
    r"bsd[ -]2[ -]clause.*|bsd-2-clause": "BSD-2-Clause",
    r"bsd[ -]3[ -]clause.*|(the )?new bsd license|revised bsd|3-clause bsd license": "BSD-3-Clause",
    r"isc( license)?( \(iscl\))?": "ISC",
    r"mozilla public license 2\.0 \(mpl 2\.0\)|mpl[ -]2\.0": "MPL-2.0",
    r"(eclipse public license|epl)[ ,-]*(version |v\.? ?)?2(\.0)?": "EPL-2.0",
    r"unicode[ -]3\.0|unicode-3\.0": "Unicode-3.0",
    r"psf-2\.0|python software foundation license": "PSF-2.0",
}
"""What poms and packages call a licence, in lower case, and its SPDX name."""

NAMELESS = {
    "algebra_2.12": "org.typelevel",
    "arpack_combined_all": "net.sourceforge.f2j",
    "breeze_2.12": "org.scalanlp",
    "breeze-macros_2.12": "org.scalanlp",
    "cats-kernel_2.12": "org.typelevel",
    "gson": "com.google.code.gson",
    "jackson-core-asl": "org.codehaus.jackson",
    "jackson-mapper-asl": "org.codehaus.jackson",
    "jdo-api": "javax.jdo",
    "jodd-core": "org.jodd",
    "jta": "javax.transaction",
    "libfb303": "org.apache.thrift",
    "libthrift": "org.apache.thrift",
    "objenesis": "org.objenesis",
    "scala-compiler": "org.scala-lang",
    "spire_2.12": "org.typelevel",
    "spire-macros_2.12": "org.typelevel",
    "spire-platform_2.12": "org.typelevel",
    "spire-util_2.12": "org.typelevel",
    "stax-api": "stax",
    "transaction-api": "javax.transaction",
}
"""Groups of the jars in Spark that do not say theirs."""


class BomError(Exception):
    """What a person is told in one line."""


@dataclass(frozen=True)
class Coordinates:
    """What Maven calls a jar."""

    group: str
    artifact: str
    version: str
    classifier: str = ""

    @property
    def purl(self) -> str:
        """The package URL (github.com/package-url/purl-spec)."""
        more = f"?classifier={quote(self.classifier, safe='')}" if self.classifier else ""
        group = f"{quote(self.group, safe='')}/" if self.group else ""
        return f"pkg:maven/{group}{quote(self.artifact, safe='')}@{quote(self.version, safe='')}{more}"


@dataclass
class Part:
    """One component of the bill."""

    name: str
    version: str
    purl: str
    group: str = ""
    sha256: list[str] = field(default_factory=list)
    licences: tuple[str, ...] = ()
    inside: list[Coordinates] = field(default_factory=list)
    used_by: set[str] = field(default_factory=set)

    def component(self, ref: str) -> dict[str, Any]:
        """The part as CycloneDX has it."""
        found: dict[str, Any] = {"type": "library", "bom-ref": ref}
        if self.group:
            found["group"] = self.group
        found |= {"name": self.name, "version": self.version}
        if self.sha256:
            found["hashes"] = [{"alg": "SHA-256", "content": content} for content in self.sha256]
        if self.licences:
            found["licenses"] = licences(self.licences)
        found["purl"] = self.purl
        if self.inside:
            found["components"] = [
                {
                    "type": "library",
                    "bom-ref": f"{ref}#{within.purl}",
                    "group": within.group,
                    "name": within.artifact,
                    "version": within.version,
                    "purl": within.purl,
                }
                for within in self.inside
            ]
        found["properties"] = [{"name": "trawl:used-by", "value": user} for user in sorted(self.used_by)]
        return found


def licences(names: tuple[str, ...]) -> list[dict[str, Any]]:
    """The licences, or the one SPDX expression of several, as CycloneDX has them."""
    if len(names) == 1 and re.fullmatch(r"[A-Za-z0-9.+-]+( (AND|OR|WITH) [A-Za-z0-9.+-]+)+", names[0]):
        return [{"expression": names[0]}]
    return [{"license": licence(name)} for name in names]


def licence(name: str) -> dict[str, str]:
    """The SPDX name where it is known, else the name as it is."""
    plain = re.sub(r"\s+", " ", name.strip().lower())
    for pattern, spdx in SPDX.items():
        if re.fullmatch(pattern, plain):
            return {"id": spdx}
    return {"name": name}


def sha256(file: Path) -> str:
    """The file's digest, in hex."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def text_of(pom: str, tag: str) -> str:
    """A project's own element: not its parent's, nor one of its dependencies, plugins or profiles."""
    own = re.sub(r"<!--.*?-->", "", pom, flags=re.DOTALL)
    for section in ("parent", "dependencyManagement", "dependencies", "build", "profiles", "reporting"):
        own = re.sub(rf"<{section}>.*?</{section}>", "", own, flags=re.DOTALL)
    found = re.search(rf"<{tag}>\s*(.*?)\s*</{tag}>", own, re.DOTALL)
    return found[1] if found else ""


class Repository:
    """Maven's local repository: a jar there has its pom beside it, which says what it is and its licence."""

    def __init__(self, root: Path | None) -> None:
        self.root = root
        self._jars: dict[str, list[Path]] = defaultdict(list)
        for folder, _, files in os.walk(root) if root else ():
            for name in files:
                if name.endswith(".jar"):
                    self._jars[name].append(Path(folder) / name)

    @classmethod
    def of(cls, jars: list[Path]) -> Repository:
        """The one that these jars are in."""
        for jar in jars:
            group = group_of(pom_beside(jar))
            if group:
                return cls(jar.parents[group.count(".") + 3])
        return cls(None)

    def same(self, jar: Path) -> Path | None:
        """The file that a jar is a copy of."""
        size = jar.stat().st_size
        return next((own for own in self._jars.get(jar.name, ()) if own.stat().st_size == size), None)

    def licences(self, jar: Path) -> tuple[str, ...]:
        """What the jar's pom names, or the nearest parent that names any."""
        pom = pom_beside(jar)
        for _ in range(8):
            section = text_of(pom, "licenses")
            if section:
                return tuple(dict.fromkeys(re.findall(r"<name>\s*(.*?)\s*</name>", section, re.DOTALL)))
            parent = re.search(r"<parent>(.*?)</parent>", pom, re.DOTALL)
            if not parent or not self.root:
                break
            group, artifact, version = (text_of(parent[1], tag) for tag in ("groupId", "artifactId", "version"))
            file = self.root.joinpath(*group.split("."), artifact, version, f"{artifact}-{version}.pom")
            pom = file.read_text(errors="replace") if file.is_file() else ""
        return ()


def pom_beside(jar: Path) -> str:
    """The text of the pom in a repository's folder; empty where there is none."""
    file = jar.parent / f"{jar.parent.parent.name}-{jar.parent.name}.pom"
    return file.read_text(errors="replace") if file.is_file() else ""


def group_of(pom: str) -> str:
    """A pom's group: its own, else its parent's."""
    parent = re.search(r"<parent>(.*?)</parent>", pom, re.DOTALL)
    return text_of(pom, "groupId") or (text_of(parent[1], "groupId") if parent else "")


def packed(jar: Path) -> list[Coordinates]:
    """What a jar's META-INF/maven says is in it: itself, and what was packed into it."""
    found = []
    with zipfile.ZipFile(jar) as archive:
        for name in archive.namelist():
            if re.fullmatch(r"META-INF/maven/[^/]+/[^/]+/pom\.properties", name):
                lines = archive.read(name).decode("utf-8", "replace").splitlines()
                pairs = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
                found.append(Coordinates(*(pairs.get(key, "").strip() for key in ("groupId", "artifactId", "version"))))
    return sorted(set(found), key=lambda one: one.purl)


def named(file: str, artifact: str, version: str) -> str | None:
    """The classifier in a file's name, empty for none; None if the name is that of another jar."""
    stem = f"{artifact}-{version}"
    rest = file.removesuffix(".jar").removeprefix(stem)
    return rest.removeprefix("-") if file.startswith(stem) and (not rest or rest[0] == "-") else None


def coordinates(jar: Path, inside: list[Coordinates], repository: Repository) -> Coordinates:
    """What a jar is: by its place in Maven's repository, else by what it says itself, else by its name."""
    place = jar if group_of(pom_beside(jar)) else repository.same(jar)
    if place:
        artifact, version = place.parent.parent.name, place.parent.name
        classifier = named(jar.name, artifact, version)
        if classifier is not None:
            return Coordinates(group_of(pom_beside(place)), artifact, version, classifier)
    for own in inside:
        classifier = named(jar.name, own.artifact, own.version)
        if classifier is not None:
            return Coordinates(own.group, own.artifact, own.version, classifier)
    found = re.fullmatch(r"(.+?)-(\d.*)\.jar", jar.name)
    if not found:
        raise BomError(f"{jar} does not say what it is: expected a name as Maven's, for example picocli-4.7.7.jar")
    return Coordinates(NAMELESS.get(found[1], ""), found[1], found[2])


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


def bill(home: Path) -> dict[str, Any]:
    """The bill of Trawl in a folder, which must have been installed and built.

    :raises BomError: something is missing or does not say what it is
    """
    made = Bill(home)
    made.java()
    made.python()
    return made.json()


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
