"""What bin/trawl test makes of JUnit's reports."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bin" / "lib"))

import junit

MAVEN = """<?xml version="1.0" encoding="UTF-8"?>
<testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" name="io.trawl.it.{name}" time="{time}" tests="{tests}"
    errors="{errors}" skipped="1" failures="{failures}">
  <properties><property name="x" value="&lt;testsuite name=&quot;no&quot; tests=&quot;9&quot;>"/></properties>
  <testcase name="one" classname="io.trawl.it.{name}" time="0.1"/>
</testsuite>
"""

PYTEST = """<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" errors="0"
failures="1" skipped="0" tests="3" time="9.9"><testcase classname="tests.test_run" name="a" time="2.5" /><testcase
classname="tests.test_run" name="b &gt; c" time="0.5"><failure message="no">no</failure></testcase><testcase
classname="tests.test_hot" name="a" time="0.25" /></testsuite></testsuites>"""


@pytest.fixture
def home(tmp_path):
    """A project with reports of three classes, a broken one, and some that are not its own."""

    def write(path, text):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)

    write(
        "jobs/a/target/surefire-reports/TEST-io.trawl.it.OneTest.xml",
        MAVEN.format(name="OneTest", time="1,234.5", tests=10, errors=1, failures=2),
    )
    write(
        "jobs/b/target/surefire-reports/TEST-io.trawl.it.TwoTest.xml",
        MAVEN.format(name="TwoTest", time="0.5", tests=4, errors=0, failures=0),
    )
    write(
        "target/failsafe-reports/TEST-io.trawl.it.ThreeIT.xml",
        MAVEN.format(name="ThreeIT", time="60", tests=2, errors=0, failures=0),
    )
    write("jobs/b/target/surefire-reports/TEST-io.trawl.it.CutTest.xml", "<testsuite name='CutTest' tests='3'")
    write("jobs/b/target/surefire-reports/other.xml", MAVEN.format(name="X", time="1", tests=9, errors=0, failures=0))
    write(
        ".trawl/x/target/surefire-reports/TEST-X.xml", MAVEN.format(name="X", time="1", tests=9, errors=0, failures=0)
    )
    write(
        "target/pytest/test_x0/jobs/a/target/surefire-reports/TEST-X.xml",
        MAVEN.format(name="X", time="1", tests=9, errors=9, failures=0),
    )
    write("target/test-logs/pytest.xml", PYTEST)
    return tmp_path


def test_what_passed_and_failed_is_added_up_by_runner(home, capsys):
    assert junit.counted(junit.reports(home, "surefire")) == (9, 3)
    assert "CutTest.xml: not whole, so it is not counted" in capsys.readouterr().err
    assert junit.counted(junit.reports(home, "failsafe")) == (1, 0)
    assert junit.counted([home / "target/test-logs/pytest.xml"]) == (2, 1)


def test_a_report_without_a_test_counts_as_a_failure(tmp_path, capsys):
    lost = tmp_path / "TEST-io.trawl.it.LostTest.xml"
    lost.write_text(MAVEN.format(name="LostTest", time="1", tests=0, errors=0, failures=0).replace('skipped="1"', ""))
    assert junit.counted([lost]) == (0, 1)
    assert capsys.readouterr().err == f"{lost}: has no test; expected at least one, so it counts as failed\n"


def test_a_run_without_reports_has_none(tmp_path):
    assert junit.counted(junit.reports(tmp_path, "surefire")) == (0, 0)
    assert junit.slowest(junit.reports(tmp_path, "surefire"), tmp_path / "pytest.xml") == []


def test_classes_and_files_come_slowest_first(home, monkeypatch, capsys):
    monkeypatch.chdir(home)
    junit.main(["slowest", "target/test-logs/pytest.xml"])
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["1234.5", "s", "OneTest"],
        ["60.0", "s", "ThreeIT"],
        ["3.0", "s", "test_run"],
        ["0.5", "s", "TwoTest"],
        ["0.2", "s", "test_hot"],
    ]
    junit.main(["count", "failsafe"])
    assert capsys.readouterr().out == "1 0\n"
