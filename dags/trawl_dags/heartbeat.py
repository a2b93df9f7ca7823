"""What the hot path's heartbeat says: in one line, and whether its driver is alive. Knows no Airflow, reads nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from trawl_dags.reports import Report
from trawl_dags.settings import Settings, instant

GRACE = 15.0
"""Seconds that a heartbeat may be late, beside three that fail."""

FIRST = 300.0
"""Seconds that a driver may run without a heartbeat: it waits for the lease, or is slow to start."""

PASSING = 300.0
"""Seconds that starting and stopping may take."""


@dataclass(frozen=True)
class Limits:
    """When a driver counts as dead, in seconds.

    :param silence: with no new heartbeat
    :param stuck: with lines waiting and no sign of work (hot.stuck)
    :param first: before its first heartbeat
    :param passing: in any state but running and waiting
    """

    silence: float
    stuck: float
    first: float = FIRST
    passing: float = PASSING

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """As the settings have it."""
        every = settings.duration("hot.heartbeat", "PT2S").total_seconds()
        return cls(GRACE + 3 * every, settings.duration("hot.stuck", "PT30S").total_seconds())


@dataclass(frozen=True)
class Watch:
    """What has been seen of one driver. Times are seconds of the watching process's own monotonic clock, so that a
    clock that differs or is set, on whichever machine, kills nobody.

    :param run_id: the driver's
    :param running: since when it has been seen to be RUNNING
    :param answering: since when the report store has answered every look; None: it did not answer the last one
    :param heartbeat: the driver's last heartbeat; another driver's is none of its
    :param changed: when that one was seen first
    :param entered: since when it has said this state
    """

    run_id: str
    running: float | None = None
    answering: float | None = None
    heartbeat: Report | None = None
    changed: float = 0.0
    entered: float = 0.0

    def looked(self, found: Report | None, now: float) -> Watch:
        """The report store has answered, with this heartbeat or with none."""
        answering = now if self.answering is None else self.answering
        old = self.heartbeat or {}
        if found is None or found.get("run_id") != self.run_id or found.get("at") == old.get("at"):
            # Missing for a moment while it is replaced: the last one counts.
            return replace(self, answering=answering)
        entered = self.entered if found.get("state") == old.get("state") else now
        return replace(self, answering=answering, heartbeat=found, changed=now, entered=entered)

    def unanswered(self) -> Watch:
        """The report store has not answered: until it does, nothing can be said."""
        return replace(self, answering=None)


def death(watch: Watch, now: float, limits: Limits) -> str | None:
    """Why the driver counts as dead, in a phrase; None where it is alive, or where that cannot be told."""
    if watch.running is None or watch.answering is None:
        return None
    beat = watch.heartbeat
    if beat is None:
        silent = now - max(watch.running, watch.answering)
        return f"no heartbeat in its first {silent:.0f} s" if silent > limits.first else None
    # A store that was away took no heartbeats either.
    silent = now - max(watch.changed, watch.answering)
    if silent > limits.silence:
        return f"no heartbeat for {silent:.0f} s"
    state = beat.get("state")
    if state in ("running", "waiting"):
        idle = _idle(beat)
        if idle is not None and idle > limits.stuck and _number(beat.get("lag_lines")) > 0:
            return f"{beat['lag_lines']:,} lines wait, and nothing has happened for {idle:.0f} s"
        return None
    passing = now - watch.entered
    return f"{state} for {passing:.0f} s" if passing > limits.passing else None


def orphan(beat: Report | None, own: str | None) -> str | None:
    """A driver that holds the source's lease and that Airflow has forgotten; None where there is none.

    :param own: the driver that is known; one submitted after it is no orphan but its successor
    """
    named = (beat or {}).get("driver")
    if not isinstance(named, str) or named == own or (beat or {}).get("state") in ("stopped", "superseded"):
        return None
    when = _submitted(named)
    return named if when is not None and (own is None or when < (_submitted(own) or when)) else None


def age(beat: Report, now: datetime | None = None) -> float | None:
    """Seconds since it was written, if the clocks agree; None where it does not say when."""
    try:
        return max(0.0, ((now or datetime.now(UTC)) - instant(str(beat.get("at")))).total_seconds())
    except ValueError:
        return None


def news(beat: Report) -> tuple[object, ...]:
    """What is worth a line of its own in a log when it changes."""
    return beat.get("state"), beat.get("because"), beat.get("snapshot"), beat.get("snapshot_refused")


def line(beat: Report) -> str:
    """A heartbeat in one line: `running, lag 0 lines 0.0 s, 1,200 lines/s, to alert p50 310 p99 690 ms, ...`."""
    parts = [str(beat.get("state") or "no state")]
    if beat.get("because"):
        parts[0] += f" ({_flat(beat['because'])})"
    parts.append(f"lag {_shown(beat.get('lag_lines'))} lines {_shown(beat.get('lag_seconds'), 1)} s")
    if beat.get("caught_up_in_seconds"):
        parts.append(f"caught up in {_shown(beat['caught_up_in_seconds'])} s")
    parts.append(f"{_shown(beat.get('lines_per_second'))} lines/s")
    taken = beat.get("append_to_alert_ms")
    if isinstance(taken, dict) and taken.get("count"):
        parts.append(f"to alert p50 {_shown(taken.get('p50'))} p99 {_shown(taken.get('p99'))} ms")
    parts.append(f"detections {_shown(beat.get('detections'))}")
    parts.append(f"alerts {_shown(beat.get('alerts'))}")
    if beat.get("invalid"):
        parts.append(f"invalid {_shown(beat['invalid'])}")
    parts.append(f"snapshot {_flat(beat.get('snapshot') or 'none')}")
    refused = beat.get("snapshot_refused")
    if isinstance(refused, dict):
        parts.append(f"refused snapshot {_flat(refused.get('snapshot') or 'newest')}: {_flat(refused.get('why'))}")
    return ", ".join(parts)


def _idle(beat: Report) -> float | None:
    """Seconds without a sign of work when the heartbeat was written, by the driver's own clock."""
    try:
        at = instant(str(beat.get("at")))
        return (at - instant(str(beat.get("last_sign") or beat.get("started")))).total_seconds()
    except ValueError:
        return None


def _number(value: object) -> float:
    return value if isinstance(value, int | float) else 0


def _shown(value: object, digits: int = 0) -> str:
    return f"{value:,.{digits}f}" if isinstance(value, int | float) else "?"


def _flat(text: object) -> str:
    return " ".join(str(text).split())


def _submitted(driver: str) -> tuple[int, int] | None:
    """When a standalone master took a driver, and as the how-manieth: its name says so."""
    found = re.fullmatch(r"driver-(\d{14})-(\d+)", driver)
    return (int(found.group(1)), int(found.group(2))) if found else None
