"""Makes Trawl's timetable known to every Airflow process (setting core.plugins_folder)."""

from __future__ import annotations

import sys
from pathlib import Path

from airflow.plugins_manager import AirflowPlugin

# Plugins are loaded before the DAGs' folder is on the path.
sys.path.append(str(Path(__file__).resolve().parents[1]))

from trawl_dags.timetable import WindowTimetable


class TrawlPlugin(AirflowPlugin):
    """Trawl's timetable."""

    name = "trawl"
    timetables = [WindowTimetable]  # noqa: RUF012 (Airflow's own declaration)
