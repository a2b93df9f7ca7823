import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from airflow.executors.local_executor import LocalExecutor
from airflow.models.taskinstancekey import TaskInstanceKey
from airflow.sdk.api.client import ServerResponseError
from airflow.sdk.exceptions import TaskAlreadyRunningError
from airflow.utils.state import TaskInstanceState

from trawl_dags.executor import IMPORTS, WarmExecutor

DAGS = Path(__file__).resolve().parents[1]

# What a task's process does before it runs the job: it reads the DAG file, and looks for a report.
TASK = """
import importlib, runpy, sys
for module in sys.argv[1:]:
    importlib.import_module(module)
before = set(sys.modules)
runpy.run_path("sweep.py")
import fsspec
fsspec.get_filesystem_class("webhdfs")
own = ("trawl_dags", "encodings")
print(" ".join(sorted(name for name in set(sys.modules) - before if name.partition(".")[0] not in own)))
"""


def imports_of_a_task(*modules):
    # The scheduler's own class of executor is there when it forks.
    command = [sys.executable, "-c", TASK, "airflow.executors.local_executor", *modules]
    found = subprocess.run(
        command, cwd=DAGS, env=os.environ | {"PYTHONPATH": str(DAGS)}, capture_output=True, text=True
    )
    assert found.returncode == 0, found.stderr
    return found.stdout.splitlines()[-1].split()


def test_a_task_imports_nothing_of_others_that_was_not_there_before():
    assert imports_of_a_task(*IMPORTS) == []


def test_without_the_list_it_does():
    assert "requests" in imports_of_a_task()


def started():
    """An executor with its queues and no workers."""
    executor = WarmExecutor(parallelism=1)
    executor.parallelism = 0
    LocalExecutor.start(executor)
    return executor


LOST = SimpleNamespace(id="1", key=TaskInstanceKey("sweep", "check", "run", 1))


def test_a_task_whose_worker_was_killed_can_be_queued_again():
    started().revoke_task(ti=LOST)


def test_a_task_that_may_wait_for_a_free_worker_is_left_alone():
    executor = started()
    executor._unread_messages.value = 1
    with pytest.raises(NotImplementedError):
        executor.revoke_task(ti=LOST)


def conflict(status):
    response = httpx.Response(status, request=httpx.Request("PATCH", "http://127.0.0.1/run"), json={"detail": "no"})
    return ServerResponseError.from_response(response)


@pytest.mark.parametrize("refusal", [TaskAlreadyRunningError("running"), conflict(409)])
def test_a_second_start_that_is_refused_is_not_a_failure_of_the_first(refusal):
    executor = started()
    executor.result_queue.put((LOST.key, TaskInstanceState.FAILED, refusal))
    executor.sync()
    assert not executor.event_buffer


@pytest.mark.parametrize("failure", [conflict(500), ValueError("no"), None])
def test_any_other_end_is_reported(failure):
    executor = started()
    executor.result_queue.put((LOST.key, TaskInstanceState.FAILED, failure))
    executor.sync()
    assert executor.event_buffer[LOST.key][0] == TaskInstanceState.FAILED
