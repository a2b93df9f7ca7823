"""An Airflow home of its own for the tests, made before anything imports Airflow; no database is in it."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from trawl_dags.settings import Settings

DAGS = Path(__file__).resolve().parents[1]

AIRFLOW_HOME = tempfile.mkdtemp(prefix="trawl-airflow-")
atexit.register(shutil.rmtree, AIRFLOW_HOME, ignore_errors=True)

os.environ |= {
    "AIRFLOW_HOME": AIRFLOW_HOME,
    "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
    "AIRFLOW__CORE__PLUGINS_FOLDER": str(DAGS / "plugins"),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__API_AUTH__JWT_SECRET": "nobody else asks the API server of a test, which lives in its own process alone",
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "viewer:viewer",
    "AIRFLOW_CONN_TRAWL_SPARK": (
        '{"conn_type": "spark", "host": "spark://127.0.0.1", "port": 1,'
        ' "extra": {"deploy-mode": "cluster", "rest-port": 1}}'
    ),
    "TRAWL_CONF": str(DAGS.parent / "conf" / "trawl.conf"),
}


@pytest.fixture
def conf(tmp_path, monkeypatch):
    """Write a site's trawl.conf and make it the one that is read; give its settings."""

    def write(text: str = "") -> Settings:
        file = tmp_path / "trawl.conf"
        file.write_text(f"reports.url = file://{tmp_path}/reports\n{text}")
        monkeypatch.setenv("TRAWL_CONF", str(file))
        return Settings.load()

    return write
