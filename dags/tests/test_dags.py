import os
import subprocess
import sys
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk.definitions.timetables.simple import ContinuousTimetable
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException, ParamValidationError
from airflow.serialization.serialized_objects import DagSerialization

from trawl_dags.check import CheckOperator
from trawl_dags.hot import HotDetectOperator
from trawl_dags.operator import SparkJobOperator
from trawl_dags.windows import REPLAY_FIELDS

DAGS = Path(__file__).resolve().parents[1]
FILES = sorted(file for file in DAGS.glob("*.py"))


def load():
    """The DAGs of the folder as Airflow's DAG processor finds them, by name."""
    bag = DagBag(dag_folder=str(DAGS), bundle_path=DAGS, bundle_name="dags")
    assert not bag.import_errors
    return dict(bag.dags)


@pytest.fixture(scope="module")
def dags():
    return load()


def everything(dags):
    return [*dags.values(), *(task for dag in dags.values() for task in dag.tasks)]


def test_these_dags_are_there(dags):
    assert sorted(dags) == ["backtest", "hot_detections", "maintain", "refresh_indicators", "replay", "sweep"]


def test_every_dag_and_task_says_what_it_is_and_what_to_do_when_it_fails(dags):
    for one in everything(dags):
        assert one.doc_md, one
        assert "fail" in one.doc_md, one
        assert "rerun" in one.doc_md.lower(), one


def test_every_dag_has_tags_and_every_task_an_owner(dags):
    for dag in dags.values():
        assert "trawl" in dag.tags
        assert dag.description
        assert all(task.owner == "trawl" for task in dag.tasks)


def test_every_job_waits_for_the_pool_and_is_retried_with_growing_pauses(dags):
    jobs = [task for task in all_jobs(dags) if not isinstance(task, HotDetectOperator)]
    assert len(jobs) == 12
    for task in jobs:
        assert task.pool == "spark"
        assert task.retries >= 3
        assert task.retry_exponential_backoff == 2
        assert task.retry_delay < task.max_retry_delay == timedelta(minutes=10)
        assert task.execution_timeout


def all_jobs(dags):
    return [task for dag in dags.values() for task in dag.tasks if isinstance(task, SparkJobOperator)]


def test_every_job_runs_in_cluster_mode_and_durably(dags):
    assert len(all_jobs(dags)) == 13
    for task in all_jobs(dags):
        assert task._conn_id == "trawl_spark"
        assert task._deploy_mode == "cluster"
        assert task.durable
        assert not task._openlineage_inject_parent_job_info
        assert not task._openlineage_inject_transport_info


def test_a_sweep_goes_from_check_to_audit(dags):
    order = ["check", "ingest", "validate", "enrich", "load", "audit"]
    tasks = dags["sweep"].task_dict
    assert list(tasks) == order
    for name, following in zip(order, [*order[1:], None], strict=True):
        assert tasks[name].downstream_task_ids == ({following} if following else set())
    assert isinstance(tasks["check"], CheckOperator)
    assert tasks["check"].pool == "default_pool", "a run that waits for its window must not hold a slot"
    assert [tasks[name].job for name in order[1:]] == order[1:]


def test_a_replay_goes_from_check_to_audit_of_what_has_changed(dags):
    dag = dags["replay"]
    order = ["check", "replay", "changed", "enrich", "load", "audit"]
    assert list(dag.task_dict) == order
    for name, following in zip(order, [*order[1:], None], strict=True):
        assert dag.task_dict[name].downstream_task_ids == ({following} if following else set())
    assert [dag.task_dict[name].job for name in ("replay", "enrich", "load", "audit")] == [
        "replay",
        "enrich",
        "load",
        "audit",
    ]
    assert dag.task_dict["changed"].of == "replay"
    assert dag.task_dict["replay"].arguments == ["{{ ti.xcom_pull(task_ids='check')['arguments'] }}"]
    for name in ("enrich", "load", "audit"):
        assert dag.task_dict[name].arguments == [
            "--source",
            "{{ ti.xcom_pull(task_ids='check')['source'] }}",
            "--window",
            "{{ ti.xcom_pull(task_ids='changed')['window'] }}",
        ]
    assert (dag.timetable.can_be_scheduled, dag.max_active_runs) == (False, 1)
    assert dag.params["dry_run"] is True, "who only looks changes nothing"
    assert list(dag.params) == [*REPLAY_FIELDS]


class Pulled:
    """A task instance whose XComs are given."""

    def __init__(self, **given):
        self.given = given

    def xcom_pull(self, task_ids):
        return self.given[task_ids]


def test_what_follows_a_replay_gets_the_windows_that_changed(dags):
    changed = dags["replay"].task_dict["changed"]
    hours = [f"2026-11-24T{hour:02}:00:00Z/2026-11-24T{hour + 1:02}:00:00Z" for hour in (1, 2, 5)]
    assert changed.execute({"ti": Pulled(replay={"windows": hours})}) == {
        "window": "2026-11-24T01:00:00Z/2026-11-24T03:00:00Z,2026-11-24T05:00:00Z/2026-11-24T06:00:00Z",
        "windows": 3,
    }
    with pytest.raises(AirflowSkipException, match="replay has changed no window: nothing follows"):
        changed.execute({"ti": Pulled(replay={"windows": []})})
    with pytest.raises(AirflowFailException, match=r"^replay left no report: clear it and the tasks after it$"):
        changed.execute({"ti": Pulled(replay=None)})


def test_the_form_of_a_replay_says_what_a_replay_does(dags):
    said = {name: dags["replay"].params.get_param(name).description for name in REPLAY_FIELDS}
    assert not [name for name, text in said.items() if "sweep" in text or "swept" in text]
    assert "without start and end" in said["since"]
    assert "skipped" in said["since"]


class Asked:
    """A run that was triggered with a form."""

    def __init__(self, **conf):
        self.conf = conf


def test_the_form_of_a_replay_becomes_arguments(dags, conf):
    conf()
    check = dags["replay"].task_dict["check"]
    form = {"since": "2026-11-24T10:00:00Z", "pattern": "id=[0-9]+ x", "dry_run": False}
    got = check.execute({"params": {"source": "proxy"}, "dag_run": Asked(**form)})
    assert got == {
        "source": "proxy",
        "arguments": "--source\nproxy\n--since\n2026-11-24T10:00:00Z\n--pattern=id=[0-9]+ x",
    }
    with pytest.raises(AirflowFailException, match="no window is given"):
        check.execute({"params": {"source": "proxy"}, "dag_run": Asked()})


def test_one_hot_job_of_a_source_runs_always(dags):
    dag = dags["hot_detections"]
    assert isinstance(dag.timetable, ContinuousTimetable)
    assert (dag.max_active_runs, dag.catchup, len(dag.params)) == (1, False, 0)
    assert dag.start_date < datetime(2025, 1, 1, tzinfo=UTC)
    assert dag.dagrun_timeout is None
    (task,) = dag.tasks
    assert isinstance(task, HotDetectOperator)
    assert (task.task_id, task.job) == ("hot_detect", "hot-detect")
    assert task.arguments == ["--source", "proxy", "--take-over"]
    assert task.pool == "default_pool", "it would hold a slot of the jobs for ever"
    assert task.execution_timeout is None
    # Airflow keeps tries in 32 bits, and adds both when a task is cleared.
    assert 1_000_000 <= task.retries < 2**30
    assert (task.retry_delay, task.retry_exponential_backoff) == (timedelta(seconds=2), 0)


def test_the_hot_dags_text_says_how_to_start_to_stop_and_to_roll(dags):
    text = dags["hot_detections"].doc_md
    for word in ("unpause", "reboot", "pause the DAG, then mark the run", "Pause alone", "without pausing", "new jar"):
        assert word in text


def test_every_window_is_swept_some_of_them_side_by_side(dags, conf):
    conf("airflow.catchup = true\nairflow.windows = 3\n")
    sweep = load()["sweep"]
    assert (sweep.catchup, sweep.max_active_runs) == (True, 3)
    assert dags["refresh_indicators"].max_active_runs == 1
    assert dags["maintain"].max_active_runs == 1


def test_what_a_job_gets_comes_from_the_check(dags):
    tasks = dags["sweep"].task_dict
    for name in ("ingest", "validate", "enrich", "load", "audit"):
        assert tasks[name].arguments[::2][:2] == ["--source", "--window"]
        assert tasks[name].arguments[1] == "{{ ti.xcom_pull(task_ids='check')['source'] }}"
        assert tasks[name].arguments[3] == "{{ ti.xcom_pull(task_ids='check')['window'] }}"
    assert "--accept-loss" in tasks["ingest"].arguments[4]
    assert tasks["enrich"].arguments[4] == "--indicators"
    assert tasks["validate"].arguments[4] == "--formats"


@pytest.mark.parametrize(("checked", "formats"), [({"formats": "latest"}, "latest"), ({}, "pinned")])
def test_the_formats_come_from_the_check_also_where_that_is_of_an_older_version(dags, checked, formats):
    class Pulled:
        def xcom_pull(self, task_ids):
            assert task_ids == "check"
            return checked

    dag = dags["sweep"]
    given = dag.task_dict["validate"].render_template(
        dag.task_dict["validate"].arguments[5], {"ti": Pulled()}, dag.get_template_env()
    )
    assert given == formats


@pytest.mark.parametrize("value", ["yesterday", "2026-11-24T10:00:00", "2026-11-24", "10:00"])
def test_the_form_itself_refuses_what_is_no_instant(dags, value):
    params = dags["sweep"].params
    with pytest.raises(ParamValidationError):
        params["window_start"] = value


@pytest.mark.parametrize(
    "value", [None, "", "2026-11-24T10:00:00Z", "2026-11-24T10:00:00.000Z", "2026-11-24T10:00+01:00"]
)
def test_the_form_takes_what_its_calendar_gives(dags, value):
    dags["sweep"].params["window_end"] = value
    dags["sweep"].params["window_end"] = None


def test_every_source_has_its_dag_and_the_first_ones_is_sweep(conf):
    conf("source.web.topic = web-logs\nsource.web.window = PT15M\nairflow.sources = web, proxy\n")
    dags = load()
    assert sorted(dags) == [
        "backtest",
        "hot_detections",
        "hot_detections_proxy",
        "maintain",
        "refresh_indicators",
        "replay",
        "sweep",
        "sweep_proxy",
    ]
    assert dags["hot_detections"].get_task("hot_detect").source == "web"
    assert dags["hot_detections_proxy"].get_task("hot_detect").arguments[1] == "proxy"
    assert dags["sweep"].params["source"] == "web"
    assert dags["sweep"].timetable.unit == timedelta(minutes=15)
    assert dags["sweep_proxy"].params["source"] == "proxy"


def test_feeds_are_named_by_absolute_paths_or_addresses(conf):
    conf("indicators.folder = feeds, /srv/feeds, hdfs://nn/feeds\n")
    feeds = load()["refresh_indicators"].params["feeds"]
    assert feeds == [str(DAGS.parent / "feeds"), "/srv/feeds", "hdfs://nn/feeds"]


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("", ["--feeds", "/srv/a,/srv/b"]),
        ("lists, /srv/mine.json", ["--feeds", "/srv/a,/srv/b", "--allowlists", f"{DAGS.parent}/lists,/srv/mine.json"]),
    ],
)
def test_feeds_and_allowlists_are_one_argument_each(conf, setting, words):
    conf(f"indicators.folder = /srv/a, /srv/b\nallowlists.folder = {setting}\n")
    dag = load()["refresh_indicators"]
    task = dag.get_task("refresh_indicators")
    task.render_template_fields({"params": dag.params.dump()})
    assert [word for argument in task.arguments for word in argument.splitlines() if word] == words


def test_rules_and_their_files_are_named_by_absolute_paths(conf):
    conf(
        "rules.folder = rules, hdfs://nn/rules\nrules.placeholders = our.yml\nrules.fields = /srv/fields.yml\n"
        "rules.stix.mapping = /srv/objects.yml\n"
        "brands.file = brands.txt\n"
    )
    dag = load()["refresh_indicators"]
    task = dag.get_task("refresh_indicators")
    task.render_template_fields({"params": dag.params.dump()})
    words = [word for argument in task.arguments for word in argument.splitlines() if word]
    assert words[2:] == [
        "--rules",
        f"{DAGS.parent}/rules,hdfs://nn/rules",
        "--placeholders",
        f"{DAGS.parent}/our.yml",
        "--fields",
        "/srv/fields.yml",
        "--stix-mapping",
        "/srv/objects.yml",
        "--set",
        f"brands.file={DAGS.parent}/brands.txt",
    ]


FORM = {"from": "2026-11-17T00:00:00Z", "to": "2026-11-24T00:00:00Z"}


def test_a_backtest_is_one_job_with_what_the_form_says(conf):
    conf("rules.folder = rules\nrules.placeholders = our.yml\nrules.fields = /srv/fields.yml\n")
    dag = load()["backtest"]
    assert (dag.timetable.can_be_scheduled, list(dag.params)) == (False, ["rules", "source", "from", "to"])
    (task,) = dag.tasks
    assert task.job == "backtest"
    params = {**dag.params.dump(), **FORM}
    task.render_template_fields({"params": params})
    assert [word for argument in task.arguments for word in argument.splitlines() if word] == [
        *("--source", "proxy", "--from", FORM["from"], "--to", FORM["to"]),
        *("--rules", f"{DAGS.parent}/rules", "--placeholders", f"{DAGS.parent}/our.yml", "--fields", "/srv/fields.yml"),
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [("from", "yesterday"), ("to", ""), ("to", None), ("source", "nobody"), ("rules", ["a\n--conf"]), ("rules", [""])],
)
def test_the_form_of_a_backtest_refuses_what_is_no_backtest(dags, field, value):
    params = deepcopy(dags["backtest"].params)
    params.update(FORM)
    params.validate()
    with pytest.raises(ParamValidationError):
        params[field] = value


def test_the_form_of_a_backtest_asks_for_both_times(dags):
    with pytest.raises(ParamValidationError):
        dags["backtest"].params.validate()


def test_maintenance_is_one_job_by_its_own_schedule(conf):
    conf("maintain.schedule = 0 5 * * 0\n")
    dag = load()["maintain"]
    (task,) = dag.tasks
    assert (task.job, task.arguments) == ("maintain", [])
    assert (dag.timetable.expression, dag.catchup) == ("0 5 * * 0", False)


def test_airflow_can_keep_every_dag_in_its_database(dags):
    for dag in dags.values():
        kept = DagSerialization.from_dict(DagSerialization.to_dict(dag))
        assert kept.task_ids == dag.task_ids


NO_WORLD = """
import socket, sys
import sqlalchemy.engine
def refuse(*args, **kwargs):
    raise AssertionError("touched the network or a database at import: %r" % (args[1:],))
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = socket.create_connection = refuse
sqlalchemy.engine.Engine.connect = sqlalchemy.engine.Engine.begin = refuse
import runpy
for file in sys.argv[1:]:
    runpy.run_path(file)
print("imported", len(sys.argv) - 1)
"""


def test_importing_the_dags_touches_neither_network_nor_database():
    ran = subprocess.run(
        [sys.executable, "-c", NO_WORLD, *map(str, FILES)],
        env={**os.environ, "PYTHONPATH": str(DAGS)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.endswith(f"imported {len(FILES)}\n")
