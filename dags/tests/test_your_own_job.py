"""The DAG and the command of docs/your-own-job.md, as they stand there."""

import re
import shlex
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pendulum
import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.serialization.serialized_objects import DagSerialization

from trawl_dags import run
from trawl_dags.operator import SparkJobOperator
from trawl_dags.timetable import WindowTimetable

DAGS = Path(__file__).resolve().parents[1]
PAGE = (DAGS.parent / "docs" / "your-own-job.md").read_text()
JAVA = "\n".join(re.findall(r"```java\n(.*?)```", PAGE, re.DOTALL))


@pytest.fixture(scope="module")
def code():
    (block,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    return block


@pytest.fixture(scope="module")
def dag(code, tmp_path_factory):
    """The page's DAG as Airflow's DAG processor finds it, in a folder of its own."""
    folder = tmp_path_factory.mktemp("dags")
    (folder / "slow.py").write_text(code)
    bag = DagBag(dag_folder=str(folder), bundle_path=folder, bundle_name="dags")
    assert not bag.import_errors
    assert list(bag.dags) == ["slow"]
    return bag.dags["slow"]


def test_it_waits_for_the_sweeps_ingest_and_runs_the_pages_job(dag):
    ingested, slow = dag.task_dict["ingested"], dag.task_dict["slow"]
    assert ingested.downstream_task_ids == {"slow"}
    assert (ingested.external_dag_id, ingested.external_task_id) == ("sweep", "ingest")
    assert ingested.reschedule
    assert ingested.pool == "default_pool", "one that waits must not hold a slot of the jobs"
    assert isinstance(slow, SparkJobOperator)
    assert (slow.job, slow.pool, slow.owner, slow.retries) == ("slow", "spark", "trawl", 4)
    package, name = slow.main.rsplit(".", 1)
    assert f"package {package};" in JAVA
    assert f"public final class {name} implements Job" in JAVA


def test_what_it_waits_for_is_there_and_has_the_same_windows(dag):
    sweep = DagBag(dag_folder=str(DAGS), bundle_path=DAGS, bundle_name="dags").dags["sweep"]
    ingested = dag.task_dict["ingested"]
    assert ingested.external_task_id in sweep.task_dict
    assert isinstance(dag.timetable, WindowTimetable)
    assert (dag.timetable.unit, dag.timetable.margin) == (sweep.timetable.unit, sweep.timetable.margin)
    assert dag.timetable.unit == timedelta(hours=1)


def test_the_job_gets_the_runs_window(dag):
    start = pendulum.datetime(2026, 11, 24, 10)
    slow = dag.task_dict["slow"]
    context = {"data_interval_start": start, "data_interval_end": start.add(hours=1)}
    rendered = slow.render_template(slow.arguments, context, dag.get_template_env())
    assert rendered == [
        *("--source", "proxy", "--window", "2026-11-24T10:00:00+00:00/2026-11-24T11:00:00+00:00"),
        *("--set", "my.slow.table=jdbc:postgresql://db.example/slow"),
    ]


def test_airflow_can_keep_it_in_its_database(dag):
    assert DagSerialization.from_dict(DagSerialization.to_dict(dag)).task_ids == ["ingested", "slow"]


def test_it_is_written_as_the_other_dags_are(code):
    for command in (["check", "--stdin-filename", "slow.py"], ["format", "--diff", "--stdin-filename", "slow.py"]):
        ran = subprocess.run(
            [Path(sys.executable).with_name("ruff"), *command, "-"],
            input=code,
            cwd=DAGS,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr


def test_by_hand_it_is_the_same_job(dag):
    (line,) = re.findall(r"^ {4}(bin/trawl run .*)$", PAGE, re.MULTILINE)
    words = shlex.split(line)
    slow = dag.task_dict["slow"]
    main, given = run._main_class(words[3:])
    assert words[2] == slow.job
    assert main == slow.main
    assert given[::2] == slow.arguments[::2]
    assert given[-1] == slow.arguments[-1]
