"""bin/trawl run up to the submission, on a project with a job of its own; the rest is tried on the real stack."""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from trawl_dags import run

DAGS = Path(__file__).resolve().parents[1]

ECHO = """
package io.trawl.echo;
public final class EchoJob {
    public static void main(String[] args) {
        String line = String.join(" ", args);
        if (line.contains("--help")) { System.out.println("Usage: trawl run echo"); System.exit(0); }
        System.err.println("some warning");
        if (line.contains("--window bad")) { refuse("--window bad: expected START/END"); }
        if (line.contains("--window worse")) { throw new IllegalStateException("no disk"); }
        if (!line.contains("--conf /") || !line.startsWith("--check")) { refuse(line); }
    }

    static void refuse(String line) {
        System.err.println("trawl echo: " + line);
        System.exit(2);
    }
}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project with a built job, which says what it thinks of its arguments, and the same under a name of its own."""
    home = tmp_path_factory.mktemp("project")
    shutil.copytree(DAGS / "trawl_dags", home / "dags" / "trawl_dags")
    for folder in ("conf", "src", "target/dist/jobs", "target/dist/lib", "classes", "spark/jars"):
        (home / folder).mkdir(parents=True)
    (home / "conf" / "trawl.conf").write_text(
        f"spark.master = spark://127.0.0.1:1\nspark.rest = spark://127.0.0.1:1\nreports.url = file://{home}/reports\n"
    )
    source = home / "src" / "EchoJob.java"
    source.write_text(ECHO)
    subprocess.run(["javac", "-d", home / "classes", source], check=True)
    for job in ("echo", "mine"):
        jar = home / "target/dist/jobs" / f"trawl-{job}.jar"
        subprocess.run(["jar", "cf", jar, "-C", home / "classes", "."], check=True)
    return home


@pytest.fixture
def trawl(project):
    def go(*arguments):
        env = {key: value for key, value in os.environ.items() if key != "TRAWL_CONF"}
        return subprocess.run(
            [sys.executable, "-m", "trawl_dags.run", *arguments],
            cwd=project / "dags",
            env={**env, "SPARK_HOME": str(project / "spark")},
            capture_output=True,
            text=True,
            check=False,
        )

    return go


def test_help_lists_the_jobs(trawl):
    ran = trawl("--help")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "Jobs: echo, mine" in ran.stdout


def test_a_jobs_help_is_its_own(trawl):
    ran = trawl("echo", "--help")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "Usage: trawl run echo\n", "")


def test_no_job_is_a_bad_argument(trawl):
    assert trawl().returncode == 2


@pytest.mark.parametrize(
    ("arguments", "status", "line"),
    [
        (["nope"], 2, "trawl nope: job 'nope' is unknown: expected one of echo, mine"),
        (["echo", "--window", "bad"], 2, "trawl echo: --window bad: expected START/END"),
        (["echo", "--conf", "/nowhere"], 2, "trawl echo: settings file /nowhere: No such file or directory"),
        (
            ["mine", "--window", "good"],
            2,
            "trawl-mine.jar has no class io.trawl.mine.MineJob: name the job's main class",
        ),
        (["mine", "--main", "example.Nope"], 2, "trawl-mine.jar has no class example.Nope"),
        (["mine", "--main"], 2, "trawl mine: --main : expected the name of a class, for example example.MyJob"),
        (["mine", "--main", "--source"], 2, "trawl mine: --main --source: expected the name of a class"),
        (["mine", "--main=io.trawl.echo.EchoJob", "--window", "bad"], 2, "--window bad: expected START/END"),
        (
            ["echo", "--window", "good", "--set", "spark.master=spark://x"],
            1,
            "127.0.0.1:1: Connection refused): is it up?",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_line_before_anything_is_submitted(trawl, arguments, status, line):
    ran = trawl(*arguments)
    assert ran.returncode == status
    assert ran.stdout == ""
    assert len(ran.stderr.splitlines()) == 1
    assert line in ran.stderr


def test_a_job_that_breaks_while_checking_is_no_bad_argument(trawl):
    assert trawl("echo", "--window", "worse").returncode == 1


def test_checking_alone_submits_nothing(trawl):
    ran = trawl("echo", "--window", "good", "--check")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


@pytest.mark.parametrize("main", [["--main", "io.trawl.echo.EchoJob"], ["--main=io.trawl.echo.EchoJob"]])
def test_a_job_of_ones_own_is_checked_by_its_main_class_which_it_is_not_told(trawl, main):
    ran = trawl("mine", *main, "--window", "good", "--check")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert trawl("mine", "--help", *main).stdout == "Usage: trawl run echo\n"
    assert run._main_class(["--source", "proxy", *main, "--check"]) == (
        "io.trawl.echo.EchoJob",
        ["--source", "proxy", "--check"],
    )


def test_paths_are_made_absolute_since_the_driver_runs_elsewhere():
    here = Path.cwd()
    given = ["--source", "proxy", "--conf", "a.conf", "--feeds", "f", "/g", "hdfs://nn/h", "--set", "a=b", "--feeds=i"]
    assert run._absolute(given) == [
        *("--source", "proxy", "--conf", f"{here}/a.conf", "--feeds", f"{here}/f", "/g", "hdfs://nn/h"),
        *("--set", "a=b", f"--feeds={here}/i"),
    ]


def test_single_settings_count_here_too():
    assert run._overrides(["--set", "a=b=c", "--set=d=e", "--source", "x=y"]) == {"a": "b=c", "d": "e"}


@pytest.mark.parametrize("key", ["spark.rest=spark://127.0.0.1:%d", "reports.url=webhdfs://127.0.0.1:%d/reports"])
def test_a_server_that_takes_a_connection_and_says_nothing_is_named_within_ten_seconds(trawl, key):
    # Ten seconds of a machine with nothing else to do: there a refusal takes less than one.
    begun = time.monotonic()
    assert trawl("echo", "--window", "bad").returncode == 2
    most = 10 * max(1.0, time.monotonic() - begun)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        setting = key % silent.getsockname()[1]
        begun = time.monotonic()
        master = [] if "spark.rest" in setting else ["--set", "spark.master=yarn"]
        ran = trawl("echo", "--window", "good", *master, "--set", setting)
        assert time.monotonic() - begun < most
    assert ran.returncode == 1
    assert len(ran.stderr.splitlines()) == 1
    assert setting.partition("=")[2].partition("//")[2] in ran.stderr
    assert "is it up?" in ran.stderr


def test_an_option_without_its_value_is_left_to_the_job():
    assert run._value([], "--conf") is None
    assert run._value(["--conf"], "--conf") is None
    assert run._value(["--source", "proxy", "--conf", "a"], "--conf") == "a"
    assert run._value(["--conf=a"], "--conf") == "a"
