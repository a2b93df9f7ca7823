"""DAG sweep: a window of proxy logs from the broker to detections; one DAG for each source of trawl.conf."""

from __future__ import annotations

from typing import Any

from airflow.sdk import DAG, Param

from trawl_dags import texts
from trawl_dags.check import CheckOperator
from trawl_dags.defaults import dag_id, job_defaults
from trawl_dags.operator import SparkJobOperator
from trawl_dags.settings import Settings
from trawl_dags.timetable import EVER, WindowTimetable
from trawl_dags.windows import INSTANT

# What the check has made of form and data interval; it stays the same when a later task is cleared.
CHECKED = "{{ ti.xcom_pull(task_ids='check')['%s'] }}"
WINDOW = ("--source", CHECKED % "source", "--window", CHECKED % "window")
ACCEPT_LOSS = "{{ '--accept-loss' if ti.xcom_pull(task_ids='check')['accept_loss'] else '' }}"
# A check of before there was this field has none.
FORMATS = "{{ ti.xcom_pull(task_ids='check').get('formats', 'pinned') }}"


def sweep(called: str, own: str, settings: Settings) -> DAG:
    """Build the DAG that sweeps one source."""
    source = settings.source(own)
    timetable = WindowTimetable(
        source.window,
        settings.duration("window.margin", "PT30S"),
        settings.instant("airflow.start"),
        settings.instant("airflow.end"),
    )
    border: dict[str, Any] = {"type": ["null", "string"], "format": "date-time", "pattern": INSTANT}
    with DAG(
        called,
        schedule=timetable,
        start_date=EVER,
        catchup=settings.flag("airflow.catchup", True),
        max_active_runs=settings.number("airflow.windows", 2),
        params={
            "source": Param(own, type="string", enum=settings.sources(), title="Source", description=texts.SOURCE),
            "window_start": Param(None, **border, title="Window start", description=texts.START),
            "window_end": Param(None, **border, title="Window end", description=texts.END),
            "indicators": Param(
                "pinned",
                type="string",
                enum=["pinned", "latest"],
                title="Indicators",
                description=texts.INDICATORS,
            ),
            "formats": Param(
                "pinned",
                type="string",
                enum=["pinned", "latest"],
                title="Formats",
                description=texts.FORMATS,
            ),
            "accept_loss": Param(False, type="boolean", title="Accept loss", description=texts.ACCEPT_LOSS),
        },
        default_args=job_defaults(settings),
        description=f"Windows of source {own}: broker to detections, checked",
        doc_md=texts.sweep(own, source.window),
        tags=["trawl", "sweep", own],
    ) as dag:
        check = CheckOperator(task_id="check", own=own, doc_md=texts.CHECK, pool="default_pool")
        ingest = SparkJobOperator(task_id="ingest", job="ingest", arguments=[*WINDOW, ACCEPT_LOSS], doc_md=texts.INGEST)
        validate = SparkJobOperator(
            task_id="validate", job="validate", arguments=[*WINDOW, "--formats", FORMATS], doc_md=texts.VALIDATE
        )
        enrich = SparkJobOperator(
            task_id="enrich",
            job="enrich",
            arguments=[*WINDOW, "--indicators", CHECKED % "indicators"],
            doc_md=texts.ENRICH,
        )
        load = SparkJobOperator(task_id="load", job="load", arguments=WINDOW, doc_md=texts.LOAD)
        audit = SparkJobOperator(task_id="audit", job="audit", arguments=WINDOW, doc_md=texts.AUDIT)
        check >> ingest >> validate >> enrich >> load >> audit
    return dag


settings = Settings.load()
for index, name in enumerate(settings.sources()):
    sweep(dag_id("sweep", index, name), name, settings)
