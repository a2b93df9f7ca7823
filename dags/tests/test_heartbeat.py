import os
import time
from datetime import UTC, datetime

import pytest

from trawl_dags import heartbeat, reports
from trawl_dags.heartbeat import Limits, Watch, death

LIMITS = Limits(silence=21, stuck=30)

BEAT = {
    "source": "proxy",
    "run_id": "hot-detect-1",
    "driver": "driver-20261124100000-0001",
    "state": "running",
    "because": None,
    "at": "2026-11-24T10:00:30.000Z",
    "started": "2026-11-24T09:00:00Z",
    "last_sign": "2026-11-24T10:00:29.500Z",
    "lag_lines": 12345,
    "lag_seconds": 3.25,
    "lines_per_second": 5000.4,
    "caught_up_in_seconds": None,
    "detections": 7,
    "alerts": 3,
    "invalid": 0,
    "append_to_alert_ms": {"count": 3, "p50": 410, "p95": 600, "p99": 880, "max": 901},
    "snapshot": "20261124T030000Z",
    "snapshot_refused": None,
}

LONG_AGO = "2026-11-24T09:59:59.900Z"  # 30.1 s before the heartbeat was written


def seen(found, **other):
    """A driver that has been RUNNING since 0, whose only heartbeat was seen at 100."""
    return Watch("hot-detect-1", running=0.0, **other).looked(found, 100.0)


@pytest.mark.parametrize(
    ("beat", "age", "why"),
    [
        # A heartbeat is late.
        ({}, 0, None),
        ({}, 21, None),
        ({}, 21.1, "no heartbeat for 21 s"),
        ({"state": "waiting", "because": "HBase does not answer"}, 22, "no heartbeat for 22 s"),
        ({"state": "stopped"}, 22, "no heartbeat for 22 s"),
        # Lines wait and nothing happens.
        ({"last_sign": LONG_AGO}, 1, "12,345 lines wait, and nothing has happened for 30 s"),
        ({"last_sign": LONG_AGO, "state": "waiting", "because": "x"}, 1, "12,345 lines wait, and nothing has happened"),
        ({"last_sign": "2026-11-24T10:00:00.000Z"}, 1, None),
        ({"last_sign": LONG_AGO, "lag_lines": 0}, 1, None),
        ({"last_sign": LONG_AGO, "lag_lines": None}, 1, None),
        ({"last_sign": None}, 1, "12,345 lines wait, and nothing has happened for 3630 s"),
        # What is away is waited for, however long.
        (
            {"state": "waiting", "because": "HBase at zk:2181 does not answer", "started": "2026-11-01T00:00:00Z"},
            1,
            None,
        ),
        # One that starts or stops has no lines in hand.
        ({"state": "starting", "last_sign": LONG_AGO}, 1, None),
        ({"state": "stopping", "last_sign": LONG_AGO}, 1, None),
        # What cannot be read kills nobody.
        ({"last_sign": "noon"}, 1, None),
        ({"at": "now", "last_sign": LONG_AGO}, 1, None),
        ({"lag_lines": "many", "last_sign": LONG_AGO}, 1, None),
    ],
)
def test_a_driver_is_judged_by_its_heartbeat(beat, age, why):
    found = death(seen({**BEAT, **beat}), 100.0 + age, LIMITS)
    assert found is None if why is None else (found or "").startswith(why)


@pytest.mark.parametrize(
    ("found", "running", "now", "why"),
    [
        (None, 10.0, 309.0, None),
        (None, 10.0, 310.1, "no heartbeat in its first 300 s"),
        # Whoever held the lease before is not this driver.
        ({**BEAT, "run_id": "hot-detect-0"}, 10.0, 310.1, "no heartbeat in its first 300 s"),
        ({**BEAT, "run_id": "hot-detect-0"}, 10.0, 309.0, None),
        # A driver that the master has not started yet.
        (None, None, 1000.0, None),
        # The store came back at 5: nothing could be written before.
        (None, 0.0, 304.0, None),
        (None, 0.0, 305.1, "no heartbeat in its first 300 s"),
    ],
)
def test_a_driver_without_a_heartbeat_is_given_the_time_of_a_lease(found, running, now, why):
    assert death(Watch("hot-detect-1", running=running).looked(found, 5.0), now, LIMITS) == why


def test_while_the_store_does_not_answer_nobody_is_dead():
    watch = seen(BEAT).unanswered()
    assert death(watch, 10_000.0, LIMITS) is None
    back = watch.looked(BEAT, 10_000.0)
    assert death(back, 10_021.0, LIMITS) is None
    assert death(back, 10_021.1, LIMITS) == "no heartbeat for 21 s"


def test_a_heartbeat_that_is_missing_for_a_moment_was_being_replaced():
    watch = seen(BEAT).looked(None, 110.0)
    assert watch.heartbeat == BEAT
    assert death(watch, 121.0, LIMITS) is None
    assert death(watch, 121.1, LIMITS) == "no heartbeat for 21 s"


def test_one_that_gave_the_lease_away_and_lives_on_is_dead():
    watch = seen(BEAT)
    for now in range(101, 122):
        assert death(watch, now, LIMITS) is None
        watch = watch.looked({**BEAT, "run_id": "hot-detect-2", "at": str(now)}, now)
    assert death(watch, 122.0, LIMITS) == "no heartbeat for 22 s"


def test_starting_for_ever_is_no_life():
    watch = seen({**BEAT, "state": "starting", "at": "100"})
    for now in range(101, 402):
        watch = watch.looked({**BEAT, "state": "starting", "at": str(now)}, now)
    assert death(watch, 400.0, LIMITS) is None
    assert death(watch, 400.1, LIMITS) == "starting for 300 s"
    assert death(watch.looked({**BEAT, "state": "running"}, 401.0), 401.0, LIMITS) is None


def test_a_clock_that_differs_kills_nobody():
    ahead = {**BEAT, "at": "2031-01-01T00:00:30Z", "last_sign": "2031-01-01T00:00:29Z"}
    assert death(seen(ahead), 101.0, LIMITS) is None


def test_limits_follow_the_settings(conf):
    assert Limits.of(conf()) == Limits(silence=21, stuck=30)
    assert Limits.of(conf("hot.heartbeat = PT5S\nhot.stuck = PT2M\n")) == Limits(silence=30, stuck=120)


@pytest.mark.parametrize(
    ("beat", "own", "other"),
    [
        (BEAT, "driver-20261124100500-0002", BEAT["driver"]),
        (BEAT, "driver-20261124100000-0002", BEAT["driver"]),
        (BEAT, "driver-20261124100000-10000", BEAT["driver"]),
        (BEAT, None, BEAT["driver"]),
        (BEAT, BEAT["driver"], None),
        # Submitted after the task's own: the next run's, which has taken over.
        (BEAT, "driver-20261124095959-0000", None),
        ({**BEAT, "state": "stopped"}, None, None),
        ({**BEAT, "driver": None}, None, None),
        ({**BEAT, "driver": "local-1"}, None, None),
        (None, "driver-20261124100500-0002", None),
    ],
)
def test_an_orphan_is_an_older_driver_that_holds_the_lease(beat, own, other):
    assert heartbeat.orphan(beat, own) == other


@pytest.mark.parametrize(
    ("beat", "line"),
    [
        (
            {},
            "running, lag 12,345 lines 3.2 s, 5,000 lines/s, to alert p50 410 p99 880 ms, detections 7, alerts 3, "
            "snapshot 20261124T030000Z",
        ),
        (
            {"state": "waiting", "because": "HBase at zk:2181\ndoes not answer", "append_to_alert_ms": {"count": 0}},
            "waiting (HBase at zk:2181 does not answer), lag 12,345 lines 3.2 s, 5,000 lines/s, detections 7, "
            "alerts 3, snapshot 20261124T030000Z",
        ),
        (
            {"caught_up_in_seconds": 61.4, "invalid": 2, "snapshot_refused": {"snapshot": "s2", "why": "no index"}},
            "running, lag 12,345 lines 3.2 s, caught up in 61 s, 5,000 lines/s, to alert p50 410 p99 880 ms, "
            "detections 7, alerts 3, invalid 2, snapshot 20261124T030000Z, refused snapshot s2: no index",
        ),
        (
            {"snapshot_refused": {"snapshot": None, "why": "HDFS is away"}},
            "running, lag 12,345 lines 3.2 s, 5,000 lines/s, to alert p50 410 p99 880 ms, detections 7, alerts 3, "
            "snapshot 20261124T030000Z, refused snapshot newest: HDFS is away",
        ),
    ],
)
def test_a_heartbeat_is_one_line(beat, line):
    assert heartbeat.line({**BEAT, **beat}) == line


def test_a_heartbeat_that_says_nothing_is_still_a_line():
    assert heartbeat.line({}) == "no state, lag ? lines ? s, ? lines/s, detections ?, alerts ?, snapshot none"


def test_only_what_matters_is_news():
    assert heartbeat.news(BEAT) == heartbeat.news({**BEAT, "at": "later", "alerts": 4, "lag_lines": 0})
    for change in ({"state": "waiting"}, {"because": "x"}, {"snapshot": "s"}, {"snapshot_refused": {"snapshot": "t"}}):
        assert heartbeat.news(BEAT) != heartbeat.news({**BEAT, **change})


def test_its_age_is_in_seconds():
    assert heartbeat.age(BEAT, datetime(2026, 11, 24, 10, 0, 40, tzinfo=UTC)) == 10
    assert heartbeat.age(BEAT, datetime(2026, 11, 24, 10, 0, 0, tzinfo=UTC)) == 0
    assert heartbeat.age({}) is None


def test_a_store_that_never_answers_is_given_up_in_time(conf, tmp_path):
    """A named pipe that nobody writes to: opening it waits for ever, as a file system that hangs does."""
    folder = tmp_path / "reports" / "hot" / "proxy"
    folder.mkdir(parents=True)
    os.mkfifo(folder / "heartbeat.json")
    beats = reports.Heartbeats(conf(), timeout=0.2)
    since = time.monotonic()
    for _ in range(2):
        with pytest.raises(OSError, match=r"file://.*/reports does not answer within 0.2 s"):
            beats.read("proxy")
    assert time.monotonic() - since < 2
    assert len(beats._looks) == 1
