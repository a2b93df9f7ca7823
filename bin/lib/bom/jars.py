"""What a jar is, and what is packed inside it: by its own words, its name, or Maven's repository."""

from __future__ import annotations

import os
import re
import zipfile
from collections import defaultdict
from pathlib import Path

from bom.parts import BomError, Coordinates

NAMELESS = {
    "algebra_2.12": "org.typelevel",
    "arpack_combined_all": "net.sourceforge.f2j",
    "breeze_2.12": "org.scalanlp",
    "breeze-macros_2.12": "org.scalanlp",
    "cats-kernel_2.12": "org.typelevel",
    "derby": "org.apache.derby",
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
