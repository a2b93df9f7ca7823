from datetime import UTC, datetime, timedelta

import pendulum
import pytest
from airflow.serialization.decoders import decode_timetable
from airflow.serialization.encoders import encode_timetable
from airflow.timetables.base import DataInterval, TimeRestriction

from trawl_dags.timetable import EVER, WindowTimetable
from trawl_dags.windows import floor, plain

HOUR = timedelta(hours=1)
MARGIN = timedelta(seconds=30)
SCHEDULE = TimeRestriction(earliest=pendulum.instance(EVER), latest=None, catchup=True)


def at(text):
    return pendulum.parse(f"2026-11-{text}Z")


def after(timetable, start, end, restriction=SCHEDULE):
    return timetable.next_dagrun_info(
        last_automated_data_interval=DataInterval(at(start), at(end)), restriction=restriction
    )


def test_each_window_follows_the_one_before_it_however_long_ago_that_was():
    run = after(WindowTimetable(HOUR, MARGIN), "20T08:00:00", "20T09:00:00")
    assert run.data_interval == DataInterval(at("20T09:00:00"), at("20T10:00:00"))
    assert run.run_after == at("20T10:00:30"), "a run starts when its window has closed"


def test_a_new_installation_begins_with_the_newest_closed_window():
    run = WindowTimetable(HOUR, MARGIN).next_dagrun_info(last_automated_data_interval=None, restriction=SCHEDULE)
    now = datetime.now(UTC)
    assert now - HOUR < run.run_after <= now
    assert run.data_interval.end + MARGIN == run.run_after
    start = plain(run.data_interval.start)
    assert floor(start, HOUR) == start


@pytest.mark.parametrize(("first", "start"), [("20T08:00:00", "20T08:00:00"), ("20T08:00:01", "20T09:00:00")])
def test_the_first_window_can_be_named(first, start):
    timetable = WindowTimetable(HOUR, MARGIN, datetime.fromisoformat(f"2026-11-{first}Z"))
    run = timetable.next_dagrun_info(last_automated_data_interval=None, restriction=SCHEDULE)
    assert run.data_interval.start == at(start)
    assert after(timetable, "20T12:00:00", "20T13:00:00").data_interval.start == at("20T13:00:00")
    assert after(timetable, "10T12:00:00", "10T13:00:00").data_interval.start == at(start), "a gap left on purpose"


def test_without_catching_up_the_newest_closed_window_is_next():
    none = TimeRestriction(earliest=pendulum.instance(EVER), latest=None, catchup=False)
    run = after(WindowTimetable(HOUR, MARGIN), "01T08:00:00", "01T09:00:00", none)
    assert run.run_after > datetime.now(UTC) - HOUR


def test_a_backfill_takes_its_own_range_also_from_before_the_first_window():
    timetable = WindowTimetable(HOUR, MARGIN, datetime(2026, 11, 20, tzinfo=UTC))
    restriction = TimeRestriction(earliest=at("02T07:30:00"), latest=at("02T10:00:00"), catchup=True)
    starts, info = [], None
    while info := timetable.next_dagrun_info_v2(last_dagrun_info=info, restriction=restriction):
        starts.append(info.data_interval.start)
    assert starts == [at("02T08:00:00"), at("02T09:00:00"), at("02T10:00:00")]


def test_a_run_by_hand_has_the_newest_window_closed_by_then():
    timetable = WindowTimetable(HOUR, MARGIN)
    interval = timetable.infer_manual_data_interval(run_after=at("24T12:00:29"))
    assert interval == DataInterval(at("24T10:00:00"), at("24T11:00:00"))
    interval = timetable.infer_manual_data_interval(run_after=at("24T12:00:30"))
    assert interval == DataInterval(at("24T11:00:00"), at("24T12:00:00"))


def test_windows_that_change_their_length_never_run_on_the_same_start_again():
    shorter = after(WindowTimetable(timedelta(minutes=15), MARGIN), "20T08:00:00", "20T09:00:00")
    assert shorter.data_interval == DataInterval(at("20T09:00:00"), at("20T09:15:00"))
    longer = after(WindowTimetable(HOUR, MARGIN), "20T08:00:00", "20T08:15:00")
    assert longer.data_interval == DataInterval(at("20T09:00:00"), at("20T10:00:00"))


@pytest.mark.parametrize("first", [None, datetime(2026, 11, 20, 8, tzinfo=UTC)])
def test_airflow_keeps_it_in_its_database(first):
    kept = decode_timetable(encode_timetable(WindowTimetable(HOUR, MARGIN, first)))
    assert isinstance(kept, WindowTimetable)
    assert (kept.unit, kept.margin, kept.first) == (HOUR, MARGIN, first)
    assert kept.summary == "every PT1H"


def test_a_schedule_that_has_an_end_sweeps_no_window_behind_it_but_backfills_do():
    ended = WindowTimetable(HOUR, MARGIN, end=datetime(2026, 11, 20, 10, tzinfo=UTC))
    assert after(ended, "20T08:00:00", "20T09:00:00").data_interval.start == at("20T09:00:00")
    assert after(ended, "20T09:00:00", "20T10:00:00") is None
    backfill = TimeRestriction(earliest=at("20T10:00:00"), latest=at("20T11:00:00"), catchup=True)
    run = ended.next_dagrun_info(last_automated_data_interval=None, restriction=backfill)
    assert run.data_interval.start == at("20T10:00:00")
    again = decode_timetable(encode_timetable(ended))
    assert (again.end, again.description) == (ended.end, ended.description)
