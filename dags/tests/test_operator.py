"""What a task makes of a job's end; the driver itself is followed on the real stack, in integration-tests."""

import json

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from trawl_dags import reports
from trawl_dags.operator import SparkJobOperator
from trawl_dags.spark import MasterUnreachable

SUBMITTED = {"driver": "driver-20261124100000-0001", "run_id": "audit-1", "report": "airflow/audit-1.json"}


@pytest.fixture
def task(conf, tmp_path):
    """A task that has submitted a driver; `left` leaves a report for it."""
    conf()
    operator = SparkJobOperator(task_id="audit", job="audit", arguments=["--source", "proxy", ""])
    operator._remember(SUBMITTED)

    def left(**report):
        file = tmp_path / "reports" / SUBMITTED["report"]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"run_id": "audit-1", **report}))

    operator.left = left
    return operator


def test_a_report_that_says_ok_is_the_tasks_result(task):
    task.left(exit=0, status="ok", counts={"messages": 3})
    assert task._settle()["counts"] == {"messages": 3}


def test_a_job_that_failed_fails_the_task_with_its_own_line_and_is_retried(task):
    task.left(
        exit=1, status="failed", error="window 10:00/11:00 lost 3 messages of partition 1", counts={"messages": 3}
    )
    with pytest.raises(AirflowException) as failed:
        task._settle()
    assert str(failed.value) == "trawl audit: window 10:00/11:00 lost 3 messages of partition 1"
    assert not isinstance(failed.value, AirflowFailException)
    assert task.counts == "messages 3"


def test_the_notes_of_a_job_that_failed_are_in_the_tasks_log(task, capsys, caplog):
    task.left(exit=1, status="failed", error="lost 3 messages", notes=["warning: 5 of 7 lines are invalid"])
    with pytest.raises(AirflowException):
        task._settle()
    # Where a test's log goes hangs on what has set it up before.
    assert "warning: 5 of 7 lines are invalid" in capsys.readouterr().out + caplog.text


def test_an_audits_warning_with_its_reasons_and_lines_is_in_the_tasks_log_and_steers_nothing(task, capsys, caplog):
    # Three lines that strangers wrote, as audit notes them; the last two as if it had not made them plain.
    notes = [
        "warning: 5 of 7 lines are invalid, 71.43 %: more than 10 % (setting audit.invalid.limit). Reasons: syntax 4, "
        "timestamp 1. Mend the format, then replay",
        "invalid, syntax: too few columns: <script>alert(1)</script> %s {0}",
        "invalid, syntax: too few columns: red \x1b[31m\x07 \u202eturned",
        "invalid, timestamp: not a time: yesterday\r\n[2026-11-24] ERROR - forged",
    ]
    task.left(exit=0, status="ok", counts={"messages": 7, "warnings": 1}, notes=notes)
    report = task._settle()
    task._log_notes(report)
    logged = capsys.readouterr().out + caplog.text
    for note in notes[:2]:
        assert note in logged
    assert "invalid, syntax: too few columns: red ?[31m? ?turned" in logged
    assert "invalid, timestamp: not a time: yesterday??[2026-11-24] ERROR - forged" in logged
    assert not set(logged) & set("\x07\u202e\r")
    assert "\x1b[31m?" not in logged
    assert not any(line.startswith("[2026-11-24] ERROR") for line in logged.splitlines())
    assert reports.counts(report) == "messages 7, warnings 1"


def test_the_line_of_a_job_that_failed_is_one_and_plain(task):
    task.left(exit=1, status="failed", error="host a\x1b[2J\nb has sent no line")
    with pytest.raises(AirflowException, match=r"^trawl audit: host a\?\[2J\?b has sent no line$"):
        task._settle()


def test_a_job_that_refuses_its_arguments_is_not_retried(task):
    task.left(exit=2, status="refused", error="setting kafka.bootstrap is missing")
    with pytest.raises(AirflowFailException, match=r"^trawl audit: setting kafka.bootstrap is missing$"):
        task._settle()


def test_no_report_is_a_failure_whatever_the_driver_ended_as(task):
    with pytest.raises(AirflowException, match=r"^trawl audit: driver driver-1 ended as FINISHED$"):
        task._settle("driver driver-1 ended as FINISHED")


def test_an_earlier_drivers_report_is_none_of_this_one(task):
    task.left(run_id="audit-0", exit=0, status="ok")
    with pytest.raises(AirflowException, match="it left no report"):
        task._settle()


def test_a_master_that_cannot_be_asked_about_an_earlier_driver_fails_the_try_and_starts_no_second_one(task):
    task.connect()
    with pytest.raises(MasterUnreachable, match=r"http://127.0.0.1:1: Connection refused"):
        task.get_job_status(SUBMITTED, {})


def test_a_stored_submission_that_is_none_is_refused(task):
    with pytest.raises(AirflowException, match="stored submission 'driver-1': expected driver, run_id and report"):
        task._remember("driver-1")


def test_masters_come_from_the_connection_and_all_are_asked(task, monkeypatch):
    monkeypatch.setenv(
        "AIRFLOW_CONN_TRAWL_SPARK",
        '{"conn_type": "spark", "host": "spark://m1:7077,m2:7077", "extra": {"rest-port": 6066}}',
    )
    task.connect()
    assert task._masters().urls == ["http://m1:6066", "http://m2:6066"]


def test_yarn_is_followed_by_the_provider(task, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_TRAWL_SPARK", '{"conn_type": "yarn", "extra": {"deploy-mode": "cluster"}}')
    task.connect()
    assert task._masters() is None
    assert task.master.startswith("yarn")
    assert task._succeeded == "SUCCEEDED"


def test_a_task_killed_before_it_submitted_ends_nothing(task):
    task.on_kill()


def test_a_report_that_has_come_is_not_read_again_and_is_the_end_of_the_work(task):
    assert not task._done()
    task.left(exit=0, status="ok", counts={"messages": 3})
    assert task._done()
    task.left(exit=1, status="failed", error="the driver could not close its files")
    assert task._settle()["exit"] == 0
