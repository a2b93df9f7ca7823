"""Windows [start, end) of broker append time, in UTC, and what a request for one must meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from trawl_dags.settings import Settings, Source, instant, iso

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EXAMPLE = "2026-11-24T10:00:00Z"
INSTANT = r"^$|^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$"
"""What the form takes for an instant; the calendar that it shows for "date-time" checks nothing."""
FIELDS = ("source", "window_start", "window_end", "indicators", "formats", "accept_loss")
REPLAY_FIELDS = ("source", "window_start", "window_end", "since", "reason", "format", "pattern", "dry_run")


class BadRequest(ValueError):
    """What the trigger form holds cannot be swept; the one line says why."""


@dataclass(frozen=True)
class Window:
    """[start, end) in UTC."""

    start: datetime
    end: datetime

    def __str__(self) -> str:
        return f"{utc(self.start)}/{utc(self.end)}"

    def units(self, unit: timedelta) -> int:
        """How many windows of that length this one holds."""
        return (self.end - self.start) // unit


@dataclass(frozen=True)
class Sweep:
    """What one run of a sweep does: a window (or an aligned range of them) of a source, and how."""

    source: Source
    window: Window
    indicators: str
    formats: str
    accept_loss: bool


@dataclass(frozen=True)
class Replay:
    """What one run of a replay does: windows of a source, and which of their invalid lines, as arguments of the job."""

    source: Source
    arguments: list[str]
    dry_run: bool


def utc(at: datetime) -> str:
    """Write an instant as 2026-11-24T10:00:00Z."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def plain(at: datetime) -> datetime:
    """The same instant, in UTC, without pendulum's arithmetic: that cannot divide."""
    return datetime.fromtimestamp(at.timestamp(), UTC)


def floor(at: datetime, unit: timedelta) -> datetime:
    """The last border of windows of that length at or before an instant."""
    return at - (at - EPOCH) % unit


def closed(window: Window, margin: timedelta, now: datetime) -> bool:
    """Whether nothing more is appended to the window: its end and the clock margin have passed."""
    return window.end + margin <= now


def request(params: Mapping[str, Any], interval: Window | None, settings: Settings, own: str, now: datetime) -> Sweep:
    """Turn the trigger form into the sweep it asks for.

    :param params: the form's fields: source, window_start, window_end, indicators, formats, accept_loss
    :param interval: the run's data interval, swept where the form names no window; None if it has none:
        then the newest closed window
    :param own: the DAG's own source
    :raises BadRequest: what is wrong, what was expected, and an example
    :raises SettingsError: trawl.conf itself is wrong
    """
    source = _source(params, FIELDS, settings, own)
    indicators, formats = _which(params, "indicators"), _which(params, "formats")
    accept_loss = _flag(params, "accept_loss")
    given = _range(params)
    if given:
        window = given
    elif interval:
        window = interval
    else:
        last = floor(now - settings.duration("window.margin", "PT30S"), source.window)
        window = Window(last - source.window, last)
    _aligned(window, source)
    most = settings.number("window.most", 1000)
    if window.units(source.window) > most:
        raise BadRequest(
            f"window {window} is {window.units(source.window)} windows of {iso(source.window)}: at most {most} in "
            "one run (setting window.most); a backfill takes more"
        )
    return Sweep(source, window, indicators, formats, accept_loss)


def replay(params: Mapping[str, Any], settings: Settings, own: str) -> Replay:
    """Turn the trigger form into the replay it asks for.

    :param params: the form's fields: source, window_start and window_end or since, reason, format, pattern, dry_run
    :param own: the source where the form names none
    :raises BadRequest: what is wrong, what was expected, and an example
    :raises SettingsError: trawl.conf itself is wrong
    """
    source = _source(params, REPLAY_FIELDS, settings, own)
    dry_run = _flag(params, "dry_run")
    window, since = _range(params, "since alone"), _field(params, "since")
    if window and since:
        raise BadRequest("since is given, and window_start and window_end are too: expected one of them")
    if window:
        _aligned(window, source)
        words = ["--window", str(window)]
    elif since:
        words = ["--since", utc(since)]
    else:
        raise BadRequest(f"no window is given: fill in since, for example {EXAMPLE}, or window_start and window_end")
    for field in ("reason", "format", "pattern"):
        value = params.get(field) or ""
        # One argument of the job is one line.
        if not isinstance(value, str) or not value.isprintable():
            raise BadRequest(f"{field} {value!r}: expected one line of text without control characters")
        if value:
            words.append(f"--{field}={value}")
    return Replay(source, ["--source", source.name, *words, *(["--dry-run"] if dry_run else [])], dry_run)


def joined(windows: Sequence[str]) -> str:
    """Write windows, each START/END and in order, as an argument of a job: what touches becomes one range."""
    ranges: list[list[str]] = []
    for start, end in (window.split("/") for window in windows):
        if ranges and ranges[-1][1] == start:
            ranges[-1][1] = end
        else:
            ranges.append([start, end])
    return ",".join("/".join(one) for one in ranges)


def not_closed(window: Window, margin: timedelta, now: datetime) -> str:
    """The line that refuses a window which lines may still be appended to."""
    return (
        f"window {window} has not closed yet: it can be swept from {utc(window.end + margin)} on (its end and "
        f"window.margin = {iso(margin)}), now it is {utc(now.replace(microsecond=0))}"
    )


def _source(params: Mapping[str, Any], fields: Sequence[str], settings: Settings, own: str) -> Source:
    for field in params:
        if field not in fields:
            raise BadRequest(f"field {field!r} is unknown: expected some of {', '.join(fields)}")
    name = params.get("source") or own
    if name not in settings.sources():
        raise BadRequest(f"source {name!r} is unknown: expected one of {', '.join(settings.sources())}")
    return settings.source(name)


def _which(params: Mapping[str, Any], name: str) -> str:
    value = params.get(name) or "pinned"
    if value not in ("pinned", "latest"):
        raise BadRequest(f"{name} {value!r}: expected pinned or latest")
    return str(value)


def _flag(params: Mapping[str, Any], name: str) -> bool:
    value = params.get(name) or False
    if not isinstance(value, bool):
        raise BadRequest(f"{name} {value!r}: expected true or false")
    return value


def _range(params: Mapping[str, Any], otherwise: str = "neither for the run's own window") -> Window | None:
    start, end = _field(params, "window_start"), _field(params, "window_end")
    if start and end:
        return Window(start, end)
    if start or end:
        given, missing = ("window_start", "window_end") if start else ("window_end", "window_start")
        raise BadRequest(f"{given} is given but {missing} is not: fill in both, or {otherwise}")
    return None


def _field(params: Mapping[str, Any], name: str) -> datetime | None:
    value = params.get(name)
    if value is None or value == "":
        return None
    try:
        return instant(value)
    except (TypeError, ValueError, AttributeError):
        raise BadRequest(f"{name} {value!r}: expected an instant with its zone, for example {EXAMPLE}") from None


def _aligned(window: Window, source: Source) -> None:
    if window.end <= window.start:
        raise BadRequest(
            f"window {window} ends before it starts: expected START/END, for example {EXAMPLE} and an hour later"
        )
    for border in (window.start, window.end):
        below = floor(border, source.window)
        if border != below:
            raise BadRequest(
                f"window {window}: {utc(border)} is not a border of source {source.name}'s windows of "
                f"{iso(source.window)}; the nearest are {utc(below)} and {utc(below + source.window)}"
            )
