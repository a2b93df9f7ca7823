"""The demo's waits: they end by what moves, not by the clock."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bin" / "lib"))

from moving import Patience, StoodStill, Work, available_gb


def test_patience_lasts_as_long_as_anything_differs():
    now = [0.0]
    patience = Patience(still=10, clock=lambda: now[0])
    for second in range(0, 100, 9):
        now[0] = second
        patience.look(second, lambda: "")


def test_patience_ends_with_what_stands_still():
    now = [0.0]
    patience = Patience(still=10, clock=lambda: now[0])
    patience.look("queued", lambda: "")
    now[0] = 10.0
    patience.look("queued", lambda: "")
    now[0] = 10.5
    with pytest.raises(StoodStill, match=r"^nothing has moved for 10 s: ingest is queued, its log: x\.log$"):
        patience.look("queued", lambda: "ingest is queued, its log: x.log")


def test_work_is_the_cpu_time_of_processes_in_the_workers_folder(tmp_path):
    driver = tmp_path / "data" / "spark" / "work" / "driver-1"
    driver.mkdir(parents=True)
    elsewhere = tmp_path / "data" / "spark"
    busy = "import time\nwhile time.process_time() < 2.5: pass\nprint(1, flush=True)\ntime.sleep(600)"
    with (
        subprocess.Popen([sys.executable, "-c", busy], cwd=driver, stdout=subprocess.PIPE) as batch,
        subprocess.Popen(
            [sys.executable, "-c", busy, "io.trawl.hotdetect.X"], cwd=driver, stdout=subprocess.PIPE
        ) as hot,
        subprocess.Popen([sys.executable, "-c", busy], cwd=elsewhere, stdout=subprocess.PIPE) as other,
    ):
        try:
            for process in (batch, hot, other):
                process.stdout.read(1)
            work = Work(tmp_path)
            assert work.batch()[0] == 1, "steps of two seconds, of one process"
            assert work.hot() == 1
        finally:
            for process in (batch, hot, other):
                process.kill()


def test_work_grows_with_airflows_task_logs(tmp_path):
    work = Work(tmp_path)
    before = work.batch()
    log = tmp_path / "logs" / "airflow" / "dag_id=sweep" / "attempt=1.log"
    log.parent.mkdir(parents=True)
    log.write_text("submitted\n")
    assert work.batch() != before


def test_free_memory_is_no_more_than_the_machine_has():
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    assert 0 < available_gb() <= total
