"""bin/trawl's help: made from the options, the same everywhere, and without a side effect."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parents[2]
COMMANDS = sorted(file.stem for file in (HOME / "bin/lib").glob("*.sh") if file.stem != "common")
PRINTING = [
    *("bench", "canonical", "demo", "detections", "doctor", "formats", "indicators", "match", "migrate-lake", "parity"),
    *("parse", "rules", "sightings", "status", "sweep", "tail"),
]
OPTION = re.compile(r"^  (--[a-z-]+(?: [A-Z/=]+)?)  +\S", re.MULTILINE)
# What help may not start: each would say so by a file.
STARTS = ("java", "javac", "mvn", "python", "python3", "python3.11", "uv", "curl", "git", "setsid")


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A fresh clone: nothing is installed or built."""
    home = tmp_path_factory.mktemp("clone")
    for folder in ("bin", "conf"):
        shutil.copytree(HOME / folder, home / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (home / "dags").mkdir()
    for file in ("pom.xml", "dags/requirements.lock"):
        shutil.copy(HOME / file, home / file)
    return home


@pytest.fixture
def trawl(clone, tmp_path):
    """Run bin/trawl of the clone where each program that it may not start is a trap."""
    traps = tmp_path / "traps"
    traps.mkdir()
    for name in STARTS:
        trap = traps / name
        trap.write_text(f'#!/bin/sh\necho "$0 $*" >> "{tmp_path}/started"\nexit 1\n')
        trap.chmod(0o755)

    def go(*arguments):
        env = {"PATH": f"{traps}:{os.environ['PATH']}", "HOME": str(tmp_path / "home"), "LC_ALL": "C.UTF-8"}
        command = [str(clone / "bin/trawl"), *arguments]
        return subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, check=False)

    go.started = tmp_path / "started"
    return go


def tree(folder):
    return sorted((str(file), file.stat().st_mtime_ns) for file in folder.rglob("*"))


@pytest.mark.parametrize(
    "arguments",
    [
        *((command, word) for command in COMMANDS for word in ("--help", "-h")),
        ("run", "ingest", "--help"),
        ("run", "hot-detect", "--source", "proxy", "--help"),
        ("bench", "path", "--help"),
        ("detections", "--client", "10.0.0.1", "--help"),
        ("test", "--fast", "--help"),
        ("demo", "--keep", "--help"),
        ("--help",),
        ("help",),
    ],
    ids=" ".join,
)
def test_help_has_no_side_effect(trawl, clone, arguments):
    before = tree(clone)
    ran = trawl(*arguments)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith("usage: trawl ")
    assert not trawl.started.exists(), trawl.started.read_text()
    assert tree(clone) == before


def test_what_starts_a_program_is_caught(trawl):
    trawl("doctor")
    assert "python3.11 -c" in trawl.started.read_text()


@pytest.mark.parametrize("command", COMMANDS)
def test_help_looks_the_same_everywhere_and_is_made_from_the_options(trawl, command):
    said = trawl(command, "--help").stdout
    usage = said.partition("\n\n")[0]
    assert usage.startswith(f"usage: trawl {command}")
    listed = OPTION.findall(said)
    assert listed[-1] == "--help"
    assert set(re.findall(r"--[a-z-]+(?: [A-Z/=]+)?", usage)) == set(listed) - {"--help"}
    assert max(len(line) for line in said.splitlines()) <= 132


def test_commands_that_print_records_take_the_same_formats(trawl):
    for command in COMMANDS:
        said = trawl(command, "--help").stdout
        text = " ".join(said.partition("  --output FORMAT")[2].partition("  --help")[0].split())
        if command in PRINTING:
            assert re.match(r"(table \(default\)|json \(default\)|table,)", text), command
            assert "json" in text
            assert "table" in text
        assert not re.search(r"--json|--table|\btext\|json", said), command


BASH = ["bom", "doctor", "install", "logs", "test", "airflow"]


@pytest.mark.parametrize("command", BASH)
def test_what_bash_reads_is_what_help_lists(trawl, command):
    listed = {name.partition(" ")[0] for name in OPTION.findall(trawl(command, "--help").stdout)} - {"--help"}
    code = (HOME / f"bin/lib/{command}.sh").read_text("utf-8").rpartition("\nHELP\n")[2]
    labels = re.findall(r"^\s*((?:-[a-z-]+\S*(?: \| )?)+)\)", code, re.MULTILINE)
    read = set(re.findall(r"--[a-z-]+", " ".join(labels))) | set(re.findall(r"\$\{1:-\} == (--[a-z-]+)", code))
    assert read == listed


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("doctor", "--jsno"), "trawl doctor: option --jsno is unknown: expected --conf, --set, --state, --output"),
        (("doctor", "--output", "text"), "trawl doctor: --output text: expected json or table"),
        (("logs", "--folow"), "trawl logs: option --folow is unknown: expected --follow, --state"),
        (("install", "--rlock"), "trawl install: option --rlock is unknown: expected --relock"),
        (("bench", "--json"), "trawl bench: option --json is unknown: expected --output"),
        (("up", "--without", "hdfs", "--prot-shift", "3"), "trawl up: option --prot-shift is unknown: expected --port"),
        (("test", "--fats"), "trawl test: option --fats is unknown: expected --fast, --only, --faults, --seed"),
    ],
)
def test_an_unknown_option_hears_of_those_that_there_are(trawl, arguments, line):
    ran = trawl(*arguments)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(line)
    assert len(ran.stderr.splitlines()) == 1


def test_the_demos_options_are_those_that_help_lists(trawl, monkeypatch):
    monkeypatch.syspath_prepend(str(HOME / "bin/lib"))
    monkeypatch.setenv("TRAWL_HOME", str(HOME))
    monkeypatch.setitem(sys.modules, "demo", None)
    del sys.modules["demo"]
    from demo.__main__ import parser

    taken = {option for action in parser()._actions for option in action.option_strings}
    assert {name.partition(" ")[0] for name in OPTION.findall(trawl("demo", "--help").stdout)} == taken | {"--help"}


def java(name):
    """The source of a Java class, wherever it is."""
    (file,) = [file for place in ("jobs", "integration-tests") for file in (HOME / place).rglob(f"main/**/{name}.java")]
    return file.read_text("utf-8")


@pytest.mark.parametrize("command", ["up", "down", "status"])
def test_the_stacks_options_are_those_that_help_lists(trawl, command):
    taken = java("StackCommand").partition("List<String> taken(")[2].partition("};")[0]
    cases = dict(re.findall(r'(case "up"|case "status"|default) -> List\.of\(([^)]*)\)', taken))
    names = set(re.findall(r'"(--[a-z-]+)"', cases.get(f'case "{command}"') or cases["default"]))
    assert {name.partition(" ")[0] for name in OPTION.findall(trawl(command, "--help").stdout)} == names | {"--help"}


def test_every_option_of_a_job_that_help_lists_is_one(trawl):
    sources = "".join(file.read_text("utf-8") for file in (HOME / "jobs").rglob("main/**/*.java"))
    for option in {name.partition(" ")[0] for name in OPTION.findall(trawl("run", "--help").stdout)} - {
        "--main",
        "--help",
    }:
        assert f'"{option}"' in sources, option


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("statsu", "status"),
        ("hotdetect", "run hot-detect"),
        ("detection", "detections"),
        ("instal", "install"),
        ("indicator", "indicators"),
        ("enrch", "run enrich"),
    ],
)
def test_an_unknown_sub_command_hears_of_the_nearest(clone, typed, meant):
    ran = subprocess.run([clone / "bin/trawl", typed], capture_output=True, text=True, check=False)
    said = f"trawl: unknown sub-command '{typed}': did you mean '{meant}'? 'trawl help' lists them all\n"
    assert (ran.returncode, ran.stdout, ran.stderr) == (2, "", said)


def test_without_a_python_an_unknown_sub_command_hears_of_help(trawl):
    assert trawl("statsu").stderr == "trawl: unknown sub-command 'statsu': 'trawl help' lists them all\n"
