"""Keeps the one hot job of a source running: submits or re-attaches, shows its heartbeat, ends one that is stuck."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

from airflow.sdk.exceptions import AirflowException, AirflowFailException

from trawl_dags import heartbeat, reports
from trawl_dags.heartbeat import Limits, Watch
from trawl_dags.operator import SparkJobOperator
from trawl_dags.settings import SettingsError

if TYPE_CHECKING:
    from airflow.sdk import Context
    from pydantic import JsonValue

    from trawl_dags.spark import Driver, Masters

LOOK = 3.0
"""Seconds between two looks at the heartbeat; each new one becomes an XCom."""

TELL = 60.0
"""Seconds between two lines in the task's log while nothing changes."""

REFUSED = 30.0
"""Seconds before a run fails whose job refuses its settings: with @continuous the next one starts at once."""

END = 30.0
"""Seconds that a driver may take to end before the next one is submitted beside it."""


class HotDetectOperator(SparkJobOperator):
    """The job hot-detect of one source, for ever.

    The task ends only by failing, and Airflow tries again: its driver has ended, whatever it says, or is dead
    (heartbeat.death) and has been ended. A try re-attaches to a driver that still runs, else submits one, which
    asks the holder of the lease to give way.

    XCom `status` is the heartbeat in one line, XCom `heartbeat` the whole of it, while the task runs. On YARN and
    Kubernetes, where the provider follows the driver, there is neither, and nothing is ended that is stuck.

    :param source: the source's name
    """

    # It runs for weeks, and each look may read its heartbeat.
    looks_every = 1.0

    ui_color = "#f3ded4"

    def __init__(self, *, source: str, **kwargs: Any) -> None:
        super().__init__(job="hot-detect", arguments=["--source", source, "--take-over"], **kwargs)
        self.source = source
        self._killed = False
        self._beats: reports.Heartbeats | None = None
        self._watch = Watch("")
        # The newest heartbeat, whoever's; None: nobody has looked.
        self._newest: reports.Report | None = None
        self._next_look = 0.0
        self._told: tuple[object, ...] = ()
        self._tell_again = 0.0

    def execute(self, context: Context) -> reports.Report:  # type: ignore[override]
        """Run the job until it ends.

        :raises AirflowFailException: it refuses its arguments or settings; after a pause, since a new run follows
        :raises AirflowException: it has ended otherwise, or was ended
        """
        try:
            return super().execute(context)
        except (AirflowFailException, SettingsError) as e:
            self.log.error("%s (this run fails in %.0f s, and the next one tries again)", e, REFUSED)  # noqa: TRY400
            self._sleep(REFUSED)
            raise AirflowFailException(str(e)) from None

    def get_job_status(self, external_id: JsonValue, context: Context) -> str:
        """State of an earlier submission. One that has ended well has ended all the same: another is due."""
        state = super().get_job_status(external_id, context)
        return state if self.is_job_active(state) else "FAILED"

    def looked(self, driver: Driver, context: Context) -> None:
        """Read the heartbeat now and then, show it, and end a driver that is dead.

        :raises AirflowException: it was dead
        """
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + LOOK
        submitted = self._submitted or {}
        if self._watch.run_id != submitted.get("run_id"):
            self._watch = Watch(submitted.get("run_id", ""))
        if driver.state == "RUNNING" and self._watch.running is None:
            self._watch = replace(self._watch, running=now)
        self._look(context)
        if driver.state != "RUNNING":
            return
        why = heartbeat.death(self._watch, time.monotonic(), Limits.of(self.settings))
        masters = self._masters()
        if why is not None and masters is not None:
            self._end(masters, driver, why)

    def on_kill(self) -> None:
        """End the task's driver, and an older one that holds the lease: one that Airflow has forgotten."""
        self._killed = True
        own = self._driver()
        super().on_kill()
        masters = self._masters()
        if masters is None:
            return
        other = heartbeat.orphan(self._newest or self._at_once(), own)
        if other is not None:
            self.log.info("Ending driver %s, which holds the lease of source %s", other, self.source)
            masters.kill(other)

    def _done(self) -> bool:
        # It works until it is told to end: that is followed.
        return False

    def _settle(self, ending: str | Callable[[], str] = "it left no report") -> NoReturn:
        super()._settle(ending)
        raise AirflowException(f"trawl {self.job}: its driver was ended, but not by this task: it starts again")

    def _at_once(self) -> reports.Report | None:
        try:
            return reports.Heartbeats(self.settings, timeout=2.0).read(self.source)
        except OSError:
            return None

    def _sleep(self, seconds: float) -> None:
        """Sleep, but not on after the task was killed: a signal's handler alone ends no sleep."""
        until = time.monotonic() + seconds
        while not self._killed and time.monotonic() < until:
            time.sleep(min(0.5, seconds))

    def _look(self, context: Context) -> None:
        if self._beats is None:
            self._beats = reports.Heartbeats(self.settings)
        try:
            found = self._beats.read(self.source)
        except OSError as e:
            self._watch = self._watch.unanswered()
            self._tell(("unreadable",), f"No heartbeat can be read, so the driver counts as alive: {e}")
            return
        self._newest = found
        before = self._watch.heartbeat
        self._watch = self._watch.looked(found, time.monotonic())
        beat = self._watch.heartbeat
        if beat is None:
            holder = (found or {}).get("run_id")
            self._tell(("none", holder), f"No heartbeat yet (the last one is of run {holder})")
        elif beat is not before:
            status = heartbeat.line(beat)
            self._tell(heartbeat.news(beat), status)
            context["ti"].xcom_push(key="status", value=status)
            context["ti"].xcom_push(key="heartbeat", value=beat)

    def _tell(self, news: tuple[object, ...], text: str) -> None:
        """Write a line into the log where something has changed, or a minute has passed."""
        now = time.monotonic()
        if news != self._told or now >= self._tell_again:
            self._told, self._tell_again = news, now + TELL
            self.log.info("%s", text)

    def _end(self, masters: Masters, driver: Driver, why: str) -> NoReturn:
        self.log.error("Driver %s is dead, ending it: %s", driver.id, why)
        masters.kill(driver.id)
        deadline = time.monotonic() + END
        while driver.active and time.monotonic() < deadline and not self._killed:
            self._sleep(0.5)
            driver = masters.driver(driver.id)
        state = f"it is {driver.state}" + (" still" if driver.active else "")
        raise AirflowException(f"trawl {self.job}: driver {driver.id} was dead and told to end: {why} ({state})")
