"""What JUnit's XML reports say: how many tests passed and failed, and which classes took longest."""

from __future__ import annotations

import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.etree import ElementTree

SHOWN = 10
"""Classes that slowest() lists."""


def reports(home: Path, runner: str) -> Iterator[Path]:
    """Maven's reports of a runner, surefire or failsafe, of all modules below the project's folder."""
    for folder, inside, files in os.walk(home):
        inside[:] = sorted(set(inside) - {".git", ".trawl", "src"})
        # Tests write there, too: what they left is not what they reported.
        if Path(folder).name == "target":
            inside[:] = [name for name in inside if name == f"{runner}-reports"]
        if Path(folder).parts[-2:] == ("target", f"{runner}-reports"):
            yield from (Path(folder, name) for name in sorted(files) if re.fullmatch(r"TEST-.*\.xml", name))


def suites(file: Path) -> Iterator[ElementTree.Element]:
    """The test suites of a report; none of one that is half-written, as a killed run leaves it."""
    try:
        yield from ElementTree.parse(file).getroot().iter("testsuite")  # noqa: S314 the build wrote it
    except ElementTree.ParseError:
        sys.stderr.write(f"{file}: not whole, so it is not counted\n")


def counted(files: Iterable[Path]) -> tuple[int, int]:
    """How many tests passed and how many failed; skipped ones are neither.

    A report without a test counts as a failure: its runner lost them, as surefire 3.5 does with a @ParameterizedClass.
    """
    passed = failed = 0
    for file in files:
        for suite in suites(file):
            of = {name: int(suite.get(name) or 0) for name in ("tests", "failures", "errors", "skipped")}
            bad = of["failures"] + of["errors"]
            if of["tests"] == 0:
                sys.stderr.write(f"{file}: has no test; expected at least one, so it counts as failed\n")
                of["tests"] = bad = max(1, bad)
            failed += bad
            passed += of["tests"] - bad - of["skipped"]
    return passed, failed


def slowest(java: Iterable[Path], python: Path) -> list[tuple[float, str]]:
    """Seconds and name of the classes, and of the files of Python tests, that took longest."""
    took: dict[str, float] = defaultdict(float)
    for file in java:
        for suite in suites(file):
            took[(suite.get("name") or "?").rpartition(".")[2]] += seconds(suite)
    if python.is_file():
        for suite in suites(python):
            for case in suite.iter("testcase"):
                took[(case.get("classname") or "?").rpartition(".")[2]] += seconds(case)
    return sorted(((spent, name) for name, spent in took.items()), reverse=True)[:SHOWN]


def seconds(element: ElementTree.Element) -> float:
    """How long a suite or a case took; Maven writes 1,234.5."""
    return float((element.get("time") or "0").replace(",", ""))


def main(words: list[str]) -> None:
    """`junit.py count surefire|failsafe|FILE`: passed and failed; `junit.py slowest FILE`: FILE is pytest's report."""
    home = Path.cwd()
    if words[0] == "count":
        passed, failed = counted([Path(words[1])] if words[1].endswith(".xml") else reports(home, words[1]))
        sys.stdout.write(f"{passed} {failed}\n")
        return
    java = (file for runner in ("surefire", "failsafe") for file in reports(home, runner))
    for spent, name in slowest(java, Path(words[1])):
        sys.stdout.write(f"{spent:8.1f} s  {name}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
