# ruff: noqa: T201 - what it prints is what a person sees
"""The demo: starts a stack from empty, has proxies write, lets scheduled sweeps run, and adds up what came of it."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

import requests

HOME = Path(os.environ["TRAWL_HOME"])
STATE = HOME / ".trawl" / "demo"
SWEPT_WITHIN = 260  # seconds from the last line until every window must have been swept
STARTING = timedelta(seconds=20)
"""What the servers take to start, at least: no line is written before."""
LIVE = 20
"""Seconds for which lines are written one by one, as a proxy writes them: what the hot path's latency is taken of."""
LIVE_RATE = 400
"""Lines a second of all proxies then."""
HOT_WITHIN = 90  # seconds until the hot job must be running, and until it must have caught up
JOBS = ("ingest", "validate", "enrich", "load", "audit")
PROXIES = ("proxy-east", "proxy-north", "proxy-west")
"""A proxy's name is its lines' key: each of these three lands in another one of the topic's three partitions."""
OWN = "proxy-1"
"""The proxy that a log of one's own is said to come from."""


class DemoError(Exception):
    """What a person is told in one line."""


def say(text: str) -> None:
    """Progress, on standard error."""
    print(text, file=sys.stderr, flush=True)


def trawl(*words: str) -> subprocess.CompletedProcess[str]:
    """Run bin/trawl on the demo's stack."""
    env = os.environ | {"TRAWL_STATE": str(STATE), "TRAWL_NO_BUILD": "1"}
    return subprocess.run(  # noqa: S603 - our own command
        [str(HOME / "bin" / "trawl"), *words], env=env, text=True, capture_output=True
    )


def settings() -> dict[str, str]:
    """The trawl.conf that the stack has written."""
    found = {}
    for line in (STATE / "conf" / "trawl.conf").read_text().splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found[key.strip()] = value.strip().replace("\\:", ":").replace("\\=", "=")
    return found


class Airflow:
    """Airflow's REST API, as admin."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        answer = self.session.post(f"{url}/auth/token", json={"username": "admin", "password": "admin"}, timeout=30)
        answer.raise_for_status()
        self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def get(self, path: str, **params: Any) -> Any:
        """Read something."""
        answer = self.session.get(f"{self.url}/api/v2{path}", params=params, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def unpause(self, dag: str) -> None:
        """Let a DAG run; waits until Airflow has read it."""
        for _ in range(120):
            answer = self.session.patch(f"{self.url}/api/v2/dags/{dag}", json={"is_paused": False}, timeout=30)
            if answer.ok:
                return
            time.sleep(0.5)
        raise DemoError(f"Airflow does not know DAG {dag}: {answer.status_code} {answer.text[:200]}")

    def trigger(self, dag: str, conf: dict[str, Any]) -> str:
        """Start a run; waits until the DAG is there."""
        for _ in range(120):
            answer = self.session.post(
                f"{self.url}/api/v2/dags/{dag}/dagRuns", json={"logical_date": None, "conf": conf}, timeout=30
            )
            if answer.ok:
                return str(answer.json()["dag_run_id"])
            time.sleep(0.5)
        raise DemoError(f"Airflow does not take a run of {dag}: {answer.status_code} {answer.text[:200]}")

    def runs(self, dag: str) -> list[dict[str, Any]]:
        """Every run of a DAG."""
        return list(self.get(f"/dags/{dag}/dagRuns", limit=100)["dag_runs"])

    def tasks(self, dag: str, run: str) -> list[dict[str, Any]]:
        """The task instances of a run."""
        return list(self.get(f"/dags/{dag}/dagRuns/{run}/taskInstances")["task_instances"])

    def xcom(self, dag: str, run: str, task: str) -> Any:
        """What a task returned."""
        value = self.get(f"/dags/{dag}/dagRuns/{run}/taskInstances/{task}/xcomEntries/return_value")["value"]
        return json.loads(value) if isinstance(value, str) else value


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


class Arguments(argparse.ArgumentParser):
    """A parser that says what is wrong in one line, as every sub-command does."""

    def error(self, message: str) -> NoReturn:
        """End with status 2."""
        self.exit(2, f"trawl demo: {message} (--help lists the options)\n")


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = Arguments(prog="trawl demo", add_help=False)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--format", default="squid", choices=["squid", "combined", "squid-combined"])
    parser.add_argument("--indicators")
    parser.add_argument("--lines", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if (given.log is None) != (given.indicators is None):
        parser.error("--log and --indicators go together, as --log access.log --indicators feed.txt")
    for file in [given.log, *(Path(f) for f in (given.indicators or "").split(",") if f)]:
        if file is not None and not file.is_file():
            parser.error(f"{file}: no such file")
    return given


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


def when(text: str) -> datetime:
    """An instant of Airflow's."""
    return datetime.fromisoformat(text)


def await_sweeps(airflow: Airflow, written: int) -> list[dict[str, Any]]:
    """Wait until scheduled runs have swept every line; give them with their reports."""
    until = time.monotonic() + SWEPT_WITHIN
    shown = ""
    done: dict[str, dict[str, Any]] = {}
    while time.monotonic() < until:
        runs = airflow.runs("sweep")
        for run in runs:
            name = run["dag_run_id"]
            if run["state"] == "success" and name not in done:
                done[name] = {"run": run, "reports": {job: airflow.xcom("sweep", name, job) for job in JOBS}}
            if run["state"] == "failed":
                failed = [t["task_id"] for t in airflow.tasks("sweep", name) if t["state"] == "failed"]
                raise DemoError(f"run {name} of sweep failed in {', '.join(failed)}: see its log in Airflow")
        raw = sum(one["reports"]["audit"]["counts"]["raw"] for one in done.values())
        valid = sum(one["reports"]["audit"]["counts"]["valid"] for one in done.values())
        running = [run["dag_run_id"][-25:] for run in runs if run["state"] in ("running", "queued")]
        text = f"  swept {raw} of {written} lines, {valid} valid; under way: {len(running)} runs"
        if text != shown:
            say(text)
            shown = text
        copies = sum(one["reports"]["audit"]["counts"]["copies"] for one in done.values())
        if raw - copies >= written:
            return sorted(done.values(), key=lambda one: str(one["reports"]["audit"]["window"]["start"]))
        time.sleep(1)
    raise DemoError(f"after {SWEPT_WITHIN} s scheduled runs have swept {raw} of {written} lines; see Airflow")


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
    asked = trawl("detections", "--json", "--lines", "--limit", "1000000")
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
            summary.problems.append(f"{len(keys)} {name}, as {min(keys, key=str)}")
    if doubled:
        summary.problems.append(f"{doubled} detections stand twice")


def quantiles(values: list[float]) -> dict[str, float]:
    """p50, p95, p99 and the greatest of some milliseconds."""
    ordered = sorted(values)
    found = {f"p{p}": ordered[min(len(ordered) - 1, len(ordered) * p // 100)] for p in (50, 95, 99)}
    return found | {"max": ordered[-1], "alerts": len(ordered)}


def heartbeat(conf: dict[str, str]) -> dict[str, Any]:
    """How the hot job says it is doing; empty before it says anything."""
    folder = conf["reports.url"].replace("webhdfs://", "http://").replace("/trawl/", "/webhdfs/v1/trawl/", 1)
    answer = requests.get(f"{folder}/hot/proxy/heartbeat.json?op=OPEN", timeout=10)
    return dict(answer.json()) if answer.ok else {}


def await_hot(conf: dict[str, str], lines: int) -> dict[str, Any]:
    """Wait until the hot job runs and has done so many lines; give its heartbeat."""
    until = time.monotonic() + HOT_WITHIN
    beat: dict[str, Any] = {}
    done = 0
    while time.monotonic() < until:
        beat = heartbeat(conf)
        # By the offsets, which a driver started anew goes on with.
        done = sum(((beat.get("position") or {}).get("offsets") or {}).values())
        if beat.get("state") == "running" and done >= lines and beat["lag_lines"] == 0:
            return beat
        time.sleep(0.5)
    said = f"is {beat.get('state')}, {beat.get('because') or 'no reason given'}" if beat else "says nothing"
    raise DemoError(f"the hot job {said} after {HOT_WITHIN} s, with {done} lines done: see its log in Airflow")


def judge_hot(summary: Summary, conf: dict[str, str], live: tuple[datetime, datetime]) -> None:
    """What the hot path found beside what the sweeps found, and how soon."""
    beat = await_hot(conf, summary.raw)
    first, last = summary.windows[0]["window"], when(summary.windows[-1]["window"]) + timedelta(minutes=1)
    asked = trawl("parity", "--json", "--source", "proxy", "--window", f"{first}/{last:%Y-%m-%dT%H:%M:%SZ}")
    if not asked.stdout:
        raise DemoError(asked.stderr.strip().splitlines()[-1])
    verdicts = [json.loads(line) for line in asked.stdout.splitlines()]
    hot = {name: sum(v[name]["count"] for v in verdicts) for name in ("only_hot", "only_batch", "different")}
    hot["equal"] = sum(v["equal"] for v in verdicts)
    summary.hot = {name: beat[name] for name in ("lines", "detections", "alerts", "invalid")} | hot
    if hot["only_hot"] or hot["only_batch"] or hot["different"] or not all(v["judged"] for v in verdicts):
        summary.problems.append(f"hot path and batch sweep differ: {hot}; bin/trawl parity says why")
    tail = trawl("tail", "--json", "--from-start", "--revisions", "--for", "PT3S")
    if tail.returncode:
        raise DemoError(tail.stderr.strip().splitlines()[-1])
    alerts = [json.loads(line) for line in tail.stdout.splitlines()]
    seen = [a for a in alerts if live[0] <= when(a["event_time"]) <= live[1]]
    if seen:
        for name, since in (("from_log", "event_time"), ("from_kafka", "append_time")):
            took = [(when(a["stored"]) - when(a[since])).total_seconds() * 1000 for a in seen]
            summary.hot[name] = quantiles(took)


def show_hot(hot: dict[str, Any]) -> None:
    """The hot path's part of the summary."""
    print("\nHot path")
    rows = (
        ("lines", hot["lines"]),
        ("detections, equal to the sweeps'", hot["equal"]),
        ("  only hot path", hot["only_hot"]),
        ("  only sweeps", hot["only_batch"]),
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
        print("Ask it:  TRAWL_STATE=.trawl/demo bin/trawl detections --limit 10")
        print("End it:  TRAWL_STATE=.trawl/demo bin/trawl down")
    for problem in summary.problems:
        print(f"NOT RIGHT: {problem}")
    print("\neverything adds up" if not summary.problems else "\nit does not add up")


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

    trawl("down")
    shutil.rmtree(STATE, ignore_errors=True)
    STATE.mkdir(parents=True)
    say("generating traffic")
    logs, truth = make_traffic(given)
    summary.written = sum(len(lines) for lines in logs.values())
    parts = arrange(logs, truth, stamped=given.log is None and given.format == "squid")
    lap("generating traffic")
    # Windows before the first line are empty: their sweeps would stand in the way of the others.
    first = (datetime.now(UTC) + STARTING).replace(second=0, microsecond=0)
    say("starting Kafka, HDFS, HBase, Flume, Spark and Airflow")
    started = trawl(
        "up",
        *("--stack", f"flume.proxies={','.join(logs)}"),
        *("--set", "source.proxy.window=PT1M"),
        *("--set", f"source.proxy.format={given.format}"),
        *("--set", f"source.proxy.kind={'web' if given.format == 'combined' else 'proxy'}"),
        *("--set", f"airflow.start={first:%Y-%m-%dT%H:%M:%SZ}"),
        *("--set", "window.margin=PT5S"),
        *("--set", "hot.start=earliest"),
        *("--set", "source.proxy.silence=PT1H"),
        *("--set", f"indicators.folder={STATE / 'feeds'}"),
    )
    if started.returncode:
        raise DemoError((started.stderr or started.stdout).strip().splitlines()[-1])
    lap("starting the servers")
    conf = settings()
    airflow = Airflow(conf["airflow.url"])
    airflow.unpause("refresh_indicators")
    airflow.trigger("refresh_indicators", {})
    airflow.unpause("hot_detections")
    airflow.unpause("sweep")
    say(f"{len(logs)} proxies write {summary.written} lines: half before the next full minute, half behind it")
    for proxy, part in parts.items():
        write(proxy, part.first)
    border = (datetime.now(UTC) + timedelta(seconds=12)).replace(second=0, microsecond=0) + timedelta(minutes=1)
    while (left := (border - datetime.now(UTC)).total_seconds()) > -1:
        time.sleep(min(1.0, max(0.05, left + 1)))
    live = datetime.now(UTC)
    await_hot(conf, 1)
    if any(part.live for part in parts.values()):
        say(f"for {LIVE} s they write {LIVE_RATE} lines a second, one by one: how soon are their hits found?")
        live = datetime.now(UTC)
        write_live(parts)
    live_until = datetime.now(UTC)
    for proxy, part in parts.items():
        write(proxy, part.second)
    lap("two windows of traffic")
    sweeps = await_sweeps(airflow, summary.written)
    lap("until every line was swept")
    add_up(summary, sweeps)
    compare(summary, truth)
    lap("comparing with the truth")
    judge_hot(summary, conf, (live, live_until))
    lap("comparing with the hot path")
    if summary.raw - summary.copies != summary.written:
        summary.problems.append(f"{summary.written} lines were written, {summary.raw - summary.copies} arrived")
    summary.seconds = round(time.monotonic() - begun, 1)
    if not given.json:
        show(summary, conf, given.keep)
    return summary


def main() -> int:
    """Run the demo; give its exit status."""
    given = arguments()
    keep = False
    try:
        summary = run(given)
        keep = given.keep
        if given.json:
            result = vars(summary) | {"reasons": dict(summary.reasons)}
            print(json.dumps(result))
    except DemoError as e:
        print(f"trawl demo: {e}", file=sys.stderr)
        keep = given.keep
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
