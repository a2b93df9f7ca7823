import json

import pytest

from trawl_dags import reports


@pytest.fixture
def left(tmp_path):
    """Leave a report as a job does."""

    def leave(name, **report):
        file = tmp_path / "reports" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(report))

    return leave


def test_a_report_is_read_from_the_folder_that_the_settings_name(conf, left):
    left("airflow/a.json", run_id="ingest-1", exit=0)
    assert reports.read(conf(), "airflow/a.json", "ingest-1") == {"run_id": "ingest-1", "exit": 0}


def test_a_report_of_another_run_is_none(conf, left):
    left("a.json", run_id="ingest-1", exit=0)
    assert reports.read(conf(), "a.json", "ingest-2") is None


def test_no_report_is_none_until_it_is_there(conf, left):
    settings = conf()
    assert reports.read(settings, "a.json", "r") is None
    left("a.json", run_id="r")
    assert reports.read(settings, "a.json", "r") == {"run_id": "r"}


def test_a_file_system_that_does_not_answer_is_named(conf):
    settings = conf("reports.url = webhdfs://127.0.0.1:1/trawl/reports\n")
    with pytest.raises(OSError, match=r"report webhdfs://127.0.0.1:1/trawl/reports/a.json cannot be read: .*refused"):
        reports.read(settings, "a.json", "r")


def test_the_heartbeat_of_a_source_is_read_whoever_wrote_it(conf, left):
    beats = reports.Heartbeats(conf())
    assert beats.read("proxy") is None
    left("hot/proxy/heartbeat.json", run_id="hot-detect-1", state="running")
    assert beats.read("proxy") == {"run_id": "hot-detect-1", "state": "running"}
    assert beats.read("web") is None


def test_a_heartbeat_that_is_half_written_cannot_be_read_which_is_not_the_same_as_none(conf, tmp_path):
    file = tmp_path / "reports/hot/proxy/heartbeat.json"
    file.parent.mkdir(parents=True)
    file.write_text('{"run_id": ')
    with pytest.raises(OSError, match=r"hot/proxy/heartbeat.json cannot be read"):
        reports.Heartbeats(conf()).read("proxy")


def test_a_name_is_made_of_characters_that_every_file_system_takes():
    assert reports.name("airflow", "scheduled__2026-11-24T11:00:30+00:00", "load") == (
        "airflow/scheduled__2026-11-24T11_00_30_00_00/load.json"
    )


@pytest.mark.parametrize(
    ("report", "line"),
    [
        (
            {"counts": {"messages": 1000, "copies": 0, "raw": 1}, "seconds": {"total": 2}},
            "messages 1,000, raw 1 in 2.0 s",
        ),
        ({"counts": {}}, "nothing to count"),
        ({}, "nothing to count"),
    ],
)
def test_counts_stand_in_one_line(report, line):
    assert reports.counts(report) == line
