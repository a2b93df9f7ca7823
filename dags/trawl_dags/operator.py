"""Runs one of Trawl's jobs as an Airflow task: submits or re-attaches, follows, and returns the job's report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import attrs
from airflow.sdk import BaseOperatorLink
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from trawl_dags import reports, submit
from trawl_dags.provider import ClusterSubmitOperator
from trawl_dags.settings import Settings
from trawl_dags.spark import Driver, Masters

if TYPE_CHECKING:
    from airflow.sdk import BaseOperator, Context
    from airflow.sdk.types import TaskInstanceKey
    from pydantic import JsonValue

CONNECTION = "trawl_spark"
BAD_ARGUMENT = 2


@attrs.define()
class DriverLink(BaseOperatorLink):
    """The page with the log of the task's Spark driver (needs setting spark.ui)."""

    name: str = "Spark driver"

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:  # noqa: ARG002
        """Address of the page; empty where it is not known."""
        return getattr(operator, "driver_page", None) or ""


class SparkJobOperator(ClusterSubmitOperator):
    """One job, in cluster mode, durably: a retry re-attaches to the driver of the try before, if it still runs.

    What the task stores before it follows the driver is the driver's id together with the run id and the name
    of the report of that very submission. So a report left by an earlier driver of this task, or by one that
    Airflow has forgotten, is never taken for this one's. Only a report that says `ok` ends the task well; after
    anything else the next try submits again. Needs no [state_store] clear_on_success: what is stored is dropped
    when the task succeeds, so that a cleared task runs. It runs, too, where a person marked it as failed and its
    driver came to a good end before it could be ended: what it left counts for the tries before the clearing only. A
    driver of a standalone cluster that still runs then is ended first.

    :param job: name of the job, as in target/dist/jobs/trawl-<job>.jar
    :param arguments: its command line (templated); an empty one is left out, one of several lines is several
    :param main: its main class; none for Trawl's own jobs, whose names say it
    :return: the job's report, also as XCom
    """

    external_id_key = "trawl_submission"
    template_fields: Sequence[str] = ("arguments", "application", "application_args", "counts")
    # The rendered fields show the counts, which are known only afterwards.
    overwrite_rtif_after_execution = True
    operator_extra_links = (DriverLink(),)
    # Seconds between two looks at a standalone master, at most: a run waits for the last look of each of its tasks.
    looks_every = 0.3
    ui_color = "#dbe9e4"

    def __init__(
        self,
        *,
        job: str,
        arguments: Sequence[str],
        main: str | None = None,
        conn_id: str = CONNECTION,
        **kwargs: Any,
    ) -> None:
        super().__init__(conn_id=conn_id, **kwargs)
        self.job = job
        self.main = main
        self.arguments = list(arguments)
        self.counts: str | None = None
        self.driver_page: str | None = None
        self._submitted: dict[str, str] | None = None
        self._found: reports.Report | None = None
        self._settings: Settings | None = None

    @property
    def settings(self) -> Settings:
        """The settings as they are when the task runs."""
        if self._settings is None:
            self._settings = Settings.load()
        return self._settings

    def execute(self, context: Context) -> reports.Report:  # type: ignore[override]
        """Run the job, or what is left of it.

        :raises AirflowFailException: the job refuses its arguments or settings; a retry would not help
        :raises AirflowException: it failed; the message is the job's own line
        """
        spec = submit.submission(self.job, self.settings, self.main)
        self.prepare(f"trawl {self.job}", spec.application, spec.main, spec.conf)
        super().execute(context)
        report = self._settle()
        self.counts = reports.counts(report)
        self.log.info("%s: %s", self.job, self.counts)
        self._log_notes(report)
        store = context.get("task_state_store")
        if store is not None:
            store.delete(self.external_id_key)
        context["ti"].xcom_push(key="counts", value=self.counts)
        return report

    # What the provider's resumable execution calls.

    def submit_job(self, context: Context) -> JsonValue:  # type: ignore[override]
        """Submit a driver under a run id of its own; give what it takes to find it and its report again."""
        ti = context["ti"]
        run_id = submit.new_run_id(self.job)
        task = ti.task_id if ti.map_index is None or ti.map_index < 0 else f"{ti.task_id}.{ti.map_index}"
        report = reports.name("airflow", ti.dag_id, ti.run_id, task, run_id)
        given = [word for argument in self.arguments for word in argument.splitlines() if word]
        self.application_args = submit.arguments(given, self.settings, run_id, report)
        # An earlier try's driver is none of this one's any more.
        self._submitted = None
        self.connect()
        masters = self._masters()
        if masters is None:
            driver = super().submit_job(context)
        else:
            # spark-submit would start a JVM to send the same request.
            spec = submit.submission(self.job, self.settings, self.main)
            driver = masters.create(spec.request(self.master, self.application_args))
            self.log.info("Submitted as %s", driver)
            self.hook_driver = driver
        return {"driver": str(driver), "run_id": run_id, "report": report, "tries": self._tries(context)}

    def get_job_status(self, external_id: JsonValue, context: Context) -> str:
        """State of an earlier submission; of an ended one, what its report says."""
        submitted = self._remember(external_id)
        masters = self._masters()
        if masters is None:
            state = super().get_job_status(submitted["driver"], context)
        else:
            state = masters.driver(submitted["driver"]).state
        self.log.info("Driver %s of an earlier try is %s", submitted["driver"], state)
        active = self.is_job_active(state)
        if self._cleared(context) and (masters is not None or not active):
            if active and masters is not None:
                # It was not ended with its try, or is just being ended.
                masters.kill(submitted["driver"])
                masters.follow(submitted["driver"], interval=self.looks_every)
            self.log.info("The task has been cleared since: it runs again")
            return "FAILED"
        if active:
            return state
        report = self._report()
        return self._succeeded if report and report.get("exit") == 0 else "FAILED"

    def poll_until_complete(self, external_id: JsonValue, context: Context) -> None:
        """Follow the driver to its end; raise what became of it, unless it did its work."""
        submitted = self._remember(external_id)
        masters = self._masters()
        if masters is None:
            try:
                super().poll_until_complete(submitted["driver"], context)
            except RuntimeError as e:
                self._settle(str(e))
            return
        shown: set[str] = set()

        def seen(driver: Driver) -> None:
            if driver.state not in shown:
                shown.add(driver.state)
                self.log.info("Driver %s is %s", driver.id, driver.state)
            if self.driver_page is None and driver.worker_id:
                self.driver_page = masters.page(driver) or ""
                context["ti"].xcom_push(key=DriverLink().xcom_key, value=self.driver_page)
            self.looked(driver, context)

        last = masters.follow(submitted["driver"], interval=self.looks_every, seen=seen, done=self._done)
        if last.active:
            self.log.info("Driver %s has left its report", last.id)
        self._settle(lambda: masters.ending(last, self.job))

    def looked(self, driver: Driver, context: Context) -> None:
        """Told of each look at a driver that is followed, every `looks_every` seconds or so; does nothing."""

    def on_kill(self) -> None:
        """End the driver with the task: marked failed, cleared while it ran, or timed out."""
        if not self.connected:
            return
        masters = self._masters()
        driver = self._driver()
        if masters is not None and driver:
            self.log.info("Ending driver %s", driver)
            masters.kill(driver)
            # Done; what is left for the hook is a spark-submit under way.
            self.hook_driver = None
        super().on_kill()

    # What became of it.

    @property
    def _succeeded(self) -> str:
        return "FINISHED" if self._masters() is not None else "SUCCEEDED"

    def _remember(self, external_id: JsonValue) -> dict[str, str]:
        if not isinstance(external_id, dict):
            raise AirflowException(f"stored submission {external_id!r}: expected driver, run_id and report")
        self._submitted = {key: str(value) for key, value in external_id.items()}
        return self._submitted

    @staticmethod
    def _tries(context: Context) -> str:
        """What all tries until the next clearing have in common: clearing a task moves the number of its last try."""
        return str(context["ti"].max_tries)

    def _cleared(self, context: Context) -> bool:
        """Whether somebody has cleared the task since the submission that is remembered."""
        return (self._submitted or {}).get("tries") != self._tries(context)

    def _driver(self) -> str | None:
        """The driver of this try, as far as it is known."""
        return (self._submitted or {}).get("driver") or self.hook_driver

    def _masters(self) -> Masters | None:
        """The standalone masters of the connection; None on YARN and Kubernetes, which the provider follows."""
        urls = self.rest_urls()
        return None if urls is None else Masters(urls, self.settings.text("spark.ui", "") or None)

    def _done(self) -> bool:
        """Whether the driver has left its report: nothing comes behind it."""
        try:
            return self._report() is not None
        except OSError:
            return False

    def _report(self) -> reports.Report | None:
        submitted = self._submitted
        if submitted is None:
            return None
        if self._found is None or self._found["run_id"] != submitted["run_id"]:
            self._found = reports.read(self.settings, submitted["report"], submitted["run_id"])
        return self._found

    def _log_notes(self, report: reports.Report) -> None:
        for note in report.get("notes") or ():
            self.log.warning("%s", reports.shown(note))

    def _settle(self, ending: str | Callable[[], str] = "it left no report") -> reports.Report:
        """The report of a job that did its work; raise for any other.

        :param ending: what to say where there is no report
        """
        report = self._report()
        if report is None:
            raise AirflowException(f"trawl {self.job}: {ending if isinstance(ending, str) else ending()}")
        if report.get("exit") == 0:
            return report
        self.counts = reports.counts(report)
        self._log_notes(report)
        line = f"trawl {self.job}: {reports.shown(report.get('error') or 'failed without a reason')}"
        if report.get("exit") == BAD_ARGUMENT:
            raise AirflowFailException(line)
        raise AirflowException(line)
