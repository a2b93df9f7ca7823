"""What a bill of materials lists: parts with their names, digests and licences."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
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
