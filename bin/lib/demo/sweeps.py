"""The scheduled runs of DAG sweep, followed until every line is swept."""

from __future__ import annotations

import time
from typing import Any

from moving import Patience, Work

from demo.airflow import Airflow, when, window_of
from demo.stack import LOG, STATE, DemoError, change, say

JOBS = ("ingest", "validate", "enrich", "load", "audit")


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
