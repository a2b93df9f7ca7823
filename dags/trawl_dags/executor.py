"""Airflow's local executor, with what every task imports already imported in the process that tasks are forked from."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from airflow.executors.local_executor import LocalExecutor

if TYPE_CHECKING:
    from airflow.models.taskinstance import TaskInstance

IMPORTS = (
    "airflow.sdk.execution_time.supervisor",
    "airflow.sdk.execution_time.task_runner",
    "airflow.dag_processing.dagbag",
    "airflow.providers.apache.spark.operators.spark_submit",
    "airflow.providers.standard.triggers.temporal",
    "airflow.sdk.bases.operatorlink",
    "fsspec.implementations.webhdfs",
    "javaproperties",
)
"""Modules of others only: Trawl's own are read anew by each task, so a changed file counts without a restart."""


class WarmExecutor(LocalExecutor):
    """Imports once what else each task would import in a process of its own: 0.1 s of CPU time a task."""

    def start(self) -> None:
        """Import, then start the workers."""
        for module in IMPORTS:
            try:
                importlib.import_module(module)
            except ImportError as e:
                # A task that needs it says so itself.
                self.log.warning("Not imported beforehand: %s", e)
        super().start()

    def revoke_task(self, *, ti: TaskInstance) -> None:
        """Forget a task that has been queued for too long, so that the scheduler may queue it again.

        A worker that is killed after it has taken a task and before it has started it takes the task with it. Airflow's
        executor cannot forget such a task, and the run would wait for ever. If the worker is only slow, the API server
        refuses the second of the two.

        :param ti: the task; unchanged
        """
        self.queued_tasks.pop(ti.key, None)
        self.running.discard(ti.key)
