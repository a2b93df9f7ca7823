"""What can be known without a master; test with one: the stack's own, in integration-tests."""

import time

import pytest

from trawl_dags.spark import LOST, Driver, Masters, MasterUnreachable, pause

NOBODY = Masters(["http://127.0.0.1:1", "http://127.0.0.1:2"])


def test_masters_that_do_not_answer_are_named_in_one_line():
    with pytest.raises(MasterUnreachable) as unreachable:
        NOBODY.driver("driver-1")
    assert str(unreachable.value) == (
        "Spark master cannot be reached (http://127.0.0.1:1: Connection refused; "
        "http://127.0.0.1:2: Connection refused): is it up?"
    )


def test_a_master_is_waited_for_as_long_as_patience_lasts():
    since = time.monotonic()
    with pytest.raises(MasterUnreachable):
        NOBODY.follow("driver-1", interval=0.05, patience=0.5)
    assert 0.5 <= time.monotonic() - since < 5


@pytest.mark.parametrize(
    ("driver", "line"),
    [
        (
            Driver("driver-1", "FAILED", "w:7078", "worker-1"),
            "driver driver-1 ended as FAILED and left no report (its log: driver-1/stderr in the work folder of "
            "worker w:7078)",
        ),
        (
            Driver("driver-1", "ERROR", message="jar not found"),
            "driver driver-1 ended as ERROR and left no report: jar not found (its log: driver-1/stderr in the work "
            "folder of the worker that ran it, or the master's own log)",
        ),
        (
            Driver("driver-1", LOST),
            "the Spark master does not know driver driver-1 any more: it was restarted without its state "
            "(spark.deploy.recoveryMode)",
        ),
    ],
)
def test_an_ending_without_a_report_names_the_driver_and_its_log(driver, line):
    assert NOBODY.ending(driver, "ingest") == line


def test_a_driver_is_active_until_it_has_ended():
    assert [
        s for s in ("SUBMITTED", "RUNNING", "UNKNOWN", "FINISHED", "FAILED", "KILLED", LOST) if Driver("d", s).active
    ] == [
        "SUBMITTED",
        "RUNNING",
        "UNKNOWN",
    ]


def test_a_driver_that_nobody_takes_is_an_error_that_names_the_masters():
    with pytest.raises(MasterUnreachable, match=r"http://127\.0\.0\.1:1: Connection refused"):
        NOBODY.create({"action": "CreateSubmissionRequest"})


@pytest.mark.parametrize(
    ("age", "most", "seconds"),
    [(0.0, 0.3, 0.3), (3.0, 0.3, 0.12), (3.0, 0.05, 0.05), (13.0, 1.0, 0.65), (60.0, 0.3, 0.3), (3600.0, 1.0, 1.0)],
)
def test_a_driver_is_looked_at_often_while_a_small_windows_job_would_end(age, most, seconds):
    assert pause(age, most) == pytest.approx(seconds)
