"""Airflow's local executor, with what every task imports already imported in the process that tasks are forked from."""

from __future__ import annotations

import importlib
from http import HTTPStatus
from typing import TYPE_CHECKING

from airflow.executors.local_executor import LocalExecutor
from airflow.sdk.api.client import ServerResponseError
from airflow.sdk.exceptions import TaskAlreadyRunningError

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
        """Let the scheduler queue a task again that has been queued for too long.

        A worker that is killed after it has taken a task, and before the task begins, takes the task with it. Airflow's
        local executor cannot give up such a task, so the run would wait for ever. As long as tasks wait for a free
        worker, this one may be among them, and it stays as it is.

        :param ti: the task; unchanged
        :raises NotImplementedError: tasks wait for a worker; the scheduler then leaves the task alone
        """
        if self._unread_messages.value:
            raise NotImplementedError("tasks wait for a worker")
        self.queued_tasks.pop(ti.key, None)
        self.running.discard(ti.key)

    def _read_results(self) -> None:
        """Report what workers have done, but not the start of a task that the API server refused.

        After `revoke_task` a worker may turn out to be slow, not dead. Then two workers start the same task, and the
        server refuses one. Airflow would take the refusal for a failure of the other one.
        """
        while not self.result_queue.empty():
            key, state, why = self.result_queue.get()
            if is_refusal(why):
                self.log.info("%s was not started again: %s", key, why)
                self.running.discard(key)
            else:
                self.change_state(key, state)


def is_refusal(why: object) -> bool:
    """Whether an error means that the API server did not let a worker start a task, because of the task's state.

    :param why: what a worker reported with a task's end; None if it ended well
    """
    if isinstance(why, TaskAlreadyRunningError):
        return True
    return isinstance(why, ServerResponseError) and why.response.status_code == HTTPStatus.CONFLICT
