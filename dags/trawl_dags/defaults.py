"""What every task that runs a job has in common, and how the DAGs of the sources are called."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from trawl_dags.settings import HOME, Settings

POOL = "spark"
"""Keeps the cluster from drowning: as many slots as drivers may run side by side with cores left for executors."""


def job_defaults(settings: Settings) -> dict[str, Any]:
    """Owner, pool, retries with doubling pauses, and a limit for a job that hangs."""
    return {
        "owner": settings.text("airflow.owner", "trawl"),
        "pool": POOL,
        "retries": settings.number("airflow.retries", 4),
        "retry_delay": settings.duration("airflow.retry.delay", "PT15S"),
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": timedelta(minutes=10),
        "execution_timeout": settings.duration("airflow.timeout", "PT6H"),
    }


def dag_id(kind: str, index: int, source: str) -> str:
    """Name of a source's DAG; the first source's is the same in every installation: scripts and people know it."""
    return kind if index == 0 else f"{kind}_{source}"


def located(paths: list[str]) -> list[str]:
    """Name paths as the driver, which has another working directory, finds them: a relative one is the project's."""
    return [path if "://" in path else str(HOME / path) for path in paths]


def file_option(name: str, setting: str, settings: Settings) -> list[str]:
    """Name the file of a setting as a job's option; nothing where the setting is empty."""
    return [name, *located([settings.text(setting, "")])] if settings.text(setting, "") else []
