"""The operator that keeps the hot job running, on a real Spark master and worker; only the job does as it is told."""

import json
import os
import signal
import socket
import subprocess
import threading
import time
import urllib.request
from pathlib import Path

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from trawl_dags import hot, submit
from trawl_dags.heartbeat import Limits
from trawl_dags.hot import HotDetectOperator

# In place of the hot job: its command line, heartbeat, report and exit status, and nothing else of it.
JOB = """
package io.trawl.hotdetect;

import java.io.FileInputStream;
import java.nio.file.*;
import java.time.Instant;
import java.util.*;

public final class HotDetectJob {
    public static void main(String[] args) throws Exception {
        List<String> words = List.of(args);
        if (!words.subList(0, 3).equals(List.of("--source", "proxy", "--take-over"))) {
            throw new IllegalArgumentException(words.toString());
        }
        Properties conf = new Properties();
        try (FileInputStream file = new FileInputStream(words.get(words.indexOf("--conf") + 1))) {
            conf.load(file);
        }
        Path reports = Path.of(conf.getProperty("reports.dir"));
        String run = words.get(words.indexOf("--run-id") + 1);
        Path report = reports.resolve(words.get(words.indexOf("--report") + 1));
        String mode = conf.getProperty("my.mode");
        if (mode.equals("refused")) { end(report, run, 2, "setting hot.topic = x y: expected a topic"); }
        if (mode.equals("superseded")) { end(report, run, 1, "superseded by run hot-detect-9"); }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> leave(report, run, 0, "")));
        String driver = Path.of("").toAbsolutePath().getFileName().toString();
        Instant started = Instant.now();
        while (true) {
            Instant now = Instant.now();
            String beat = String.format(
                    "{\\"run_id\\":\\"%s\\",\\"driver\\":\\"%s\\",\\"state\\":\\"running\\",\\"at\\":\\"%s\\",\\"last_sign\\":\\"%s\\","
                            + "\\"lag_lines\\":5,\\"alerts\\":3}",
                    run, driver, now, mode.equals("stuck") ? started : now);
            if (!mode.equals("silent")) { write(reports.resolve("hot/proxy/heartbeat.json"), beat); }
            Thread.sleep(100);
        }
    }

    static void end(Path report, String run, int exit, String error) {
        leave(report, run, exit, error);
        System.exit(exit);
    }

    static void leave(Path report, String run, int exit, String error) {
        write(report, String.format("{\\"run_id\\":\\"%s\\",\\"exit\\":%d,\\"error\\":\\"%s\\"}", run, exit, error));
    }

    static void write(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Path fresh = file.resolveSibling(file.getFileName() + "." + ProcessHandle.current().pid());
            Files.move(Files.writeString(fresh, text), file, StandardCopyOption.ATOMIC_MOVE);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
"""


# The JVMs of these tests live for seconds.
QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto"


def processors():
    """How long the processors have had nothing to do, and how long they have been there, in ticks."""
    ticks = [int(word) for word in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return ticks[3], sum(ticks)


def until(look, what, seconds=60.0):
    """Wait for something that comes about by itself; time in which the processors are busy counts for a tenth."""
    begun, (idle, all_of_it) = time.monotonic(), processors()
    while not (found := look()):
        took = time.monotonic() - begun
        idle_now, all_now = processors()
        share = (idle_now - idle) / (all_now - all_of_it) if all_now > all_of_it else 0.0
        assert took * max(0.1, share) < seconds, f"{what} has not come about in {took:.0f} s"
        time.sleep(0.05)
    return found


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project whose only job is the stand-in."""
    home = tmp_path_factory.mktemp("project")
    for folder in ("target/dist/jobs", "target/dist/lib", "classes"):
        (home / folder).mkdir(parents=True)
    source = home / "HotDetectJob.java"
    source.write_text(JOB)
    subprocess.run(["javac", "-d", home / "classes", source], check=True)
    for jar in ("jobs/trawl-hot-detect.jar", "lib/some.jar"):
        subprocess.run(["jar", "cf", home / "target/dist" / jar, "-C", home / "classes", "."], check=True)
    return home


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A Spark master with its REST endpoint, and one worker."""
    home = tmp_path_factory.mktemp("spark")
    rpc, rest, page, worker = (free_port() for _ in range(4))
    (home / "spark-defaults.conf").write_text(f"spark.master.rest.enabled true\nspark.master.rest.port {rest}\n")
    spark = submit.spark_home()
    env = {**os.environ, "SPARK_CONF_DIR": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_SCALA_VERSION": "2.12"}
    env["SPARK_HOME"] = str(spark)
    env["JAVA_TOOL_OPTIONS"] = QUICK
    java = [submit.java(), "-Xmx256m", *submit.MODULE_OPTIONS.split(), "-cp", f"{home}:{spark}/jars/*"]
    deploy = "org.apache.spark.deploy"
    commands = [
        [f"{deploy}.master.Master", "--host", "127.0.0.1", "--port", f"{rpc}", "--webui-port", f"{page}"],
        [
            *(f"{deploy}.worker.Worker", "--host", "127.0.0.1", "--cores", "8", "--memory", "8g"),
            *("--webui-port", f"{worker}", "--work-dir", str(home / "work"), f"spark://127.0.0.1:{rpc}"),
        ],
    ]
    with (home / "log").open("w") as log:
        servers = [subprocess.Popen([*java, *command], env=env, stdout=log, stderr=log) for command in commands]

    def state():
        with urllib.request.urlopen(f"http://127.0.0.1:{page}/json/", timeout=5) as answer:
            return json.load(answer)

    def alive():
        try:
            return state()["aliveworkers"]
        except OSError:
            return 0

    try:
        until(alive, "a Spark worker")
        yield {"rest": rest, "state": state, "conf": str(home)}
    finally:
        for server in reversed(servers):
            server.terminate()
            server.wait(30)


class Try:
    """One try of the task, in a thread: what Airflow's runner gives it, and what becomes of it."""

    # What an operator asks of its task instance.
    dag_id, run_id, task_id, map_index, stats_tags = "hot_detections", "run", "hot_detect", -1, {}

    def __init__(self, store, max_tries):
        self.max_tries = max_tries
        self.pushed = {}
        self.failure = None
        self.operator = HotDetectOperator(task_id="hot_detect", source="proxy")
        # Read now: the next try's are other ones.
        assert self.operator.settings.text("my.mode")
        self.thread = threading.Thread(target=self.go, args=({"ti": self, "task_state_store": store},), daemon=True)
        self.thread.start()

    def xcom_push(self, key, value):
        self.pushed[key] = value

    def go(self, context):
        try:
            self.operator.execute(context)
        except Exception as e:  # noqa: BLE001 (whatever it is, the test asks for it)
            self.failure = e

    def beats(self):
        """Its driver's id, once a heartbeat has been shown."""
        until(lambda: "heartbeat" in self.pushed or self.failure, "a heartbeat")
        assert self.failure is None
        return self.pushed["heartbeat"]["driver"]

    def ended(self):
        until(lambda: not self.thread.is_alive(), "the end of the try")
        return self.failure


class Store(dict):
    """What a task keeps between its tries."""

    set = dict.__setitem__

    def delete(self, key):
        self.pop(key, None)


@pytest.fixture
def start(cluster, project, tmp_path, monkeypatch):
    """Start a try of a task, with a driver that behaves in one way or other."""
    rest = cluster["rest"]
    monkeypatch.setattr(submit, "HOME", project)
    monkeypatch.setattr(hot, "LOOK", 0.2)
    monkeypatch.setattr(Limits, "of", lambda _: Limits(silence=20, stuck=1.5))
    monkeypatch.setenv("SPARK_CONF_DIR", cluster["conf"])
    monkeypatch.setenv("SPARK_HOME", str(submit.spark_home()))
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", QUICK)
    monkeypatch.setenv("PATH", f"{submit.spark_home()}/bin:{os.environ['PATH']}")
    monkeypatch.setenv(
        "AIRFLOW_CONN_TRAWL_SPARK",
        json.dumps({"conn_type": "spark", "host": "spark://127.0.0.1", "port": rest, "extra": {"rest-port": rest}}),
    )
    tries = []

    def go(mode, store=None, max_tries=2):
        file = tmp_path / f"trawl-{len(tries)}.conf"
        reports = f"reports.dir = {tmp_path}/reports\nreports.url = file://{tmp_path}/reports\n"
        file.write_text(f"{reports}my.mode = {mode}\njob.driver.memory = 256m\n")
        monkeypatch.setenv("TRAWL_CONF", str(file))
        tries.append(Try(Store() if store is None else store, max_tries))
        return tries[-1]

    yield go
    for one in tries:
        one.operator.on_kill()
        one.thread.join(30)


@pytest.fixture
def active(cluster):
    return lambda: {driver["id"] for driver in cluster["state"]()["activedrivers"]}


def gone(driver, active):
    return until(lambda: driver not in active(), f"the end of {driver}")


def test_the_task_shows_the_heartbeat_and_its_end_is_the_drivers(start, active):
    one = start("running")
    driver = one.beats()
    assert driver in active()
    assert one.pushed["status"].startswith("running, lag 5 lines ")
    shown = one.pushed["heartbeat"]["at"]
    until(lambda: one.pushed["heartbeat"]["at"] != shown, "the next heartbeat")
    one.operator.on_kill()
    gone(driver, active)
    failure = one.ended()
    assert isinstance(failure, AirflowException)
    assert str(failure) == "trawl hot-detect: its driver was ended, but not by this task: it starts again"


def test_the_next_try_takes_up_the_driver_that_still_runs(start, active):
    store = Store()
    driver = start("running", store).beats()
    before = active()
    again = start("running", store)
    assert again.beats() == driver
    assert active() == before
    again.operator.on_kill()
    gone(driver, active)


def test_a_driver_that_ended_well_is_followed_by_another(start, active):
    store = Store()
    one = start("running", store)
    first = one.beats()
    one.operator.on_kill()
    one.ended()
    gone(first, active)
    assert start("running", store).beats() != first


def test_a_cleared_task_whose_driver_is_being_ended_starts_another_in_its_first_try(start, active):
    store = Store()
    one = start("running", store)
    first = one.beats()
    jvm = next(each for each in Path("/proc").glob("[0-9]*/cwd") if os.path.realpath(each).endswith(f"/{first}"))
    # Its worker waits ten seconds for it before it kills it.
    os.kill(int(jvm.parent.name), signal.SIGSTOP)
    one.operator.on_kill()
    assert first in active()
    assert start("running", store, max_tries=5).beats() != first
    assert first not in active()


def test_a_cleared_task_ends_the_driver_that_still_runs_and_starts_another(start, active):
    store = Store()
    first = start("running", store).beats()
    assert start("running", store, max_tries=5).beats() != first
    assert first not in active()


def test_a_driver_that_makes_no_progress_is_ended_and_the_next_try_starts_another(start, active):
    store = Store()
    one = start("stuck", store)
    stuck = one.beats()
    failure = str(one.ended())
    assert failure.startswith(f"trawl hot-detect: driver {stuck} was dead and told to end: 5 lines wait, and nothing")
    assert failure.endswith("(it is KILLED)")
    assert stuck not in active()
    assert start("running", store).beats() != stuck


def test_a_driver_that_never_gives_a_sign_is_ended(start, active, monkeypatch):
    monkeypatch.setattr(Limits, "of", lambda _: Limits(silence=20, stuck=1.5, first=3))
    one = start("silent")
    failure = str(one.ended())
    assert "was dead and told to end: no heartbeat in its first 3 s" in failure
    assert not active()


def test_a_driver_that_was_superseded_fails_the_try_and_not_the_run(start):
    failure = start("superseded").ended()
    assert str(failure) == "trawl hot-detect: superseded by run hot-detect-9"
    assert not isinstance(failure, AirflowFailException)


@pytest.mark.parametrize("killed", [False, True])
def test_a_job_that_refuses_its_settings_fails_the_run_after_a_pause_that_a_kill_cuts_short(start, monkeypatch, killed):
    monkeypatch.setattr(hot, "REFUSED", 300.0 if killed else 1.0)
    one = start("refused")
    until(lambda: one.operator.counts is not None, "the job's refusal")
    since = time.monotonic()
    if killed:
        one.operator.on_kill()
    failure = one.ended()
    assert isinstance(failure, AirflowFailException)
    assert str(failure) == "trawl hot-detect: setting hot.topic = x y: expected a topic"
    assert time.monotonic() - since < 30


def test_killing_the_task_ends_the_older_driver_that_airflow_has_forgotten_too(start, active):
    orphan = start("running").beats()
    one = start("silent", Store())
    own = until(lambda: (one.operator._submitted or {}).get("driver"), "its own driver")
    until(lambda: one.operator._newest, "the orphan's heartbeat")
    assert {orphan, own} <= active()
    one.operator.on_kill()
    gone(own, active)
    gone(orphan, active)


def test_killing_the_task_leaves_its_successor_alone(start, active):
    old = start("silent")
    own = until(lambda: (old.operator._submitted or {}).get("driver"), "its own driver")
    successor = start("running", Store()).beats()
    until(lambda: (old.operator._newest or {}).get("driver") == successor, "the successor's heartbeat")
    old.operator.on_kill()
    gone(own, active)
    assert successor in active()
