"""What the Airflow UI says about DAGs, tasks and the trigger form."""

from __future__ import annotations

from datetime import timedelta

from trawl_dags.settings import iso

_RERUN = """
**Rerun:** clear the task, or this one and those after it ("downstream"), even if it has succeeded. The job
runs again on the same window and the same pinned input. Its result replaces the window's old one in one
commit. From an earlier task the job reads only committed tables.
"""

_STOP = """
**Mark failed** while the task runs: the Spark driver and its application end; the old result stays. While the task
waits for a retry, nothing runs that could be ended, unless its worker process has died: then clear the task instead,
and it re-attaches to the driver.
"""


def sweep(source: str, unit: timedelta) -> str:
    """Text of a DAG that sweeps a source."""
    return f"""
### Sweeps source `{source}`, one window of {iso(unit)} after another

check, ingest (topic to `raw_lines`), validate (to `proxy_events` or `invalid_records`), enrich (to `detections`
and `observables`), load (to HBase), audit (nothing lost, nothing counted twice). Each job is a Spark driver in the
cluster; its counts are in its XCom and under *Rendered Templates*.

**When:** a window is swept when it has closed (`window.margin` after its end). The scheduler catches up windows that
it missed, oldest first, `airflow.windows` at a time.

**By hand:** *Trigger*, with or without a window in the form. Wrong input ends the run at `check`, before
anything starts. You may give a range of windows; *Backfill* makes a run for each.

**When it fails:** the run is red here, and the task's log ends with one line that says what is wrong. Trawl sends no
message: watch this page, or add an Airflow listener that tells somebody.
A failed audit names the window and what it lost; later windows continue.
{_RERUN}
{_STOP}
**Mark success** skips a task: audit then fails the window, unless the task is audit itself.
"""


CHECK = """
Refuses a wrong form (unknown source, a time without zone, borders that are not borders of windows, an end
before the start, a window that has not closed). Waits, without using a worker, until a scheduled window
has closed. Its XCom says what the other tasks sweep. When it fails, trigger again with a correct form: a retry or
a rerun would fail in the same way.
"""

INGEST = f"""
Reads the window's messages from the topic into `lake.raw_lines`. The first run pins each partition's offsets;
every rerun reads the same ones. If retention has deleted offsets, or a broker has lost them with the end of its
log, the task fails and names topic, partition and number. Trigger the window with *Accept loss* to continue and to
record the loss. When it fails, the run is red and the tables are unchanged.
{_RERUN}{_STOP}"""

VALIDATE = f"""
Parses and checks each raw line: the line becomes a row of `lake.proxy_events`, or of `lake.invalid_records` with the
reason. Copies are dropped and counted. A line that cannot be parsed never fails the task. A rerun parses by the formats
that made the window's result before; *Formats: latest* in the form uses today's. When it fails, the run is red and the
tables are unchanged.
{_RERUN}{_STOP}"""

ENRICH = f"""
Matches the window's events with the indicators and writes `lake.detections` and `lake.observables`. The window's
first run pins the snapshot of indicators, with the rules; *Indicators: latest* in the form uses today's. The task's log
names the rules that found most. When it fails, the run is
red and the tables are unchanged.
{_RERUN}{_STOP}"""

LOAD = f"""
Puts the window's detections and observables into HBase, and deletes there the rows of an earlier load of the window
that the new result does not have. When it fails midway, HBase has a part of the new result until the retry succeeds.
{_RERUN}{_STOP}"""

AUDIT = f"""
Recounts from broker and tables: messages = raw lines = events + invalid + copies; the window begins where the
previous one ended; every stage was made from the current input; no proxy has fallen silent, no byte range of a log is
missing. It fails with one line that says which window lost what. Remove the cause, then clear the wrong task and
those after it; a retry alone gives the same answer, unless the cluster was the cause.
{_RERUN}{_STOP}"""

REPLAY = f"""
### Invalid lines that a mended format reads become events

After you have mended a format: parses invalid lines of a source again by today's formats. Lines that are valid now
become events of their own window; the other lines stay invalid, with today's reason. Events that are there already stay
as they are. Then enrich, load and audit of each changed window.

**By hand:** *Trigger*, with windows (or *Since*) and, if you like, a reason, a format or a pattern. *Dry run* is on
unless you switch it off: the log of the task `replay` then says what would change and shows ten lines.

**When it fails:** the run is red here, and the task's log ends with one line. If *Window start* and
*Window end* contain a window whose earlier results are no longer kept (`maintain.rerun`), the task refuses all of them,
with the date, before anything is done; with *Since* it skips such windows and says how many. Trawl sends no message.
{_RERUN}{_STOP}"""

REPLAY_CHECK = """
Refuses a wrong form (unknown source, a time without zone, no window, both windows and *Since*). When it fails, trigger
again with a correct form: a retry or a rerun would fail in the same way.
"""

REPLAY_TASK = f"""
Parses the selected invalid records of the windows again. If the task fails midway, windows that are done stay done, and
the next try continues with the others; enrich, load and audit then run for all of them.
{_RERUN}{_STOP}"""

CHANGED = """
Names the windows that have changed, for the tasks that follow. Skipped, as they are, if no window has changed or after
a dry run. It fails only if the report of `replay` is missing: then rerun `replay` (clear it and those downstream).
"""

REFRESH = f"""
### Feed files become the next snapshot of indicators

Reads every feed (plain lists, CSV, blocklists) of the folders and files in `indicators.folder`, or those named in the
trigger form, into `lake.indicators`, with the allowlists of `allowlists.folder` and the rules of `rules.folder`.
Swept windows keep the snapshot, the allowlists and the rules of their first sweep; to use the new ones, sweep them
again with *Indicators: latest*.

**When it fails:** the run is red here, and the previous snapshot stays in use. Trawl sends no message.
{_RERUN}{_STOP}"""

REFRESH_TASK = f"""
Runs the job `refresh-indicators` once. Its report counts and names the lines that are not indicators; they do not
fail it. It also counts the rules (`rules`), those that are left out (`rules_refused`) and those that cannot fire; the
task's log names the first of them with the reason. The job fails if a feed has lost more than half of its indicators
(setting indicators.shrink). If the loss is right, run `bin/trawl run refresh-indicators --accept FEED` once. When it
fails, the run is red and the previous snapshot stays in use.
{_RERUN}{_STOP}"""

BACKTEST = f"""
### What rules would have found in the lake

Judges the events that the lake has of a source, as `enrich` does, by the rules that the form names. It counts for each
rule what it finds per day. It writes no detection and sends no alert. It does not try look-alikes, odd hosts, risk and
rules that ask for new domains.

**By hand:** *Trigger*, with the rules, a source and two times. The log of the task `backtest` then has the 50 rules
that find most, with examples of five, and its XCom the counts. `bin/trawl rules backtest` does the same at a terminal.

**When it fails:** the run is red here, and the task's log ends with one line. Nothing else has changed.
{_RERUN}{_STOP}"""

BACKTEST_TASK = f"""
Runs the job `backtest` once. Its report names the rules that cannot be run and those that find most, with examples.
When it fails, nothing has changed. A wrong form fails at once: trigger again with a correct one.
{_RERUN}{_STOP}"""

MAINTAIN = f"""
### Deletes what is too old or unused; merges small files

Runs each day, while windows are swept and the hot job runs. It deletes rows beyond their retention, snapshots that no
rerun needs, and unused files from the lake, HBase and the state folder (settings `maintain.*`). A window can be rerun
exactly for `maintain.rerun` after its last run, if its audit was good; later its jobs are refused.

**When it fails:** the run is red here and its last line names the steps that failed. The other steps were done; the
next day the failed ones are tried again. Nothing is lost. Trawl sends no message.
{_RERUN}{_STOP}"""

MAINTAIN_TASK = f"""
Runs the job `maintain` once. Each step is one commit, so you may stop the job at any moment. If a rerun of its window
overtakes a compaction, the compaction is counted (`compactions_lost`) and done the next day. When it fails, the run
is red.
{_RERUN}{_STOP}"""

_ROLL = """
**Rerun, and change to a new jar:** put the jar in place, then clear the task, or mark it failed without pausing. The
driver ends gracefully, and the next one continues from the committed offsets: nothing is lost, no alert comes twice.
"""


def hot(source: str) -> str:
    """Text of a DAG that keeps a source's hot job running."""
    return f"""
### Hot detections of source `{source}`: one driver, always

The job `hot-detect` reads the source's topic in small batches, matches each line, writes detections to HBase and
alerts to the topic `hot.topic`, seconds after the line was written. One task of one run follows its driver for as
long as it lives. The batch sweep finds the same detections again, so a detection that the hot job misses is late, not
lost.

**How it is doing:** tab *Hot path*, or the running task's XCom `status`: lag, latency, detections, snapshot.

**Start:** unpause the DAG. It starts by itself, even after a reboot. If you *Trigger* it while it runs, the new run
only waits.

**Stop:** pause the DAG, then mark the run (or its task) failed: the driver is gone within seconds. **Pause alone
leaves the driver running**, but nothing starts it again if it dies. **Mark failed without pausing** starts a new one
at once.
{_ROLL}
**When it fails:** the task is tried again after 2 s, without limit, and re-attaches to a driver that still runs.
A live driver that makes no progress is ended and replaced. If HBase or Kafka is away, the job waits, and the
heartbeat says so. If the job refuses a setting, the run fails after a pause of 30 s; the next run follows and
reads trawl.conf again. Trawl sends no message: watch this page, or add an Airflow listener or an alert on the
driver's metrics.
"""


HOT_TASK = f"""
Runs the job `hot-detect` until somebody stops it, and watches its heartbeat. The task ends only by failing; then it
is tried again. Its log has a line per minute, and one for each change; the link *Spark driver* opens the driver's
log.
{_ROLL}
**Stop:** pause the DAG first, then mark this task failed. While the task waits for a retry, or in the half minute
after the death of its process, it cannot end a driver: find the driver's name in the tab *Hot path* and end it on the
Spark master's page.
"""

SOURCE = "A source of trawl.conf."
START = "In UTC, a border of the source's windows. Start and end both empty: the run's own window."
END = "In UTC, a later border; one run sweeps all windows between start and end."
INDICATORS = "pinned: those of the window's first sweep, with their allowlists. latest: today's; the ledger notes it."
FORMATS = (
    "pinned: those that made the window's result before, in a first sweep today's. latest: today's; the ledger notes "
    "it. To heal only invalid lines, use the DAG replay."
)
ACCEPT_LOSS = (
    "Continue and record the loss if retention has deleted some of the window's messages, or if the broker has lost "
    "the end of its log."
)
ALLOWLISTS = "MISP's warning lists: folders or files, one per line. Empty: those of the setting allowlists.folder."
RULES = "Sigma rules and STIX patterns: folders or files, one per line. Empty: those of the setting rules.folder."
BACKTEST_FROM = "In UTC. Looks at the windows that end after this time; they are of the times at which lines arrived."
BACKTEST_TO = "In UTC. Looks at the windows that begin before this time."
FEEDS = "Folders or files that the Spark driver can read, one per line."
REPLAY_START = "In UTC, a border of the source's windows. Fill in start and end, or since."
REPLAY_END = "In UTC, a later border; one run replays all windows between start and end."
SINCE = (
    "Fill in without start and end: the window that contains this instant and all later ones that were validated, up "
    "to the newest closed one. Windows that can no longer be rerun are skipped."
)
REASON = "Only records with this reason, for example syntax. Several are separated by commas. Empty: every reason."
FORMAT = "Only lines that this format could not read, for example squid. Several are separated by commas."
PATTERN = "Only lines that contain this regular expression (RE2: linear time, no look-around, no back-reference)."
DRY_RUN = "Change nothing; say what would change, and show ten of the lines."
