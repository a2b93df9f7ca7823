"""The hot job of the demo, and what it found beside what the sweeps found."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta
from typing import Any

import requests
from moving import Patience, Work

from demo.airflow import when
from demo.stack import STATE, DemoError, say, trawl
from demo.summary import Summary

HOT_LOG = STATE / "data" / "spark" / "work"
"""Where the drivers' logs are."""


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
    asked = trawl("parity", "--output", "json", "--source", "proxy", "--window", f"{first}/{last:%Y-%m-%dT%H:%M:%SZ}")
    if not asked.stdout:
        raise DemoError(asked.stderr.strip().splitlines()[-1])
    verdicts = [json.loads(line) for line in asked.stdout.splitlines()]
    hot = {name: sum(v[name]["count"] for v in verdicts) for name in ("only_hot", "only_batch", "different")}
    hot["equal"] = sum(v["equal"] for v in verdicts)
    # The sweeps score a look-alike higher if its domain is new; the hot path does not know that.
    hot["new_domain"] = sum(v["different"]["reasons"].get("new_domain", {}).get("count", 0) for v in verdicts)
    hot["different"] -= hot["new_domain"]
    summary.hot = {name: beat[name] for name in ("lines", "detections", "alerts", "invalid")} | hot
    if hot["only_hot"] or hot["only_batch"] or hot["different"] or not all(v["judged"] for v in verdicts):
        summary.problems.append(f"hot path and batch sweep differ: {hot}; bin/trawl parity says why")
    tail = trawl("tail", "--output", "json", "--from-start", "--revisions", "--for", "PT3S")
    if tail.returncode:
        raise DemoError(tail.stderr.strip().splitlines()[-1])
    alerts = [json.loads(line) for line in tail.stdout.splitlines()]
    seen = [a for a in alerts if live[0] <= when(a["event_time"]) <= live[1]]
    if seen:
        for name, since in (("from_log", "event_time"), ("from_kafka", "append_time")):
            took = [(when(a["stored"]) - when(a[since])).total_seconds() * 1000 for a in seen]
            summary.hot[name] = quantiles(took)
