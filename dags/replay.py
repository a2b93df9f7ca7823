"""DAG replay: invalid lines that a mended format reads become events of their own windows; triggered by hand."""

from __future__ import annotations

from typing import Any

from airflow.sdk import DAG, Param

from trawl_dags import texts
from trawl_dags.check import ChangedOperator, ReplayCheckOperator
from trawl_dags.defaults import job_defaults
from trawl_dags.operator import SparkJobOperator
from trawl_dags.settings import Settings
from trawl_dags.windows import INSTANT

CHECKED = "{{ ti.xcom_pull(task_ids='check')['%s'] }}"
CHANGED = ("--source", CHECKED % "source", "--window", "{{ ti.xcom_pull(task_ids='changed')['window'] }}")

settings = Settings.load()
instant: dict[str, Any] = {"type": ["null", "string"], "format": "date-time", "pattern": INSTANT}
text: dict[str, Any] = {"type": ["null", "string"], "maxLength": 1000}

with DAG(
    "replay",
    schedule=None,
    catchup=False,
    max_active_runs=1,
    params={
        "source": Param(
            settings.sources()[0], type="string", enum=settings.sources(), title="Source", description=texts.SOURCE
        ),
        "window_start": Param(None, **instant, title="Window start", description=texts.REPLAY_START),
        "window_end": Param(None, **instant, title="Window end", description=texts.REPLAY_END),
        "since": Param(None, **instant, title="Since", description=texts.SINCE),
        "reason": Param(None, **text, title="Reason", description=texts.REASON),
        "format": Param(None, **text, title="Format", description=texts.FORMAT),
        "pattern": Param(None, **text, title="Pattern", description=texts.PATTERN),
        "dry_run": Param(True, type="boolean", title="Dry run", description=texts.DRY_RUN),
    },
    default_args=job_defaults(settings),
    description="Invalid lines that a mended format reads become events of their windows",
    doc_md=texts.REPLAY,
    tags=["trawl", "replay"],
) as dag:
    check = ReplayCheckOperator(
        task_id="check", own=settings.sources()[0], doc_md=texts.REPLAY_CHECK, pool="default_pool"
    )
    replay = SparkJobOperator(
        task_id="replay", job="replay", arguments=[CHECKED % "arguments"], doc_md=texts.REPLAY_TASK
    )
    changed = ChangedOperator(task_id="changed", of="replay", doc_md=texts.CHANGED, pool="default_pool")
    enrich = SparkJobOperator(task_id="enrich", job="enrich", arguments=CHANGED, doc_md=texts.ENRICH)
    load = SparkJobOperator(task_id="load", job="load", arguments=CHANGED, doc_md=texts.LOAD)
    audit = SparkJobOperator(task_id="audit", job="audit", arguments=CHANGED, doc_md=texts.AUDIT)
    check >> replay >> changed >> enrich >> load >> audit
