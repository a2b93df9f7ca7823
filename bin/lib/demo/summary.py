# ruff: noqa: T201 - what it prints is what a person sees
"""What the demo adds up and prints."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from demo.airflow import when
from demo.stack import DemoError, trawl
from demo.sweeps import JOBS
from demo.traffic import LIVE_RATE, planted

LOOK = "Look:    bin/trawl status   (also detections, sightings, tail, parity, logs)"
END = "End it:  bin/trawl down --state .trawl/demo"
KEPT = f"""The servers stay up. The schedule has ended with the window of the last line; the hot job goes on.
{LOOK}
Go on:   append lines to .trawl/demo/proxies/proxy-east/access.log: the hot job finds their hits at once.
         Sweep them: trigger DAG sweep in Airflow; or delete airflow.end in .trawl/demo/conf/trawl.conf for each minute.
{END}"""


@dataclass
class Summary:
    """What the demo prints."""

    written: int = 0
    raw: int = 0
    valid: int = 0
    invalid: int = 0
    copies: int = 0
    detections: int = 0
    planted: int = 0
    seconds: float = 0.0
    reasons: Counter[str] = field(default_factory=Counter)
    by_type: dict[str, dict[str, int]] = field(default_factory=dict)
    windows: list[dict[str, Any]] = field(default_factory=list)
    stages: dict[str, float] = field(default_factory=dict)
    timeline: dict[str, float] = field(default_factory=dict)
    airflow_overhead: float = 0.0
    hot: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def add_up(summary: Summary, sweeps: list[dict[str, Any]]) -> None:
    """Fill the summary from the reports of the runs."""
    overheads = []
    for sweep in sweeps:
        counts = sweep["reports"]["audit"]["counts"]
        if not counts["raw"]:
            continue
        summary.windows.append({"window": sweep["reports"]["audit"]["window"]["start"], **counts})
        summary.raw += counts["raw"]
        summary.valid += counts["valid"]
        summary.invalid += counts["invalid"]
        summary.copies += counts["copies"]
        if counts["messages"] != counts["raw"] or counts["raw"] != sum(
            counts[k] for k in ("valid", "invalid", "copies")
        ):
            summary.problems.append(f"window {sweep['reports']['audit']['window']['start']} does not add up: {counts}")
        for name, count in sweep["reports"]["validate"]["counts"].items():
            if name.startswith("invalid."):
                summary.reasons[name.removeprefix("invalid.")] += count
        work = 0.0
        for job in JOBS:
            seconds = sweep["reports"][job]["seconds"]["total"]
            summary.stages[job] = summary.stages.get(job, 0.0) + seconds
            work += seconds
        run = sweep["run"]
        overheads.append((when(run["end_date"]) - when(run["start_date"])).total_seconds() - work)
    summary.airflow_overhead = sum(overheads) / max(1, len(overheads))


def compare(summary: Summary, truth: list[dict[str, Any]]) -> None:
    """Hold what HBase has of detections against what was planted, as sets by line."""
    asked = trawl("detections", "--output", "json", "--lines", "--limit", "1000000")
    if asked.returncode:
        raise DemoError(asked.stderr.strip().splitlines()[-1])
    found: Counter[tuple[Any, ...]] = Counter()
    types: dict[tuple[Any, ...], str] = {}
    for text in asked.stdout.splitlines():
        one = json.loads(text)
        line = one.get("line", {})
        key = (line.get("host"), line.get("file_offset"), one["indicator_value"], one["field"], one["how"])
        found[key] += 1
        types[key] = one["indicator_type"]
    expected = dict(planted(truth))
    summary.detections = sum(found.values())
    summary.planted = len(expected)
    per_type: dict[str, dict[str, int]] = {}
    for key, kind in expected.items():
        per_type.setdefault(kind, {"planted": 0, "detected": 0})["planted"] += 1
        per_type[kind]["detected"] += key in found
    for key in found:
        if key not in expected:
            kind = types[key]
            per_type.setdefault(kind, {"planted": 0, "detected": 0})["detected"] += 1
    summary.by_type = dict(sorted(per_type.items()))
    if not truth:
        return
    missed, extra = expected.keys() - found.keys(), found.keys() - expected.keys()
    doubled = sum(count - 1 for count in found.values())
    for name, keys in (("planted but not detected", missed), ("detected but not planted", extra)):
        if keys:
            summary.problems.append(f"{len(keys)} {name}, for example {min(keys, key=str)}")
    if doubled:
        summary.problems.append(f"{doubled} detections are counted twice")


def show_hot(hot: dict[str, Any]) -> None:
    """The hot path's part of the summary."""
    print("\nHot path")
    rows = (
        ("lines", hot["lines"]),
        ("detections, equal to the sweeps'", hot["equal"]),
        ("  only hot path", hot["only_hot"]),
        ("  only sweeps", hot["only_batch"]),
        ("  with another score (new domain)", hot["new_domain"]),
        ("  different", hot["different"]),
        ("alerts (with further revisions)", hot["alerts"]),
    )
    for name, count in rows:
        print(f"  {name:<34}{count:>10}")
    names = {"from_log": "proxy's log to HBase", "from_kafka": "Kafka's append to HBase"}
    if shown := {name: hot[name] for name in names if name in hot}:
        many = next(iter(shown.values()))["alerts"]
        of = f"ms, {many} alerts at {LIVE_RATE} lines/s"
        print(f"  {of:<34}{'p50':>10}{'p95':>10}{'p99':>10}")
        for name, took in shown.items():
            print(f"  {names[name]:<34}{took['p50']:>10.0f}{took['p95']:>10.0f}{took['p99']:>10.0f}")


def show(summary: Summary, conf: dict[str, str], keep: bool) -> None:
    """The summary for a person."""
    rows = [
        ("written by the proxies", summary.written),
        ("raw lines in the lake", summary.raw),
        ("  valid", summary.valid),
        ("  invalid", summary.invalid),
        *((f"    {reason}", count) for reason, count in sorted(summary.reasons.items())),
        ("  copies (sent twice)", summary.copies),
    ]
    print("\nLines")
    for name, count in rows:
        print(f"  {name:<34}{count:>10}")
    print("\nWindows")
    for window in summary.windows:
        print(
            f"  {window['window']}  messages {window['messages']} = raw {window['raw']} = valid {window['valid']}"
            f" + invalid {window['invalid']} + copies {window['copies']}"
        )
    print(f"\nDetections{'':<26}{'planted':>10}{'detected':>10}")
    for kind, counts in summary.by_type.items():
        print(f"  {kind:<34}{counts['planted']:>10}{counts['detected']:>10}")
    print(f"  {'all':<34}{summary.planted:>10}{summary.detections:>10}")
    show_hot(summary.hot)
    print("\nSeconds")
    for name, seconds in summary.timeline.items():
        print(f"  {name:<34}{seconds:>10.1f}")
    for job, seconds in summary.stages.items():
        print(f"  {'job ' + job + ', a window':<34}{seconds / max(1, len(summary.windows)):>10.1f}")
    print(f"  {'Airflow and submits, a window':<34}{summary.airflow_overhead:>10.1f}")
    print(f"  {'all':<34}{summary.seconds:>10.1f}")
    where = f"Airflow {conf['airflow.url']} (admin / admin), Spark {conf['spark.ui']}"
    print(f"\n{where}" + ("" if keep else " (ended; --keep leaves them up)"))
    if keep:
        print(KEPT)
    for problem in summary.problems:
        print(f"NOT RIGHT: {problem}")
    print("\neverything adds up" if not summary.problems else "\nit does not add up")
