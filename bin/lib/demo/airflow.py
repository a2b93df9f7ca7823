"""Airflow's REST API, as the demo asks it."""

from __future__ import annotations

import json
import time
from datetime import datetime
from typing import Any

import requests
from moving import Patience

from demo.stack import LOG, DemoError


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


def when(text: str) -> datetime:
    """An instant of Airflow's."""
    return datetime.fromisoformat(text)


def window_of(run: dict[str, Any]) -> str:
    """Start of a run's window, for a person."""
    return when(run["data_interval_start"]).strftime("%H:%M:%S")
