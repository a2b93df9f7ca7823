"""DAG hot_detections: the one hot job of a source, kept running; one DAG for each source of trawl.conf."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG

from trawl_dags import texts
from trawl_dags.defaults import dag_id
from trawl_dags.hot import HotDetectOperator
from trawl_dags.settings import Settings

# Fixed and past: @continuous counts from it.
START = datetime(2024, 1, 1, tzinfo=UTC)

# A task's process that dies uses up one; a run without any left would leave its driver behind.
FOR_EVER = 1_000_000


def hot_detections(called: str, source: str, settings: Settings) -> DAG:
    """Build the DAG that keeps one source's hot job running."""
    with DAG(
        called,
        schedule="@continuous",
        start_date=START,
        catchup=False,
        max_active_runs=1,
        description=f"Hot detections of source {source}: topic to alerts, seconds after the line was written",
        doc_md=texts.hot(source),
        tags=["trawl", "hot", source],
    ) as dag:
        HotDetectOperator(
            task_id="hot_detect",
            source=source,
            owner=settings.text("airflow.owner", "trawl"),
            # Not the pool "spark": it would hold a slot for ever.
            pool="default_pool",
            retries=FOR_EVER,
            retry_delay=timedelta(seconds=2),
            doc_md=texts.HOT_TASK,
        )
    return dag


settings = Settings.load()
for index, source in enumerate(settings.sources()):
    hot_detections(dag_id("hot_detections", index, source), source, settings)
