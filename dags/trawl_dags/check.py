"""The first task of a sweep: refuses a form that cannot be swept, and waits until the window has closed."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.triggers.temporal import DateTimeTrigger
from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from trawl_dags.settings import Settings, SettingsError
from trawl_dags.windows import BadRequest, Window, closed, joined, not_closed, plain, replay, request

if TYPE_CHECKING:
    from airflow.sdk import Context

SHORT = timedelta(seconds=5)
"""A wait that is slept out: handing it to the triggerer and back takes about as long."""


class CheckOperator(BaseOperator):
    """Turns the run's form and data interval into the sweep that the other tasks do.

    A run of the schedule or of a backfill waits (deferred: it holds no worker) until its window has closed and
    the margin has passed; a run by hand is refused at once.

    :param own: the DAG's own source, swept where the form names none
    :return: {"source", "window": "START/END", "windows": how many, "indicators", "formats", "accept_loss"}
    """

    ui_color = "#f4efdc"

    def __init__(self, *, own: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.own = own

    def execute(self, context: Context) -> dict[str, Any]:
        """Check, and wait if need be.

        :raises AirflowFailException: the form, the window or trawl.conf is wrong; no retry
        """
        return self._sweep(context)

    def resume(self, context: Context, event: object = None) -> dict[str, Any]:  # noqa: ARG002
        """Go on when the triggerer says that the window has closed."""
        return self._sweep(context)

    def _sweep(self, context: Context) -> dict[str, Any]:
        now = datetime.now(UTC)
        run = context["dag_run"]
        start, end = run.data_interval_start, run.data_interval_end
        interval = Window(plain(start), plain(end)) if start and end else None
        try:
            settings = Settings.load()
            sweep = request({**context["params"], **(run.conf or {})}, interval, settings, self.own, now)
            margin = settings.duration("window.margin", "PT30S")
        except (BadRequest, SettingsError) as e:
            raise AirflowFailException(str(e)) from None
        if not closed(sweep.window, margin, now):
            if run.run_type == "manual":
                raise AirflowFailException(not_closed(sweep.window, margin, now))
            moment = sweep.window.end + margin
            if moment - now > SHORT:
                self.log.info("Waiting until %s", moment)
                self.defer(trigger=DateTimeTrigger(moment=moment), method_name="resume")
            time.sleep((moment - now).total_seconds())
        windows = sweep.window.units(sweep.source.window)
        self.log.info("Source %s, window %s (%d)", sweep.source.name, sweep.window, windows)
        return {
            "source": sweep.source.name,
            "window": str(sweep.window),
            "windows": windows,
            "indicators": sweep.indicators,
            "formats": sweep.formats,
            "accept_loss": sweep.accept_loss,
        }


class ReplayCheckOperator(BaseOperator):
    """Turns the form of a replay into arguments of its job.

    :param own: the source where the form names none
    :return: {"source", "arguments": one a line}
    """

    ui_color = "#f4efdc"

    def __init__(self, *, own: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.own = own

    def execute(self, context: Context) -> dict[str, Any]:
        """Check.

        :raises AirflowFailException: the form or trawl.conf is wrong; no retry
        """
        try:
            asked = replay({**context["params"], **(context["dag_run"].conf or {})}, Settings.load(), self.own)
        except (BadRequest, SettingsError) as e:
            raise AirflowFailException(str(e)) from None
        self.log.info("Replay %s", asked.arguments)
        return {"source": asked.source.name, "arguments": "\n".join(asked.arguments)}


class ChangedOperator(BaseOperator):
    """Names the windows that a task's job has changed; without any, the tasks that follow are skipped.

    :param of: the task
    :return: {"window": an argument of the jobs that follow, "windows": how many}
    """

    ui_color = "#f4efdc"

    def __init__(self, *, of: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.of = of

    def execute(self, context: Context) -> dict[str, Any]:
        """Look at the job's report.

        :raises AirflowSkipException: no window has changed
        :raises AirflowFailException: there is no report, for example since somebody marked the task as successful
        """
        report = context["ti"].xcom_pull(task_ids=self.of)
        if report is None:
            raise AirflowFailException(f"{self.of} left no report: clear it and the tasks after it")
        windows = report["windows"]
        if not windows:
            raise AirflowSkipException(f"{self.of} has changed no window: nothing follows")
        self.log.info("%d windows have changed: %s", len(windows), joined(windows))
        return {"window": joined(windows), "windows": len(windows)}
