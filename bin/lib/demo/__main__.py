# ruff: noqa: T201 - what it prints is what a person sees
"""Starts a stack from empty, has proxies write, lets scheduled sweeps run, and adds up what came of it."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

import moving
import requests
from moving import StoodStill

from demo.airflow import Airflow
from demo.detect import AUTO, detected
from demo.hot import await_hot, judge_hot
from demo.rules import write_rules
from demo.stack import STATE, DemoError, NotUp, change, say, settings, start, trawl
from demo.summary import END, LOOK, Summary, add_up, compare, show
from demo.sweeps import Sweeps
from demo.traffic import LIVE, LIVE_RATE, arrange, make_traffic, write, write_live

NEEDS_GB = 5.0
"""Memory that the servers and jobs of the demo take together, with some room."""
SHIPPED = 12
"""Seconds of a minute that must be left when the first half of the lines is written."""


class Arguments(argparse.ArgumentParser):
    """A parser that says what is wrong in one line, as every sub-command does."""

    def error(self, message: str) -> NoReturn:
        """End with status 2."""
        self.exit(2, f"trawl demo: {message} (--help lists the options)\n")


def parser() -> Arguments:
    """The options; bin/lib/demo.sh has their help."""
    parser = Arguments(prog="trawl demo", add_help=False)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--format", default="squid", choices=["squid", "combined", "squid-combined", AUTO])
    parser.add_argument("--indicators")
    parser.add_argument("--lines", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--output", default="table", choices=["table", "json"])
    return parser


def arguments() -> argparse.Namespace:
    """Read the command line."""
    options = parser()
    given = options.parse_args()
    if (given.log is None) != (given.indicators is None):
        parser.error("--log and --indicators go together, for example --log access.log --indicators feed.txt")
    for file in [given.log, *(Path(f) for f in (given.indicators or "").split(",") if f)]:
        if file is not None and not file.is_file():
            options.error(f"{file}: no such file")
    given.kind = "web" if given.format == "combined" else "proxy"
    if given.format == AUTO:
        if given.log is None:
            options.error("--format auto is for a log of yours, for example --format auto --log access.log")
        try:
            given.format, given.kind = detected(given.log)
        except DemoError as e:
            options.error(str(e))
    return given


def run(given: argparse.Namespace) -> Summary:
    """The demo itself."""
    begun = time.monotonic()
    summary = Summary()
    last = begun

    def lap(name: str) -> None:
        nonlocal last
        now = time.monotonic()
        summary.timeline[name] = round(now - last, 1)
        last = now

    free = moving.available_gb()
    if free < NEEDS_GB:
        raise DemoError(
            f"this machine has {free:.1f} GB of memory free, the demo needs {NEEDS_GB:.0f}: end something else"
        )
    trawl("down")
    shutil.rmtree(STATE, ignore_errors=True)
    STATE.mkdir(parents=True)
    say("generating traffic")
    logs, truth = make_traffic(given)
    summary.written = sum(len(lines) for lines in logs.values())
    parts = arrange(logs, truth, stamped=given.log is None and given.format == "squid")
    lap("generating traffic")
    say("starting Kafka, HDFS, HBase, Flume, Spark and Airflow")
    cores = len(os.sched_getaffinity(0))
    start(
        *("--stack", f"flume.proxies={','.join(logs)}"),
        *("--stack", f"airflow.pool.slots={max(1, cores // 2)}"),
        *("--set", f"airflow.windows={max(1, cores // 2)}"),
        *("--set", f"job.driver.threads={min(4, cores)}"),
        *("--set", f"job.cores={min(4, cores)}"),
        *("--set", f"job.executor.cores={min(4, cores)}"),
        *("--set", "source.proxy.window=PT1M"),
        *("--set", f"source.proxy.format={given.format}"),
        *("--set", f"source.proxy.kind={given.kind}"),
        # Until it is known when the first line is written: windows before it would be empty.
        *("--set", "airflow.start=2100-01-01T00:00:00Z"),
        *("--set", "window.margin=PT5S"),
        *("--set", "hot.start=earliest"),
        *("--set", "hot.stuck=PT3M"),
        *("--set", "hot.lease=PT40S"),
        *("--set", "hot.heartbeat=PT5S"),
        *("--set", "source.proxy.silence=PT1H"),
        *("--set", f"indicators.folder={STATE / 'feeds'}"),
        *write_rules(),
    )
    lap("starting the servers")
    conf = settings()
    airflow = Airflow(conf["airflow.url"])
    for dag in ("refresh_indicators", "hot_detections"):
        airflow.known(dag)
        airflow.unpause(dag)
    airflow.trigger("refresh_indicators", {})
    # Lines that came before the hot job would wait for its start: their windows, and those up to it, would be empty.
    await_hot(conf, 0)
    # Written just before the minute ends, the first half would leave the next window empty.
    while datetime.now(UTC).second > 60 - SHIPPED:
        time.sleep(0.5)
    say(f"{len(logs)} proxies write {summary.written} lines: half before a full minute, half after it")
    first = datetime.now(UTC).replace(second=0, microsecond=0)
    border = first + timedelta(minutes=1)
    change(f"airflow.start = {first:%Y-%m-%dT%H:%M:%SZ}")
    for proxy, part in parts.items():
        write(proxy, part.first)
    airflow.known("sweep", f"from {first:%Y-%m-%dT%H:%M:%SZ} on")
    airflow.unpause("sweep")
    sweeps = Sweeps(airflow, summary.written)
    say(f"the next window begins at {border:%H:%M:%S}")
    while (left := (border - datetime.now(UTC)).total_seconds()) > -1:
        if left > 2:
            sweeps.look()
        time.sleep(min(1.0, max(0.05, left + 1)))
    live = datetime.now(UTC)
    if any(part.live for part in parts.values()):
        say(f"for {LIVE} s they write {LIVE_RATE} lines a second, one by one: how soon are their hits found?")
        live = datetime.now(UTC)
        write_live(parts)
    live_until = datetime.now(UTC)
    for proxy, part in parts.items():
        write(proxy, part.second)
    lap("two windows of traffic")
    swept = sweeps.wait()
    lap("until every line was swept")
    add_up(summary, swept)
    compare(summary, truth)
    lap("comparing with the truth")
    judge_hot(summary, conf, (live, live_until))
    lap("comparing with the hot path")
    if summary.raw - summary.copies != summary.written:
        summary.problems.append(f"{summary.written} lines were written, {summary.raw - summary.copies} arrived")
    summary.seconds = round(time.monotonic() - begun, 1)
    if given.output != "json":
        show(summary, conf, given.keep)
    return summary


def main() -> int:
    """Run the demo; give its exit status."""
    # Where this package is found; nothing that the demo starts needs it.
    os.environ.pop("PYTHONPATH", None)
    given = arguments()
    keep = False
    try:
        summary = run(given)
        keep = given.keep
        if given.output == "json":
            result = vars(summary) | {"reasons": dict(summary.reasons)}
            print(json.dumps(result))
    except (DemoError, StoodStill) as e:
        print(f"trawl demo: {e}", file=sys.stderr)
        keep = given.keep and not isinstance(e, NotUp)
        if keep:
            print(f"The servers stay up.\n{LOOK}\n{END}", file=sys.stderr)
        return 1
    except requests.RequestException as e:
        print(f"trawl demo: Airflow does not answer: {e}", file=sys.stderr)
        return 1
    else:
        return 1 if summary.problems else 0
    finally:
        if not keep:
            say("ending the servers")
            trawl("down")


if __name__ == "__main__":
    sys.exit(main())
