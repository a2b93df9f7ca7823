"""What jobs leave under reports.dir: the report of each submission, and the heartbeat of a source's hot path."""

from __future__ import annotations

import json
import re
import threading
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
    found = _json(settings, report)
    return found if found is not None and found.get("run_id") == run_id else None


def heartbeat(settings: Settings, source: str) -> Report | None:
    """Read the heartbeat of a source's hot path: that of the driver that holds the lease, or held it last.

    :return: None where there is none
    :raises OSError: the file system does not answer (setting reports.url)
    """
    return _json(settings, f"hot/{source}/heartbeat.json")


class Heartbeats:
    """Reads heartbeats, and never waits longer than some seconds: clients of file systems may wait for ever.

    A look that is still under way is waited for by the next one, so a file system that hangs holds one thread.
    """

    def __init__(self, settings: Settings, timeout: float = 5.0) -> None:
        self.settings = settings
        self.timeout = timeout
        self._looks: dict[str, _Look] = {}

    def read(self, source: str) -> Report | None:
        """As heartbeat().

        :raises OSError: the file system does not answer, or not in time
        """
        look = self._looks.get(source)
        if look is None or not look.is_alive():
            look = self._looks[source] = _Look(self.settings, source)
            look.start()
        look.join(self.timeout)
        if look.is_alive():
            raise OSError(f"{self.settings.text('reports.url')} does not answer within {self.timeout:g} s")
        if look.trouble is not None:
            raise OSError(str(look.trouble)) from look.trouble
        return look.found


class _Look(threading.Thread):
    def __init__(self, settings: Settings, source: str) -> None:
        super().__init__(name=f"heartbeat of {source}", daemon=True)
        self.settings, self.source = settings, source
        self.found: Report | None = None
        self.trouble: OSError | None = None

    def run(self) -> None:
        """Look once."""
        try:
            self.found = heartbeat(self.settings, self.source)
        except OSError as e:
            self.trouble = e


def _json(settings: Settings, report: str) -> Report | None:
    url = f"{settings.text('reports.url').rstrip('/')}/{report}"
    try:
        # No cached instance or listing: a report may appear between two looks.
        fs, path = fsspec.core.url_to_fs(url, skip_instance_cache=True, use_listings_cache=False)
        found = json.loads(fs.cat_file(path))
    except FileNotFoundError:
        return None
    except Exception as e:  # each file system of fsspec raises what it likes
        raise OSError(f"report {url} cannot be read: {_first_line(e)}") from e
    return found if isinstance(found, dict) else None


def counts(report: Report) -> str:
    """Counts that are not zero, and the seconds, in one line: `messages 1,000, raw_lines 1,000 in 12.3 s`."""
    counted = ", ".join(f"{key} {value:,}" for key, value in (report.get("counts") or {}).items() if value)
    seconds = (report.get("seconds") or {}).get("total")
    return (counted or "nothing to count") + (f" in {seconds:.1f} s" if seconds is not None else "")


def shown(text: object) -> str:
    """Text of a report in one line that steers no terminal and no log: strangers may have written a part of it."""
    return "".join(character if character.isprintable() else "?" for character in str(text))


def _first_line(failure: Exception) -> str:
    return (str(failure) or type(failure).__name__).splitlines()[0]
