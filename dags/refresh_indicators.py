"""DAG refresh_indicators: feed files become the next snapshot of indicators."""

from __future__ import annotations

from airflow.sdk import DAG, CronDataIntervalTimetable, Param

from trawl_dags import texts
from trawl_dags.defaults import file_option, job_defaults, located
from trawl_dags.operator import SparkJobOperator
from trawl_dags.settings import Settings

settings = Settings.load()

FEEDS = located(settings.listed("indicators.folder") or ["feeds"])
ALLOWLISTS = located(settings.listed("allowlists.folder"))
RULES = located(settings.listed("rules.folder"))


def located_setting(setting: str) -> list[str]:
    """Name the file of a setting as the driver finds it; nothing where the setting is empty."""
    named = settings.text(setting, "")
    return [f"--set\n{setting}={path}" for path in located([named] if named else [])]


with DAG(
    "refresh_indicators",
    schedule=CronDataIntervalTimetable(settings.text("indicators.schedule", "0 3 * * *"), timezone="UTC"),
    catchup=False,
    max_active_runs=1,
    params={
        "feeds": Param(
            FEEDS,
            type="array",
            items={"type": "string", "minLength": 1},
            minItems=1,
            title="Feeds",
            description=texts.FEEDS,
        ),
        "allowlists": Param(
            ALLOWLISTS,
            type="array",
            items={"type": "string", "minLength": 1},
            title="Allowlists",
            description=texts.ALLOWLISTS,
        ),
        "rules": Param(
            RULES,
            type="array",
            items={"type": "string", "minLength": 1},
            title="Rules",
            description=texts.RULES,
        ),
    },
    default_args=job_defaults(settings),
    description="Feed files to the next snapshot of indicators",
    doc_md=texts.REFRESH,
    tags=["trawl", "indicators"],
    render_template_as_native_obj=False,
) as dag:
    SparkJobOperator(
        task_id="refresh_indicators",
        job="refresh-indicators",
        arguments=[
            "--feeds",
            "{{ params.feeds | join(',') }}",
            "{{ '--allowlists\n' ~ params.allowlists | join(',') if params.allowlists }}",
            "{{ '--rules\n' ~ params.rules | join(',') if params.rules }}",
            *file_option("--placeholders", "rules.placeholders", settings),
            *file_option("--fields", "rules.fields", settings),
            *file_option("--stix-mapping", "rules.stix.mapping", settings),
            *located_setting("brands.file"),
            *located_setting("brands.popular"),
        ],
        doc_md=texts.REFRESH_TASK,
    )
