"""When a source is swept: every window in turn, once it has closed, and none left out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pendulum
from airflow.timetables.base import DagRunInfo, DataInterval, Timetable

from trawl_dags.settings import iso
from trawl_dags.windows import EPOCH, floor, plain, utc

if TYPE_CHECKING:
    from airflow.timetables.base import TimeRestriction


EVER = datetime(2000, 1, 1, tzinfo=UTC)
"""Start date of a DAG with this timetable."""


class WindowTimetable(Timetable):
    """One run for each window; a run's data interval is its window, and it starts when the window has closed.

    The first window is `first`, or the newest one where that is not given: a new installation sweeps no past
    that nobody asked for. From then on each run follows the one before it, so windows missed while the
    scheduler was down are caught up (with `catchup=False` the newest is next, as everywhere in Airflow).

    The DAG's own start date is EVER, which lies before every window: Airflow ends a run from before it as a
    success without running a task, be it a backfill or one by hand.

    :param unit: length of a window; divides a day
    :param margin: how long after its end a window has closed
    :param first: the first window to sweep is the one that begins then, or next after it
    :param end: no window that begins then or later is swept by schedule; None: it goes on for ever
    """

    def __init__(
        self, unit: timedelta, margin: timedelta, first: datetime | None = None, end: datetime | None = None
    ) -> None:
        self.unit = unit
        self.margin = margin
        self.first = first
        self.end = end
        since = f", from {utc(first)} on" if first else ""
        until = f", until {utc(end)}" if end else ""
        self.description = f"Each window of {iso(unit)}, {iso(margin)} after its end{since}{until}"

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> Timetable:
        """Read what serialize wrote."""
        first, end = (
            datetime.fromtimestamp(at, UTC) if at is not None else None for at in (data["first"], data.get("end"))
        )
        return cls(timedelta(seconds=data["unit"]), timedelta(seconds=data["margin"]), first, end)

    def serialize(self) -> dict[str, Any]:
        """Seconds, and seconds since 1970."""
        return {
            "unit": self.unit.total_seconds(),
            "margin": self.margin.total_seconds(),
            "first": self.first.timestamp() if self.first else None,
            "end": self.end.timestamp() if self.end else None,
        }

    @property
    def summary(self) -> str:
        """Shown in the list of DAGs."""
        return f"every {iso(self.unit)}"

    def infer_manual_data_interval(self, *, run_after: pendulum.DateTime) -> DataInterval:
        """The newest window that has closed by then."""
        end = floor(plain(run_after) - self.margin, self.unit)
        return DataInterval(_pendulum(end - self.unit), _pendulum(end))

    def next_dagrun_info(
        self, *, last_automated_data_interval: DataInterval | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        """The window after the last one."""
        if last_automated_data_interval is not None:
            start = floor(plain(last_automated_data_interval.end), self.unit)
            if start <= plain(last_automated_data_interval.start):
                # Windows have become longer: the one that holds the last run's has been swept in part.
                start += self.unit
        else:
            start = EPOCH
        earliest = plain(restriction.earliest or EVER)
        # Of a backfill's range; the DAG's own start date says nothing.
        ranged = earliest > EVER
        first = earliest if ranged else self.first
        if first is not None:
            start = max(start, self._ceiling(first))
        if start == EPOCH or not restriction.catchup:
            start = max(start, floor(datetime.now(UTC) - self.margin, self.unit) - self.unit)
        if restriction.latest is not None and start > plain(restriction.latest):
            return None
        if self.end is not None and start >= self.end and not ranged:
            return None
        end = start + self.unit
        return DagRunInfo(
            run_after=_pendulum(end + self.margin),
            data_interval=DataInterval(_pendulum(start), _pendulum(end)),
        )

    def _ceiling(self, at: datetime) -> datetime:
        below = floor(at, self.unit)
        return below if below == at else below + self.unit


def _pendulum(at: datetime) -> pendulum.DateTime:
    return pendulum.instance(at)
