"""The demo's format of a log: what bin/trawl formats detect says of it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parents[2]
LOG = Path("access.log")


@pytest.fixture
def detect(monkeypatch):
    """The module, as the demo imports it."""
    monkeypatch.setenv("TRAWL_HOME", str(HOME))
    monkeypatch.syspath_prepend(str(HOME / "bin" / "lib"))
    for name in [name for name in sys.modules if name.partition(".")[0] == "demo"]:
        monkeypatch.delitem(sys.modules, name)
    import demo.detect

    return demo.detect


def said(*formats: dict[str, object]) -> str:
    """What the command prints."""
    return "".join(f"{json.dumps(one)}\n" for one in formats)


def one(name: str, verdict: str, why: str = "", kind: str = "proxy") -> dict[str, object]:
    """A format as the command prints it."""
    return {"format": name, "verdict": verdict, "lines": 2, "valid": 2, "fields": [], "why": why, "kind": kind}


def test_the_best_format_is_taken_with_its_kind(detect):
    assert detect.told(said(one("iis", "best", kind="web"), one("w3c", "not", "wider")), LOG) == ("iis", "web")


@pytest.mark.parametrize(
    ("output", "why"),
    [
        (said(one("combined", "doubtful", "several are as good: combined, nginx")), "several are as good"),
        (said(one("squid", "not", "invalid lines")), "no format reads enough of the lines"),
        ("", "no format reads any of the lines"),
    ],
)
def test_nothing_is_guessed(detect, output, why):
    says = rf"^--format auto: {why}.* \(bin/trawl formats detect access.log says more\)$"
    with pytest.raises(detect.DemoError, match=says):
        detect.told(output, LOG)


def test_a_command_that_fails_says_why(detect):
    assert detect.complaint("trawl formats: a.log: no such file\n") == "--format auto: a.log: no such file"
    assert detect.complaint("") == "--format auto: it failed and did not say why"
