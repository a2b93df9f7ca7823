import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

from airflow.models.taskinstancekey import TaskInstanceKey

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


def test_a_task_whose_worker_was_killed_can_be_queued_again():
    executor = WarmExecutor(parallelism=1)
    lost = SimpleNamespace(id="1", key=TaskInstanceKey("sweep", "check", "run", 1))
    other = TaskInstanceKey("sweep", "ingest", "run", 1)
    executor.running |= {lost.key, other}
    assert executor.has_task(lost)
    executor.revoke_task(ti=lost)
    assert not executor.has_task(lost)
    assert executor.running == {other}
    # A worker that was only slow tells its result later.
    executor.change_state(lost.key, "failed")
