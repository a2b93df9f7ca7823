"""Rules of the demo, one of each kind, and the lines that meet them."""

from __future__ import annotations

import time
from typing import Any

from demo.stack import STATE

SIGMA = """title: Demo, a form is posted to a gate
id: 3f0d5a52-7c1e-4d0c-9f7b-8c6a2b1d4e01
status: test
level: high
logsource:
    category: proxy
detection:
    gate:
        c-uri|endswith: '/demo/gate.php'
    posted:
        cs-method: POST
    ours:
        cs-host|endswith: .harmless.example
    condition: gate and posted and not ours
"""
STIX = "[url:value LIKE 'http://%/demo/beacon?%' AND url:value MATCHES 'id=[0-9]+$']\n"
BRAND = "trawlbank.example"

PLANTED: tuple[tuple[str, str, str, str, str], ...] = (
    ("sigma", "POST", "http://a.planted.example/demo/gate.php", "Demo, a form is posted to a gate", "url.original"),
    ("stix", "GET", "http://b.planted.example/demo/beacon?x=1&id=77", STIX.strip(), "url.full"),
    ("look-alike", "GET", "http://www.trawlbnak.example/", "Look-alike: Transposition", "url.domain"),
    ("host", "GET", "http://0xcb007105/demo", "An IPv4 address in hexadecimal", "url.domain"),
)
"""Kind, method, URL, the rule's name, and the field that it is met by."""
NEARLY = (
    ("GET", "http://a.planted.example/demo/gate.php"),
    ("POST", "http://c.harmless.example/demo/gate.php"),
    ("GET", "http://b.planted.example/demo/beacon?x=1&id=none"),
    ("GET", f"http://www.{BRAND}/"),
    ("GET", "http://0xcb007105.planted.example/demo"),
)
"""Lines that meet no rule, though they nearly do."""


def write_rules() -> list[str]:
    """Write the rules into the state folder, and give the options that name them."""
    folder = STATE / "rules"
    folder.mkdir(parents=True)
    (folder / "gate.yml").write_text(SIGMA)
    (folder / "beacon.stix").write_text(STIX)
    brands = STATE / "brands.txt"
    brands.write_text(BRAND + "\n")
    words = (f"rules.folder={folder}", f"brands.file={brands}", "hosts.level=medium")
    return [word for one in words for word in ("--set", one)]


def plant_for_rules(logs: dict[str, list[bytes]], truth: list[dict[str, Any]]) -> None:
    """Append lines that meet a rule, and some that nearly do, to each proxy's log."""
    for proxy, lines in logs.items():
        offset = sum(len(line) + 1 for line in lines)
        for kind, method, url, name, field in PLANTED:
            line = _line(method, url)
            match = {"type": f"rule: {kind}", "indicator": name, "field": field, "how": "rule"}
            truth.append({"proxy": proxy, "number": len(lines) + 1, "offset": offset, "matches": [match]})
            lines.append(line)
            offset += len(line) + 1
        for method, url in NEARLY:
            lines.append(_line(method, url))


def _line(method: str, url: str) -> bytes:
    stamp = f"{time.time() - 3600:.3f}"
    return f"{stamp}     62 10.9.9.9 TCP_MISS/200 1380 {method} {url} - HIER_DIRECT/203.0.113.5 text/html".encode()
