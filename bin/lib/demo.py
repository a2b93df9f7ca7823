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

import moving
import requests
from moving import Patience, StoodStill, Work

HOME = Path(os.environ["TRAWL_HOME"])
STATE = HOME / ".trawl" / "demo"
NEEDS_GB = 5.0
"""Memory that the servers and jobs of the demo take together, with some room."""
SHIPPED = 12
"""Seconds of a minute that must be left when the first half of the lines is written."""
LIVE = 20
"""Seconds for which lines are written one by one, as a proxy writes them: what the hot path's latency is taken of."""
LIVE_RATE = 400
"""Lines a second of all proxies then."""
HOT_LOG = STATE / "data" / "spark" / "work"
"""Where the drivers' logs are."""
LOG = STATE / "logs"
"""Where the servers' logs are."""
WIDTH = 110
"""Columns of a line of progress."""
JOBS = ("ingest", "validate", "enrich", "load", "audit")
LOOK = "Look:    bin/trawl status   (also detections, sightings, tail, parity, logs)"
END = "End it:  bin/trawl down --state .trawl/demo"
KEPT = f"""The servers stay up. The schedule has ended with the window of the last line; the hot job goes on.
{LOOK}
Go on:   append lines to .trawl/demo/proxies/proxy-east/access.log: the hot job finds their hits at once.
         Sweep them: trigger DAG sweep in Airflow; or delete airflow.end in .trawl/demo/conf/trawl.conf for each minute.
{END}"""
PROXIES = ("proxy-east", "proxy-north", "proxy-west")
"""A proxy's name is its lines' key: each of these three lands in another one of the topic's three partitions."""
OWN = "proxy-1"
"""The proxy that a log of one's own is said to come from."""


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


class Airflow:
    """Airflow's REST API, as admin."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        answer = self.session.post(f"{url}/auth/token", json={"username": "admin", "password": "admin"}, timeout=120)
        answer.raise_for_status()
        self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        """Ask for something; an API server that is too busy to answer is asked again."""
        patience = Patience()
        while True:
            try:
                return self.session.request(method, f"{self.url}/api/v2{path}", timeout=60, **more)
            except (requests.ConnectionError, requests.Timeout) as e:
                standing = f"Airflow at {self.url} does not answer ({e}); its log: {LOG}/airflow-api-server.log"
                patience.look("no answer", lambda standing=standing: standing)
                time.sleep(1)

    def get(self, path: str, **params: Any) -> Any:
        """Read something."""
        answer = self.ask("GET", path, params=params)
        answer.raise_for_status()
        return answer.json()

    def known(self, dag: str, timetable: str = "") -> None:
        """Wait until Airflow has read a DAG, with these words in the description of its timetable."""
        patience = Patience()
        while True:
            answer = self.ask("GET", f"/dags/{dag}")
            if answer.ok and timetable in (answer.json().get("timetable_description") or ""):
                return
            broken = self.get("/importErrors")["import_errors"]
            if broken:
                last = broken[0]["stack_trace"].strip().splitlines()[-1]
                raise DemoError(f"Airflow cannot read {broken[0]['filename']}: {last}")
            patience.look(answer.status_code, lambda: f"Airflow does not read DAG {dag}; its log: {LOG}")
            time.sleep(0.5)

    def unpause(self, dag: str) -> None:
        """Let a DAG run."""
        self.ask("PATCH", f"/dags/{dag}", json={"is_paused": False}).raise_for_status()

    def trigger(self, dag: str, conf: dict[str, Any]) -> str:
        """Start a run."""
        answer = self.ask("POST", f"/dags/{dag}/dagRuns", json={"logical_date": None, "conf": conf})
        answer.raise_for_status()
        return str(answer.json()["dag_run_id"])

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


def window_of(run: dict[str, Any]) -> str:
    """Start of a run's window, for a person."""
    return when(run["data_interval_start"]).strftime("%H:%M:%S")


class Sweeps:
    """The scheduled runs of DAG sweep: follows them, and tells of each window as it goes from stage to stage.

    :param written: how many lines the proxies wrote; all of them have to be swept
    """

    def __init__(self, airflow: Airflow, written: int) -> None:
        self._airflow = airflow
        self._written = written
        self._work = Work(STATE)
        self._told: dict[str, str] = {}
        self._done: dict[str, dict[str, Any]] = {}
        self._messages: dict[str, int] = {}
        self._ended = False

    def wait(self) -> list[dict[str, Any]]:
        """Wait until every line is swept; give the runs with their reports.

        :raises StoodStill: nothing has moved for minutes
        :raises DemoError: a run has failed
        """
        patience = Patience()
        while True:
            tasks = self.look()
            counts = [one["reports"]["audit"]["counts"] for one in self._done.values()]
            if sum(one["raw"] - one["copies"] for one in counts) >= self._written:
                return sorted(self._done.values(), key=lambda one: str(one["reports"]["audit"]["window"]["start"]))
            patience.look((tasks, self._work.batch()), lambda tasks=tasks: self._standing(tasks))
            time.sleep(1)

    def look(self) -> dict[str, list[tuple[str, str, int]]]:
        """Tell what has changed; give the state of each task, by its run."""
        runs = sorted(self._airflow.runs("sweep"), key=lambda run: str(run["data_interval_start"]))
        tasks = {run["dag_run_id"]: self._look(run) for run in runs if run["dag_run_id"] not in self._done}
        self._end(runs)
        return tasks

    def _look(self, run: dict[str, Any]) -> list[tuple[str, str, int]]:
        """State of a run's tasks; what has changed is told."""
        name = run["dag_run_id"]
        tasks = {task["task_id"]: task for task in self._airflow.tasks("sweep", name)}
        states = [(t, str(tasks[t]["state"]), int(tasks[t]["try_number"])) for t in ("check", *JOBS) if t in tasks]
        failed = [task for task, state, _ in states if state == "failed"]
        if run["state"] == "failed":
            logs = LOG / f"airflow/dag_id=sweep/run_id={name}"
            raise DemoError(f"window {window_of(run)} failed in {', '.join(failed)}: its log: {logs}")
        passed = [task for task, state, _ in states if state == "success"]
        if "ingest" in passed and name not in self._messages:
            self._messages[name] = int(self._airflow.xcom("sweep", name, "ingest")["counts"]["raw"])
        if run["state"] == "success":
            self._done[name] = {"run": run, "reports": {job: self._airflow.xcom("sweep", name, job) for job in JOBS}}
        now = next(((task, state) for task, state, _ in states if task not in passed), ("all", "done"))
        if now[1] in ("None", "scheduled", "queued"):
            return states
        text = " ".join(now)
        if name in self._messages:
            text = f"{self._messages[name]} lines, {text}"
        if self._told.get(name) != text:
            self._told[name] = text
            say(f"  window {window_of(run)}: {text}; {sum(self._messages.values())} of {self._written} lines ingested")
        return states

    def _end(self, runs: list[dict[str, Any]]) -> None:
        """Let the schedule end with the window of the last line: those behind it are empty."""
        if self._ended or sum(self._messages.values()) < self._written:
            return
        self._ended = True
        last = max(when(run["data_interval_end"]) for run in runs if self._messages.get(run["dag_run_id"]))
        change(f"airflow.end = {last:%Y-%m-%dT%H:%M:%SZ}")

    def _standing(self, tasks: dict[str, list[tuple[str, str, int]]]) -> str:
        """What stands still, and where its log is."""
        parts = []
        for name, states in tasks.items():
            task, state, tries = next(one for one in states if one[1] != "success")
            log = LOG / f"airflow/dag_id=sweep/run_id={name}/task_id={task}/attempt={tries}.log"
            parts.append(f"{task} of run {name} is {state}, its log: {log}")
        return "; ".join(parts) or f"Airflow starts no run of DAG sweep, its log: {LOG}/airflow-scheduler.log"


def change(line: str) -> None:
    """Change a setting of the stack that runs: Airflow reads its DAGs, and them, again within seconds."""
    with (STATE / "conf" / "trawl.conf").open("a") as conf:
        conf.write(f"{line}\n")


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
    """Wait until the hot job runs and has done so many lines; give its heartbeat.

    :raises StoodStill: nothing has moved for minutes
    """
    patience = Patience()
    work = Work(STATE)
    told = ""
    since = time.monotonic()
    while True:
        try:
            beat = heartbeat(conf)
        except requests.RequestException as e:
            beat = {"because": f"the heartbeat cannot be read: {e}"}
        # By the offsets, which a driver started anew goes on with.
        done = sum(((beat.get("position") or {}).get("offsets") or {}).values())
        if beat.get("state") == "running" and done >= lines and beat["lag_lines"] == 0:
            return beat
        state = beat.get("state") or "not there yet"
        because = f", {beat['because']}" if beat.get("because") else ""
        moved = (state, because, done, work.hot() if state != "running" else 0)
        text = f"  the hot job is {state}{because}, {done} lines done"
        patience.look(moved, lambda text=text: f"{text.strip()}; its log: {HOT_LOG}")
        if text != told and time.monotonic() - since > 5:
            say(text)
            told = text
        time.sleep(0.5)


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
        print(KEPT)
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
        *("--set", f"source.proxy.kind={'web' if given.format == 'combined' else 'proxy'}"),
        # Until it is known when the first line is written: windows before it would be empty.
        *("--set", "airflow.start=2100-01-01T00:00:00Z"),
        *("--set", "window.margin=PT5S"),
        *("--set", "hot.start=earliest"),
        *("--set", "hot.stuck=PT3M"),
        *("--set", "hot.lease=PT40S"),
        *("--set", "hot.heartbeat=PT5S"),
        *("--set", "source.proxy.silence=PT1H"),
        *("--set", f"indicators.folder={STATE / 'feeds'}"),
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
    say(f"{len(logs)} proxies write {summary.written} lines: half before a full minute, half behind it")
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
