"""DAG backtest: what rules would have found in the lake; triggered by hand, writes to no table."""

from __future__ import annotations

from typing import Any

from airflow.sdk import DAG, Param

from trawl_dags import texts
from trawl_dags.defaults import file_option, job_defaults, located
from trawl_dags.operator import SparkJobOperator
from trawl_dags.settings import Settings
from trawl_dags.windows import INSTANT

settings = Settings.load()
instant: dict[str, Any] = {"type": "string", "format": "date-time", "minLength": 1, "pattern": INSTANT}

with DAG(
    "backtest",
    schedule=None,
    catchup=False,
    params={
        "rules": Param(
            located(settings.listed("rules.folder")),
            type="array",
            items={"type": "string", "pattern": r"^[^\n\r,]+$"},
            title="Rules",
            description=texts.RULES,
        ),
        "source": Param(
            settings.sources()[0], type="string", enum=settings.sources(), title="Source", description=texts.SOURCE
        ),
        "from": Param(**instant, title="From", description=texts.BACKTEST_FROM),
        "to": Param(**instant, title="To", description=texts.BACKTEST_TO),
    },
    default_args=job_defaults(settings),
    description="What rules would have found in the lake",
    doc_md=texts.BACKTEST,
    tags=["trawl", "rules"],
) as dag:
    SparkJobOperator(
        task_id="backtest",
        job="backtest",
        arguments=[
            "--source",
            "{{ params.source }}",
            "--from",
            "{{ params['from'] }}",
            "--to",
            "{{ params.to }}",
            "{{ '--rules\n' ~ params.rules | join(',') if params.rules }}",
            *file_option("--placeholders", "rules.placeholders", settings),
            *file_option("--fields", "rules.fields", settings),
            *file_option("--stix-mapping", "rules.stix.mapping", settings),
        ],
        doc_md=texts.BACKTEST_TASK,
    )
