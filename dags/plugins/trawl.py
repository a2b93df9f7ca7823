"""Makes Trawl's timetable, and its page in the UI, known to every Airflow process (setting core.plugins_folder)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from airflow.plugins_manager import AirflowPlugin

# Plugins are loaded before the DAGs' folder is on the path.
sys.path.append(str(Path(__file__).resolve().parents[1]))

from trawl_dags.timetable import WindowTimetable

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send


async def page(scope: Scope, receive: Receive, send: Send) -> None:
    """Pass a request on to the page; only the API server ever loads it: two seconds that no task should wait."""
    from trawl_dags.page import app

    await app(scope, receive, send)


class TrawlPlugin(AirflowPlugin):
    """Trawl's timetable, and the page "Hot path": in the menu, and as a tab of every DAG and run."""

    name = "trawl"
    timetables = [WindowTimetable]  # noqa: RUF012 (Airflow's own declaration)
    fastapi_apps = [{"app": page, "url_prefix": "/trawl", "name": "trawl"}]  # noqa: RUF012
    external_views = [  # noqa: RUF012
        {
            "name": "Hot path",
            "href": "/trawl/hot",
            "url_route": "trawl-hot",
            "destination": "nav",
            "category": "browse",
        },
        *(
            {
                "name": "Hot path",
                "href": "/trawl/hot?dag={DAG_ID}",
                "url_route": f"trawl-hot-{destination.replace('_', '-')}",
                "destination": destination,
            }
            for destination in ("dag", "dag_run")
        ),
    ]
