# ruff: noqa: T201 - what it prints is what a person sees
"""The stack of the demo: its places, its settings, and commands that are run on it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HOME = Path(os.environ["TRAWL_HOME"])
STATE = HOME / ".trawl" / "demo"
LOG = STATE / "logs"
"""Where the servers' logs are."""
WIDTH = 110
"""Columns of a line of progress."""


class DemoError(Exception):
    """What a person is told in one line."""


class NotUp(DemoError):
    """The servers do not come up: there is nothing to keep."""


def say(text: str) -> None:
    """Progress, on standard error."""
    print(text, file=sys.stderr, flush=True)


def trawl(*words: str) -> subprocess.CompletedProcess[str]:
    """Run bin/trawl on the demo's stack."""
    env = os.environ | {"TRAWL_STATE": str(STATE), "TRAWL_NO_BUILD": "1"}
    return subprocess.run(  # noqa: S603 - our own command
        [str(HOME / "bin" / "trawl"), *words], env=env, text=True, capture_output=True
    )


def start(*words: str) -> None:
    """Run bin/trawl up on the demo's stack, and pass on what it says of each server."""
    env = os.environ | {"TRAWL_STATE": str(STATE), "TRAWL_NO_BUILD": "1"}
    said = ""
    with subprocess.Popen(  # noqa: S603 - our own command
        [str(HOME / "bin" / "trawl"), "up", *words],
        env=env,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdout is not None, "asked for a pipe"  # noqa: S101
        for line in process.stdout:
            said = line.strip() or said
            say(f"  {said[:WIDTH]}")
    if process.returncode:
        raise NotUp(said.removeprefix("trawl up: "))


def settings() -> dict[str, str]:
    """The trawl.conf that the stack has written."""
    found = {}
    for line in (STATE / "conf" / "trawl.conf").read_text().splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found[key.strip()] = value.strip().replace("\\:", ":").replace("\\=", "=")
    return found


def change(line: str) -> None:
    """Change a setting of the stack that runs: Airflow reads its DAGs, and them, again within seconds."""
    with (STATE / "conf" / "trawl.conf").open("a") as conf:
        conf.write(f"{line}\n")
