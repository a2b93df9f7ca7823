"""Waiting for as long as something moves: what the demo waits by instead of by the clock."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

STILL = 300.0
"""Seconds without any movement after which a wait gives up."""

HOT = "io.trawl.hotdetect."
"""In the command line of the hot job's driver, which is at work all the time."""

_TICKS = os.sysconf("SC_CLK_TCK")


class StoodStill(Exception):
    """Nothing has moved for minutes; the one line says what stands still."""


class Patience:
    """Ends when nothing has moved for so long.

    :param still: seconds
    """

    def __init__(self, still: float = STILL, clock: Callable[[], float] = time.monotonic) -> None:
        self._still = still
        self._clock = clock
        self._seen: object = None
        self._since = clock()

    def look(self, seen: object, standing: Callable[[], str]) -> None:
        """Take a look: anything that differs from the last one has moved.

        :param seen: whatever shows movement: counts, states, sizes of logs, CPU time
        :param standing: what stands still, and where its log is, as a phrase
        :raises StoodStill: all has been the same for too long
        """
        now = self._clock()
        if seen != self._seen:
            self._seen, self._since = seen, now
        elif now - self._since > self._still:
            raise StoodStill(f"nothing has moved for {now - self._since:.0f} s: {standing()}")


class Work:
    """The drivers and executors that a stack's Spark worker runs.

    :param state: the stack's state folder
    """

    def __init__(self, state: Path) -> None:
        self._folder = f"{state / 'data' / 'spark' / 'work'}/"
        self._logs = state / "logs" / "airflow"

    def batch(self) -> tuple[int, int]:
        """CPU time of the batch jobs' processes, in steps of two seconds, and the size of Airflow's task logs."""
        return self._cpu(hot=False), _size(self._logs)

    def hot(self) -> int:
        """CPU time of the hot job's driver, in steps of two seconds."""
        return self._cpu(hot=True)

    def _cpu(self, hot: bool) -> int:
        total = 0
        for process in Path("/proc").iterdir():
            if not process.name.isdigit():
                continue
            try:
                if not str((process / "cwd").readlink()).startswith(self._folder):
                    continue
                if (HOT in (process / "cmdline").read_text(errors="replace")) != hot:
                    continue
                fields = (process / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            total += int(fields[11]) + int(fields[12])
        return total // (2 * _TICKS)


def _size(folder: Path) -> int:
    return sum(_sizes(folder))


def _sizes(folder: Path) -> Iterator[int]:
    for file in folder.rglob("*.log"):
        try:
            yield file.stat().st_size
        except OSError:
            continue


def available_gb() -> float:
    """Memory that new processes can have, in GB; of a control group's limit what is left of it."""
    found = {}
    for line in Path("/proc/meminfo").read_text().splitlines():
        name, _, rest = line.partition(":")
        found[name] = int(rest.split()[0])
    free = found["MemAvailable"] / 1048576
    group = Path("/sys/fs/cgroup")
    try:
        most = (group / "memory.max").read_text().strip()
        if most != "max":
            used = int((group / "memory.current").read_text())
            stat = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
            free = min(free, (int(most) - used + int(stat.get("inactive_file", 0))) / 2**30)
    except OSError:
        pass
    return free
