"""A job's JSON report: where one submission leaves it, reading it, and its counts in one line."""

from __future__ import annotations

import json
import re
from typing import Any

import fsspec

from trawl_dags.settings import Settings

Report = dict[str, Any]


def name(*parts: str) -> str:
    """A report's name under reports.dir, made of characters that every file system takes."""
    return "/".join(re.sub(r"[^A-Za-z0-9._-]+", "_", part) for part in parts) + ".json"


def read(settings: Settings, report: str, run_id: str) -> Report | None:
    """Read the report that a submission left.

    :param report: its name
    :param run_id: the submission's run id
    :return: None where there is none, or one of another run
    :raises OSError: the file system does not answer (setting reports.url)
    """
    url = f"{settings.text('reports.url').rstrip('/')}/{report}"
    try:
        # No cached instance or listing: a report may appear between two looks.
        fs, path = fsspec.core.url_to_fs(url, skip_instance_cache=True, use_listings_cache=False)
        found = json.loads(fs.cat_file(path))
    except FileNotFoundError:
        return None
    except Exception as e:  # each file system of fsspec raises what it likes
        raise OSError(f"report {url} cannot be read: {_first_line(e)}") from e
    return found if isinstance(found, dict) and found.get("run_id") == run_id else None


def counts(report: Report) -> str:
    """Counts that are not zero, and the seconds, in one line: `messages 1,000, raw_lines 1,000 in 12.3 s`."""
    counted = ", ".join(f"{key} {value:,}" for key, value in (report.get("counts") or {}).items() if value)
    seconds = (report.get("seconds") or {}).get("total")
    return (counted or "nothing to count") + (f" in {seconds:.1f} s" if seconds is not None else "")


def _first_line(failure: Exception) -> str:
    return (str(failure) or type(failure).__name__).splitlines()[0]
