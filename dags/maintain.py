"""DAG maintain: what nobody needs any more leaves the lake, HBase and the state folder."""

from __future__ import annotations

from airflow.sdk import DAG, CronDataIntervalTimetable

from trawl_dags import texts
from trawl_dags.defaults import job_defaults
from trawl_dags.operator import SparkJobOperator
from trawl_dags.settings import Settings

settings = Settings.load()

with DAG(
    "maintain",
    schedule=CronDataIntervalTimetable(settings.text("maintain.schedule", "30 3 * * *"), timezone="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args=job_defaults(settings),
    description="Deletes what is too old or unused; merges small files",
    doc_md=texts.MAINTAIN,
    tags=["trawl", "lake"],
) as dag:
    SparkJobOperator(task_id="maintain", job="maintain", arguments=[], doc_md=texts.MAINTAIN_TASK)
