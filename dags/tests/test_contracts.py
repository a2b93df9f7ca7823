"""What Java writes and Python reads: the schemas and examples of schemas/json, which Java's own tests hold, too."""

import json
import shutil
from datetime import UTC, datetime

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException
from jsonschema import Draft202012Validator

from trawl_dags import heartbeat, reports, settings
from trawl_dags.heartbeat import Limits, Watch
from trawl_dags.operator import SparkJobOperator

CONTRACTS = settings.HOME / "schemas" / "json"
RUN_ID = "validate-0123456789abcdef"


def example(name):
    return json.loads((CONTRACTS / "examples" / f"{name}.json").read_text("utf-8"))


def schema(kind):
    return json.loads((CONTRACTS / f"{kind}.schema.json").read_text("utf-8"))


EXAMPLES = sorted(file.stem for file in (CONTRACTS / "examples").glob("*.json"))


def test_each_kind_has_its_examples():
    assert [name for name in EXAMPLES if name.startswith("report-")] == [
        "report-done",
        "report-failed",
        "report-refused",
    ]
    assert [name for name in EXAMPLES if name.startswith("heartbeat-")] == [
        "heartbeat-running",
        "heartbeat-starting",
        "heartbeat-stopped",
        "heartbeat-waiting",
    ]


@pytest.mark.parametrize("kind", ["report", "heartbeat"])
def test_a_schema_is_one_and_explains_what_it_has(kind):
    Draft202012Validator.check_schema(schema(kind))
    assert schema(kind)["additionalProperties"] is False
    assert set(schema(kind)["required"]) == set(schema(kind)["properties"]), "what is not there cannot be read"


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_meets_its_schema(name):
    Draft202012Validator(schema(name.partition("-")[0])).validate(example(name))


class Noted(dict):
    """A report that notes which of its fields are read."""

    def __init__(self, *given):
        super().__init__(*given)
        self.read = set()

    def get(self, key, default=None):
        self.read.add(key)
        return super().get(key, default)

    def __getitem__(self, key):
        self.read.add(key)
        return super().__getitem__(key)


@pytest.fixture
def task(conf, tmp_path):
    """A task whose driver has left the report of that name."""

    def followed(name):
        file = tmp_path / "reports" / "r.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(CONTRACTS / "examples" / f"{name}.json", file)
        conf()
        operator = SparkJobOperator(task_id="validate", job="validate", arguments=[])
        operator._remember({"driver": "driver-1", "run_id": RUN_ID, "report": "r.json"})
        return operator

    return followed


def test_the_report_of_a_job_that_is_done_ends_its_task_well(task):
    report = task("report-done")._settle()
    assert report == example("report-done")
    assert reports.counts(report) == "proxy_events 998, raw_lines 1,000 in 0.0 s"
    assert report["notes"] == ["host proxy-2 has sent no line for PT1H"]


def test_the_report_of_a_job_that_failed_fails_its_task_with_the_jobs_own_line(task):
    operator = task("report-failed")
    with pytest.raises(AirflowException) as failed:
        operator._settle()
    assert str(failed.value) == (
        "trawl validate: window 2026-11-24T10:00:00Z/2026-11-24T11:00:00Z lost 3 messages of partition 1"
    )
    assert not isinstance(failed.value, AirflowFailException)
    assert operator.counts == "proxy_events 998, raw_lines 1,000 in 0.0 s"


def test_the_report_of_a_job_that_refuses_its_arguments_ends_the_retries(task):
    with pytest.raises(AirflowFailException, match=r"^trawl validate: --window yesterday: expected START/END in UTC"):
        task("report-refused")._settle()


def test_a_report_is_asked_for_nothing_that_java_does_not_write(task):
    operator = task("report-done")
    operator._found = Noted(example("report-done"))
    reports.counts(operator._settle())
    assert {"run_id", "exit", "counts", "seconds"} <= operator._found.read <= schema("report")["properties"].keys()


@pytest.mark.parametrize(
    ("name", "line"),
    [
        (
            "heartbeat-starting",
            "starting, lag 0 lines 0.0 s, 0 lines/s, detections 0, alerts 0, snapshot none",
        ),
        (
            "heartbeat-running",
            "running, lag 12,345 lines 3.3 s, caught up in 61 s, 0 lines/s, to alert p50 410 p99 880 ms, detections 1, "
            "alerts 1, snapshot none",
        ),
        (
            "heartbeat-waiting",
            "waiting (HBase at zk:2181 does not answer), lag 12,345 lines 3.3 s, caught up in 61 s, 0 lines/s, "
            "to alert p50 410 p99 880 ms, detections 1, alerts 1, snapshot none",
        ),
        (
            "heartbeat-stopped",
            "stopped (SIGTERM), lag 12,345 lines 3.3 s, caught up in 61 s, 0 lines/s, to alert p50 410 p99 880 ms, "
            "detections 1, alerts 1, snapshot none",
        ),
    ],
)
def test_a_heartbeat_is_read_whole(conf, tmp_path, name, line):
    file = tmp_path / "reports/hot/proxy/heartbeat.json"
    file.parent.mkdir(parents=True)
    shutil.copy(CONTRACTS / "examples" / f"{name}.json", file)
    beat = reports.Heartbeats(conf()).read("proxy")
    assert beat == example(name)
    assert heartbeat.line(beat) == line
    assert heartbeat.age(beat, datetime(2026, 11, 24, 10, 0, 40, tzinfo=UTC)) == 10


def test_a_heartbeat_is_asked_for_nothing_that_java_does_not_write():
    beat = Noted(example("heartbeat-running") | {"driver": "driver-20261124100000-0001"})
    watch = Watch("hot-detect-1", running=0.0).looked(beat, 100.0)
    assert watch.heartbeat is beat
    assert heartbeat.death(watch, 101.0, Limits(silence=21, stuck=30)) is None
    assert heartbeat.orphan(beat, "driver-20261124100500-0002") == "driver-20261124100000-0001"
    heartbeat.line(beat)
    heartbeat.news(beat)
    heartbeat.age(beat)
    assert {"at", "state", "last_sign", "lag_lines"} <= beat.read <= schema("heartbeat")["properties"].keys()


def test_a_driver_whose_lines_wait_is_told_by_the_field_that_java_writes():
    beat = example("heartbeat-running") | {"last_sign": "2026-11-24T09:59:59.900Z"}
    watch = Watch("hot-detect-1", running=0.0).looked(beat, 100.0)
    assert heartbeat.death(watch, 101.0, Limits(silence=21, stuck=30)) == (
        "12,345 lines wait, and nothing has happened for 30 s"
    )
