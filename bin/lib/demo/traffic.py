"""What the proxies write, and what is planted in it."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from demo.rules import plant_for_rules
from demo.stack import HOME, STATE, DemoError

LIVE = 20
"""Seconds for which lines are written one by one, as a proxy writes them: what the hot path's latency is taken of."""
LIVE_RATE = 400
"""Lines a second of all proxies then."""
PROXIES = ("proxy-east", "proxy-north", "proxy-west")
"""A proxy's name is its lines' key: each of these three lands in another one of the topic's three partitions."""
OWN = "proxy-1"
"""The proxy that a log of one's own is said to come from."""


def make_traffic(given: argparse.Namespace) -> tuple[dict[str, list[bytes]], list[dict[str, Any]]]:
    """Lines of each proxy, and what is planted in them; the feeds lie in the state folder."""
    feeds = STATE / "feeds"
    if given.log is not None:
        feeds.mkdir(parents=True)
        for file in given.indicators.split(","):
            shutil.copy(file, feeds)
        lines = given.log.read_bytes().split(b"\n")
        if lines and not lines[-1]:
            lines.pop()
        return {OWN: lines}, []
    out = STATE / "traffic"
    java = Path(os.environ["JAVA_HOME"]) / "bin" / "java"
    command = [str(java), "-cp", str(HOME / "target/dist/stack/trawl-stack.jar"), "io.trawl.traffic.TrafficMain"]
    made = subprocess.run(  # noqa: S603 - our own command
        [
            *command,
            *("--out", str(out)),
            *("--lines", str(given.lines)),
            *("--seed", str(given.seed)),
            *("--proxies", str(len(PROXIES))),
            # Past, so that only lines that are written one by one carry the time of their writing.
            *("--start", (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if made.returncode:
        raise DemoError(f"the traffic cannot be generated: {made.stdout.strip().splitlines()[-1]}")
    shutil.move(out / "feeds", feeds)
    logs = {}
    names = sorted(path.parent.name for path in out.glob("*/access.log"))
    called = dict(zip(names, PROXIES, strict=True))
    for name in names:
        logs[called[name]] = (out / name / "access.log").read_bytes().split(b"\n")[:-1]
    truth = [json.loads(line) for line in (out / "truth.ndjson").read_text().splitlines()]
    for line in truth:
        line["proxy"] = called[line["proxy"]]
    if given.format == "squid":
        plant_for_rules(logs, truth)
    return logs, truth


@dataclass
class Parts:
    """The lines of a proxy in the order in which it writes them: two halves at once, and between them some one by one.

    :param live: those that are written one by one, at the time that they carry then
    """

    first: list[bytes]
    live: list[bytes]
    second: list[bytes]


def arrange(logs: dict[str, list[bytes]], truth: list[dict[str, Any]], stamped: bool) -> dict[str, Parts]:
    """Choose the lines that are written one by one, the hits of the second half first; the truth's offsets follow.

    :param stamped: whether the lines' first 14 characters are their time, so that it can be that of the writing
    """
    many = LIVE * LIVE_RATE // len(logs)
    parts = {}
    for proxy, lines in logs.items():
        offset, planted_at = 0, {line["offset"]: line for line in truth if line["proxy"] == proxy}
        known: list[dict[str, Any] | None] = []
        for line in lines:
            known.append(planted_at.get(offset))
            offset += len(line) + 1
        half = len(lines) // 2
        rest = range(half, len(lines))
        hits = [i for i in rest if "matches" in (known[i] or {})] if stamped else []
        plain = [i for i in rest if not known[i]][: max(0, many - len(hits))] if stamped else []
        # A hit now and then, not all of them at the beginning.
        step = max(1, len(plain) // max(1, len(hits)))
        live = [i for j, hit in enumerate(hits) for i in (*plain[j * step : (j + 1) * step], hit)]
        live += plain[len(hits) * step :]
        chosen = set(live)
        second = [i for i in rest if i not in chosen]
        offset = 0
        for i in (*range(half), *live, *second):
            if (found := known[i]) is not None:
                found["offset"] = offset
            offset += len(lines[i]) + 1
        parts[proxy] = Parts(lines[:half], [lines[i] for i in live], [lines[i] for i in second])
    return parts


def write(proxy: str, lines: list[bytes]) -> None:
    """Have a proxy write lines to its log."""
    path = STATE / "proxies" / proxy / "access.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab", buffering=0) as log:
        log.write(b"".join(line + b"\n" for line in lines))


def write_live(parts: dict[str, Parts]) -> None:
    """Have the proxies write one line after the other, each with the time of its writing."""
    begun = time.monotonic()
    longest = max(len(part.live) for part in parts.values())
    written = 0
    while written < longest:
        due = min(longest, int((time.monotonic() - begun) * LIVE_RATE / len(parts)) + 1)
        for proxy, part in parts.items():
            stamp = b"%.3f" % time.time()
            write(proxy, [stamp + line[len(stamp) :] for line in part.live[written:due]])
        written = due
        time.sleep(0.005)


def planted(truth: list[dict[str, Any]]) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Every expected match, as a set member, with its indicator's type."""
    for line in truth:
        for match in line.get("matches", ()):
            yield (
                (line["proxy"], line["offset"], match["indicator"], match["field"], match["how"]),
                match["type"],
            )
