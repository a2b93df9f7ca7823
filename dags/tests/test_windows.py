from datetime import UTC, datetime, timedelta

import pytest

from trawl_dags.windows import BadRequest, Window, closed, floor, joined, not_closed, replay, request, utc

NOW = datetime(2026, 11, 24, 12, 0, 10, tzinfo=UTC)
TEN = Window(datetime(2026, 11, 24, 10, tzinfo=UTC), datetime(2026, 11, 24, 11, tzinfo=UTC))


def ask(settings, params=None, interval=TEN, now=NOW):
    return request(params or {}, interval, settings, "proxy", now)


def test_an_empty_form_sweeps_the_runs_own_window(conf):
    sweep = ask(conf())
    assert (sweep.source.name, str(sweep.window)) == ("proxy", "2026-11-24T10:00:00Z/2026-11-24T11:00:00Z")
    assert (sweep.indicators, sweep.formats, sweep.accept_loss) == ("pinned", "pinned", False)


@pytest.mark.parametrize(
    ("now", "start"),
    [("12:00:10", "10:00:00"), ("12:00:30", "11:00:00"), ("12:59:59", "11:00:00"), ("13:00:29", "11:00:00")],
)
def test_a_run_without_an_interval_sweeps_the_newest_closed_window(conf, now, start):
    sweep = ask(conf(), interval=None, now=datetime.fromisoformat(f"2026-11-24T{now}Z"))
    assert utc(sweep.window.start) == f"2026-11-24T{start}Z"


@pytest.mark.parametrize(
    ("start", "end", "units"),
    [
        ("2026-11-24T08:00:00Z", "2026-11-24T11:00:00Z", 3),
        ("2026-11-24T08:00:00.000Z", "2026-11-24T09:00:00.000Z", 1),
        ("2026-11-24T09:00:00+01:00", "2026-11-24T10:00+01:00", 1),
        ("2024-02-28T23:00:00Z", "2024-03-01T00:00:00Z", 25),
    ],
)
def test_a_range_of_aligned_windows_is_taken_whole(conf, start, end, units):
    sweep = ask(conf(), {"window_start": start, "window_end": end})
    assert sweep.window.units(timedelta(hours=1)) == units


@pytest.mark.parametrize(
    ("params", "line"),
    [
        ({"source": "dns"}, "source 'dns' is unknown: expected one of proxy"),
        ({"sourse": "proxy"}, "field 'sourse' is unknown: expected some of source, window_start"),
        ({"indicators": "all"}, "indicators 'all': expected pinned or latest"),
        ({"formats": "nginx"}, "formats 'nginx': expected pinned or latest"),
        ({"accept_loss": "yes"}, "accept_loss 'yes': expected true or false"),
        ({"window_start": "yesterday", "window_end": "now"}, "window_start 'yesterday': expected an instant"),
        ({"window_start": 7, "window_end": 8}, "window_start 7: expected an instant"),
        (
            {"window_start": "2026-11-24T10:00:00"},
            "expected an instant with its zone, for example 2026-11-24T10:00:00Z",
        ),
        ({"window_start": "2026-11-24T10:00:00Z"}, "window_start is given but window_end is not"),
        ({"window_end": "2026-11-24T10:00:00Z"}, "window_end is given but window_start is not"),
        (
            {"window_start": "2026-11-24T11:00:00Z", "window_end": "2026-11-24T10:00:00Z"},
            "window 2026-11-24T11:00:00Z/2026-11-24T10:00:00Z ends before it starts",
        ),
        (
            {"window_start": "2026-11-24T10:00:00Z", "window_end": "2026-11-24T10:00:00Z"},
            "ends before it starts",
        ),
        (
            {"window_start": "2026-11-24T10:05:00Z", "window_end": "2026-11-24T11:00:00Z"},
            "2026-11-24T10:05:00Z is not a border of source proxy's windows of PT1H; the nearest are "
            "2026-11-24T10:00:00Z and 2026-11-24T11:00:00Z",
        ),
        (
            {"window_start": "2026-11-24T10:00:00Z", "window_end": "2026-11-24T10:00:01Z"},
            "2026-11-24T10:00:01Z is not a border",
        ),
        (
            {"window_start": "2026-01-01T00:00:00Z", "window_end": "2026-03-01T00:00:00Z"},
            "is 1416 windows of PT1H: at most 1000 in one run (setting window.most)",
        ),
    ],
)
def test_a_form_that_cannot_be_swept_is_refused_in_one_line(conf, params, line):
    with pytest.raises(BadRequest) as refused:
        ask(conf(), params)
    assert line in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_window_closes_its_margin_after_its_end():
    margin = timedelta(seconds=30)
    assert not closed(TEN, margin, TEN.end)
    assert not closed(TEN, margin, TEN.end + timedelta(seconds=29.999))
    assert closed(TEN, margin, TEN.end + margin)
    assert not_closed(TEN, margin, TEN.end) == (
        "window 2026-11-24T10:00:00Z/2026-11-24T11:00:00Z has not closed yet: it can be swept from "
        "2026-11-24T11:00:30Z on (its end and window.margin = PT30S), now it is 2026-11-24T11:00:00Z"
    )


@pytest.mark.parametrize("minutes", [1, 5, 15, 60, 90, 180, 1440])
def test_borders_are_the_same_every_day(minutes):
    unit = timedelta(minutes=minutes)
    for day in (1, 2, 28):
        midnight = datetime(2026, 2, day, tzinfo=UTC)
        assert floor(midnight, unit) == midnight
        assert floor(midnight + unit - timedelta(microseconds=1), unit) == midnight
        assert floor(midnight - timedelta(microseconds=1), unit) == midnight - unit


HOUR = {"window_start": "2026-11-24T10:00:00Z", "window_end": "2026-11-24T11:00:00Z"}


def test_a_replay_asks_for_windows_and_lines(conf):
    asked = replay({**HOUR, "reason": "syntax", "format": "squid", "dry_run": True}, conf(), "proxy")
    assert asked.arguments == [
        *("--source", "proxy", "--window", "2026-11-24T10:00:00Z/2026-11-24T11:00:00Z"),
        *("--reason=syntax", "--format=squid", "--dry-run"),
    ]


@pytest.mark.parametrize(
    ("params", "line"),
    [
        ({}, "no window is given: fill in since, for example 2026-11-24T10:00:00Z, or window_start and window_end"),
        ({**HOUR, "since": "2026-11-24T10:00:00Z"}, "since is given, and window_start and window_end are too"),
        ({"since": "yesterday"}, "since 'yesterday': expected an instant"),
        (
            {"window_start": "2026-11-24T10:00:00Z"},
            "window_start is given but window_end is not: fill in both, or since alone",
        ),
        ({**HOUR, "window_end": "2026-11-24T10:30:00Z"}, "is not a border of source proxy's windows"),
        ({**HOUR, "pattern": "x\n--accept-loss"}, "expected one line of text without control characters"),
        ({**HOUR, "reason": 7}, "reason 7: expected one line of text"),
        ({**HOUR, "dry_run": "no"}, "dry_run 'no': expected true or false"),
        ({**HOUR, "indicators": "latest"}, "field 'indicators' is unknown: expected some of source, window_start"),
        ({**HOUR, "source": "dns"}, "source 'dns' is unknown: expected one of proxy"),
    ],
)
def test_a_replay_that_cannot_be_done_is_refused(conf, params, line):
    with pytest.raises(BadRequest) as refused:
        replay(params, conf(), "proxy")
    assert line in str(refused.value)
    assert "\n" not in str(refused.value)


def test_windows_that_touch_are_joined():
    assert joined([]) == ""
    assert joined(["a/b", "b/c", "d/e"]) == "a/c,d/e"
