"""What the Airflow UI says about DAGs, tasks and the trigger form."""

from __future__ import annotations

from datetime import timedelta

from trawl_dags.settings import iso

_RERUN = """
**Rerun:** clear the task, or this one and those after it ("downstream"), also when it has succeeded. The job
runs again on the same window and the same pinned input, and its result replaces the window's old one in one
commit. Nothing is read from an earlier task but its committed tables.
"""

_STOP = """
**Mark failed** while it runs ends the Spark driver and its application; the old result stays. While it waits
for a retry nothing runs that could be ended, except after the death of its worker process: clear it instead,
and it re-attaches to the driver.
"""


def sweep(source: str, unit: timedelta) -> str:
    """Text of a DAG that sweeps a source."""
    return f"""
### Sweeps source `{source}`, one window of {iso(unit)} after another

check, ingest (topic to `raw_lines`), validate (to `proxy_events` or `invalid_records`), enrich (to `detections`
and `observables`), load (to HBase), audit (nothing lost, nothing twice). Each job is a Spark driver in the
cluster; its counts are its XCom and stand under *Rendered Templates*.

**When:** a window is swept once it has closed (`window.margin` after its end). Windows missed while the
scheduler was down are caught up, oldest first, `airflow.windows` at a time.

**By hand:** *Trigger*, with or without a window in the form. Wrong input ends the run at `check`, before
anything starts. A range of windows may be given; *Backfill* makes a run of each.

**When it fails:** the run is red here, and the task's log ends with one line that says what is wrong. Nobody
is told otherwise: the owner watches this page, or whoever an Airflow listener of your site tells.
A failed audit names the window and what it lost; later windows go on.
{_RERUN}
{_STOP}
**Marked successful by hand** a task is skipped: audit then fails the window, unless it is audit itself.
"""


CHECK = """
Refuses a form that cannot be swept (unknown source, a time without zone, borders that are no window's, an end
before the start, a window that has not closed), and waits, without holding a worker, until a scheduled window
has closed. Its XCom is what the other tasks sweep. When it fails, trigger again with a right form: a retry or
a rerun would fail the same way.
"""

INGEST = f"""
Reads the window's messages from the topic into `lake.raw_lines`. The first run pins each partition's offsets;
every rerun reads the same ones. Offsets that retention has deleted, or that a broker has lost with the end of its
log, fail it with topic, partition and number: trigger the window with *Accept loss* to go on and have it
recorded. When it fails, the run is red and the tables are as before.
{_RERUN}{_STOP}"""

VALIDATE = f"""
Parses and checks each raw line: it becomes a row of `lake.proxy_events`, or of `lake.invalid_records` with the
reason. Copies are dropped and counted. A line that cannot be parsed never fails it. When it fails, the run is
red and the tables are as before.
{_RERUN}{_STOP}"""

ENRICH = f"""
Matches the window's events with the indicators: `lake.detections` and `lake.observables`. The window's first
run pins the snapshot of indicators; *Indicators: latest* in the form takes today's. When it fails, the run is
red and the tables are as before.
{_RERUN}{_STOP}"""

LOAD = f"""
Puts the window's detections and observables into HBase, and deletes there what an earlier load of the window
had and this one has not. When it fails midway, HBase holds a part of the new result until the retry is through.
{_RERUN}{_STOP}"""

AUDIT = f"""
Counts again, from broker and tables: messages = raw lines = events + invalid + copies; the window begins where
the one before it ended; every stage was made from what is current; no proxy has fallen silent, no byte range
of a log is missing. It fails with one line that says which window lost what. Mend the cause, then clear from
the task that was wrong; a retry alone gives the same answer, unless the cluster was to blame.
{_RERUN}{_STOP}"""

REFRESH = f"""
### Feed files become the next snapshot of indicators

Reads every feed (plain lists, CSV) of the folders and files in `indicators.folder`, or those named in the
trigger form, into `lake.indicators`, with the allowlists of `allowlists.folder`. Windows already swept keep the
snapshot and the allowlists that they were swept with; sweep them again with *Indicators: latest*.

**When it fails:** the run is red here, and the snapshot before stays in force. Nobody is told otherwise.
{_RERUN}{_STOP}"""

REFRESH_TASK = f"""
Runs the job `refresh-indicators` once. Lines that are no indicator are counted and named in its report, and do
not fail it. A feed that has lost more than half of its indicators does (setting indicators.shrink); if that is right,
run `bin/trawl run refresh-indicators --accept FEED` once. When it fails, the run is red and the snapshot before stays
in force.
{_RERUN}{_STOP}"""

MAINTAIN = f"""
### What is too old or unused is deleted; small files become big ones

Each day, while windows are swept and the hot job runs: rows beyond their retention, snapshots that no rerun needs,
and files that nobody names leave the lake, HBase and the state folder (settings `maintain.*`). A window can be rerun
exactly for `maintain.rerun` after its last run, if its audit was good; later its jobs are refused.

**When it fails:** the run is red here and its last line names the steps that failed; the others were done, and what was
not is tried again the next day. Nothing is lost, and nobody is told otherwise.
{_RERUN}{_STOP}"""

MAINTAIN_TASK = f"""
Runs the job `maintain` once. Each step is a commit of its own, so it may be ended at any moment. A compaction that
lost to a rerun of its window is counted (`compactions_lost`) and done the next day. When it fails, the run is red.
{_RERUN}{_STOP}"""

_ROLL = """
**Rerun, and how to roll to a new jar:** put it in place, then clear the task, or mark it failed without pausing. The
driver ends gracefully, the next one goes on from the committed offsets: nothing is lost, no alert comes twice.
"""


def hot(source: str) -> str:
    """Text of a DAG that keeps a source's hot job running."""
    return f"""
### Hot detections of source `{source}`: one driver, always

The job `hot-detect` reads the source's topic in small batches, matches each line, writes detections to HBase and
alerts to the topic `hot.topic`, seconds after the line was written. One task of one run follows its driver for as
long as it lives. The batch sweep finds the same detections again, so what it misses is late, not lost.

**How it is doing:** tab *Hot path*, or the running task's XCom `status`: lag, latency, detections, snapshot.

**Start:** unpause. It starts by itself, also after a reboot. *Trigger* while it runs only queues another run behind it.

**Stop:** pause, then mark the run (or its task) failed: the driver is gone within seconds. **Pause alone leaves it
running**, but nothing starts it again should it die. **Mark failed without pausing** starts a new one at once.
{_ROLL}
**When it fails:** the task is tried again after 2 s, without limit, and a driver that still runs is taken up again.
A driver that is alive and makes no progress is ended and replaced; HBase or Kafka being away is waited for, and the
heartbeat says so. A setting that the job refuses fails the run, after a pause of 30 s; the next run follows and
reads trawl.conf again. Nobody is told otherwise: the owner watches this page, or whoever an Airflow listener of
your site tells, or an alert on the driver's metrics.
"""


HOT_TASK = f"""
Runs the job `hot-detect` until it is told to end, and watches its heartbeat. It ends only by failing: then it is
tried again. Its log has a line a minute, and one for each change; the link *Spark driver* leads to the driver's log.
{_ROLL}
**Stop:** pause the DAG first, then mark this task failed. While it waits for a retry, or in the half minute after
the death of its process, nobody is there who could end a driver: end the one that tab *Hot path* names on the Spark
master's page.
"""

SOURCE = "As trawl.conf names it."
START = "In UTC, a border of the source's windows. Empty, with the end: the run's own window."
END = "In UTC, a later border; the windows between the two are swept in one run."
INDICATORS = (
    "pinned: those of the window's first sweep, with their allowlists. latest: today's, and the ledger says so."
)
ACCEPT_LOSS = (
    "Go on although retention has deleted some of the window's messages, or the broker has lost the end of its log, "
    "and record it."
)
ALLOWLISTS = "MISP's warning lists, folders or files, one a line. Empty: those of the setting allowlists.folder."
FEEDS = "Folders or files, one a line, as the Spark driver reaches them."
