"""Windows [start, end) of broker append time, in UTC, and what a request for one must meet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from trawl_dags.settings import Settings, Source, instant, iso

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EXAMPLE = "2026-11-24T10:00:00Z"
FIELDS = ("source", "window_start", "window_end", "indicators", "accept_loss")


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
    accept_loss: bool


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

    :param params: the form's fields: source, window_start, window_end, indicators, accept_loss
    :param interval: the run's data interval, swept where the form names no window; None if it has none:
        then the newest closed window
    :param own: the DAG's own source
    :raises BadRequest: what is wrong, what was expected, and an example
    :raises SettingsError: trawl.conf itself is wrong
    """
    for field in params:
        if field not in FIELDS:
            raise BadRequest(f"field {field!r} is unknown: expected some of {', '.join(FIELDS)}")
    name = params.get("source") or own
    if name not in settings.sources():
        raise BadRequest(f"source {name!r} is unknown: expected one of {', '.join(settings.sources())}")
    source = settings.source(name)
    indicators = params.get("indicators") or "pinned"
    if indicators not in ("pinned", "latest"):
        raise BadRequest(f"indicators {indicators!r}: expected pinned or latest")
    accept_loss = params.get("accept_loss") or False
    if not isinstance(accept_loss, bool):
        raise BadRequest(f"accept_loss {accept_loss!r}: expected true or false")
    start, end = _field(params, "window_start"), _field(params, "window_end")
    if start and end:
        window = Window(start, end)
    elif start or end:
        given, missing = ("window_start", "window_end") if start else ("window_end", "window_start")
        raise BadRequest(f"{given} is given but {missing} is not: fill in both, or neither for the run's own window")
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
    return Sweep(source, window, indicators, accept_loss)


def not_closed(window: Window, margin: timedelta, now: datetime) -> str:
    """The line that refuses a window which lines may still be appended to."""
    return (
        f"window {window} has not closed yet: it can be swept from {utc(window.end + margin)} on (its end and "
        f"window.margin = {iso(margin)}), now it is {utc(now.replace(microsecond=0))}"
    )


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
