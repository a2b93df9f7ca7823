"""`python -m trawl_dags.run JOB ARGUMENT...`: the DAGs' submit by hand, without Airflow (bin/trawl run).

Checks the arguments here, submits in cluster mode, follows the driver, prints the job's report on stdout.
Exit status: 0 done, 2 a bad argument or setting, 1 anything else, 128 + n after signal n.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from trawl_dags import reports, submit
from trawl_dags.settings import Settings, SettingsError
from trawl_dags.spark import Driver, Masters, MasterUnreachable

USAGE = """usage: bin/trawl run JOB [OPTION...]

Submits a job to Spark as the DAGs do, follows its driver, and prints its report as JSON. Ctrl-C ends the driver.

  bin/trawl run ingest --source proxy --window 2026-11-24T10:00:00Z/2026-11-24T11:00:00Z
  bin/trawl run JOB --help     the job's own options
  bin/trawl run JOB --check    check arguments and settings, submit nothing
  bin/trawl run JOB --main example.MyJob ...    a job of your own, in target/dist/jobs/trawl-JOB.jar

Jobs: {jobs}
Exit status: 0 done, 2 a bad argument or setting, 1 anything else."""

# A JVM that lives for a second needs no better compiler.
_QUICK = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")
_KILL_SECONDS = 30.0
# How long a server may take: it is said within ten seconds that it does not answer.
_ANSWER_SECONDS = 6.0


class Stop(Exception):
    """The run is over: what to say, and the exit status."""

    def __init__(self, line: str, status: int = 1) -> None:
        super().__init__(line)
        self.status = status


class Interrupted(BaseException):
    """SIGINT or SIGTERM came."""

    def __init__(self, signum: int) -> None:
        super().__init__(signal.Signals(signum).name)
        self.status = 128 + signum


class Interrupts:
    """Turns signals into Interrupted: at once, or, while a driver is being submitted, when its id is known."""

    def __init__(self) -> None:
        self.came: int | None = None
        self.waits = False
        for signum in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signum, self._signal)

    def _signal(self, signum: int, _: FrameType | None) -> None:
        again, self.came = self.came is not None, signum
        if again or not self.waits:
            raise Interrupted(signum)

    def raise_if_any(self) -> None:
        """Raise what came in the meantime."""
        if self.came is not None:
            raise Interrupted(self.came)


def main(argv: Sequence[str]) -> int:
    """Run one job; the last line on stderr says what is wrong."""
    if not argv or argv[0] in ("-h", "--help"):
        print(USAGE.format(jobs=", ".join(submit.jobs()) or "none built yet (mvn -Dquick package)"))
        return 0 if argv else 2
    job, given = argv[0], _absolute(argv[1:])
    try:
        return Run(job, given).run()
    except Interrupted as e:
        return _say(job, f"{e}: nothing was submitted", e.status)
    except Stop as e:
        return _say(job, str(e), e.status)
    except SettingsError as e:
        return _say(job, str(e), 2)
    except (OSError, MasterUnreachable) as e:
        return _say(job, str(e), 1)


class Run:
    """One run of a job by hand.

    :param given: the job's arguments, as they came
    """

    def __init__(self, job: str, given: Sequence[str]) -> None:
        self.job = job
        self.main, self.given = _main_class(given)
        self.interrupts = Interrupts()

    def run(self) -> int:
        """From checking to the report; the exit status."""
        self._has_main(submit.local_jar(self.job))
        if {"-h", "--help"} & set(self.given):
            return subprocess.run(self._java(["--help"]), check=False).returncode
        if "--check" in self.given:
            self._check()
            return 0
        settings = Settings.load(_value(self.given, "--conf"), _overrides(self.given))
        servers = _Servers(settings)
        self._check()
        servers.must_answer()
        run_id = _value(self.given, "--run-id") or submit.new_run_id(self.job)
        report = _value(self.given, "--report") or reports.name("by-hand", self.job, run_id)
        spec = submit.submission(self.job, settings, self.main)
        arguments = submit.arguments(self.given, settings, run_id, report)
        if settings.text("spark.master").startswith("spark://"):
            ending = self._standalone(spec, arguments, settings)
        else:
            ending = self._elsewhere(spec.command(settings.text("spark.master"), arguments))
        found = reports.read(settings, report, run_id)
        if found is None:
            raise Stop(ending)
        print(json.dumps(found, indent=2, ensure_ascii=False))
        status = int(found.get("exit", 1))
        if status:
            raise Stop(str(found.get("error") or ending), status)
        return 0

    def _has_main(self, jar: Path) -> None:
        main_class = self.main or submit.main_class(self.job)
        with zipfile.ZipFile(jar) as file:
            if f"{main_class.replace('.', '/')}.class" not in file.namelist():
                raise Stop(
                    f"{jar} has no class {main_class}: name the job's main class, for example --main example.MyJob", 2
                )

    def _java(self, arguments: Sequence[str]) -> list[str]:
        main_class = self.main or submit.main_class(self.job)
        return [submit.java(), *_QUICK, "-cp", submit.class_path(self.job), main_class, *arguments]

    def _check(self) -> None:
        settings_file = [] if _value(self.given, "--conf") else ["--conf", str(Settings.load().file)]
        words = [word for word in self.given if word != "--check"]
        checked = subprocess.run(
            self._java(["--check", *settings_file, *words]), capture_output=True, text=True, check=False
        )
        if checked.returncode:
            said = checked.stderr.strip().splitlines() or ["the check ended without a message"]
            line = said[-1].removeprefix(f"trawl {self.job}: ")
            raise Stop(line, 2 if checked.returncode == 2 else 1)

    def _standalone(self, spec: submit.Submission, arguments: Sequence[str], settings: Settings) -> str:
        """Submit to a standalone master and follow; what to say should there be no report."""
        masters = _masters(settings)
        driver_id = self._submit(masters, spec.request(settings.text("spark.rest"), arguments))
        started = time.monotonic()
        terminal = sys.stderr.isatty()
        if not terminal:
            print(f"trawl {self.job}: submitted as {driver_id}", file=sys.stderr)

        def seen(driver: Driver) -> None:
            if terminal:
                passed = time.monotonic() - started
                print(f"\r\033[Ktrawl {self.job}: {driver.id} {driver.state} {passed:.0f} s", end="", file=sys.stderr)

        try:
            self.interrupts.raise_if_any()
            return masters.ending(masters.follow(driver_id, seen=seen), self.job)
        except Interrupted as e:
            self._kill(masters, driver_id, e)
        finally:
            if terminal:
                print("\r\033[K", end="", file=sys.stderr)

    def _submit(self, masters: Masters, request: Mapping[str, Any]) -> str:
        """Submit a driver; its id. A signal that comes meanwhile waits for the id."""
        self.interrupts.waits = True
        try:
            return masters.create(request)
        finally:
            self.interrupts.waits = False

    def _kill(self, masters: Masters, driver_id: str, why: Interrupted) -> NoReturn:
        masters.kill(driver_id)
        deadline = time.monotonic() + _KILL_SECONDS
        driver = masters.driver(driver_id)
        while driver.active and time.monotonic() < deadline:
            time.sleep(0.3)
            driver = masters.driver(driver_id)
        raise Stop(f"{why}: driver {driver_id} was asked to end and is {driver.state}", why.status)

    def _elsewhere(self, command: Sequence[str]) -> str:
        """On YARN and Kubernetes spark-submit follows by itself."""
        try:
            done = subprocess.run(command, stdout=sys.stderr, check=False, start_new_session=True)
        except Interrupted as e:
            raise Stop(f"{e}: the application continues; end it with the cluster's own tool", e.status) from None
        return f"spark-submit ended with status {done.returncode}, and the job left no report: its log is the cluster's"


class _Masters(Masters):
    """Masters of which is said, once, that they do not answer; the driver is followed all the same."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.away = False

    def driver(self, driver_id: str) -> Driver:
        """As Masters."""
        try:
            found = super().driver(driver_id)
        except MasterUnreachable as e:
            if not self.away:
                print(f"trawl: {e} Waiting for it; driver {driver_id} continues", file=sys.stderr)
            self.away = True
            raise
        self.away = False
        return found


def _masters(settings: Settings, kind: type[Masters] = _Masters) -> Masters:
    urls = submit.rest_urls(settings.text("spark.rest"))
    return kind(urls, settings.text("spark.ui", "") or None, timeout=_ANSWER_SECONDS / max(1, len(urls)))


class _Servers:
    """The servers that a submission needs, asked while the arguments are checked: one that does not answer is named."""

    def __init__(self, settings: Settings) -> None:
        self.trouble: dict[str, str | None] = {}
        self.began = time.monotonic()
        asked: list[Callable[[], object]] = [lambda: reports.read(settings, "none.json", "")]
        names = [f"reports.url {settings.text('reports.url')}"]
        if settings.text("spark.master").startswith("spark://"):
            # Asked for a driver that does not exist.
            asked.insert(0, lambda: _masters(settings, Masters).driver("driver-0"))
            names.insert(0, f"the Spark master of spark.rest {settings.text('spark.rest')}")
        self.threads = [
            # Some clients of file systems wait for ever: the process ends beside them.
            threading.Thread(target=self._ask, args=(name, ask), daemon=True)
            for name, ask in zip(names, asked, strict=True)
        ]
        self.names = names
        for thread in self.threads:
            thread.start()

    def _ask(self, name: str, ask: Callable[[], object]) -> None:
        try:
            ask()
        except (OSError, SettingsError) as e:
            self.trouble[name] = str(e)
        else:
            self.trouble[name] = None

    def must_answer(self) -> None:
        """Wait for their answers.

        :raises Stop: one does not answer in time, or says that it does not work
        """
        for name, thread in zip(self.names, self.threads, strict=True):
            thread.join(max(0.0, self.began + _ANSWER_SECONDS + 0.5 - time.monotonic()))
            if name not in self.trouble:
                raise Stop(f"{name} does not answer within {_ANSWER_SECONDS:g} s: is it up?")
            said = self.trouble[name]
            if said is not None:
                raise Stop(_ours(name, said))


def _ours(name: str, said: str) -> str:
    """What a client of a file system says of an address that refuses, in our words."""
    if "Connection refused" in said or "Max retries exceeded" in said or "timed out" in said:
        return said if name.startswith("the Spark") else f"{name} does not answer: is it up?"
    return said


def _say(job: str, line: str, status: int) -> int:
    print(f"trawl {job}: {line}", file=sys.stderr)
    return status


def _value(given: Sequence[str], name: str) -> str | None:
    for at, word in enumerate(given):
        if word == name:
            return given[at + 1] if at + 1 < len(given) else None
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
    return None


def _main_class(given: Sequence[str]) -> tuple[str | None, list[str]]:
    """What --main names, and the arguments without it: the job itself does not know that option."""
    words = iter(given)
    main, rest = None, []
    for word in words:
        if word == "--main" or word.startswith("--main="):
            main = word.partition("=")[2] or next(words, "")
            if not re.fullmatch(r"[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*", main):
                raise Stop(f"--main {main}: expected the name of a class, for example example.MyJob", 2)
        else:
            rest.append(word)
    return main, rest


def _overrides(given: Sequence[str]) -> dict[str, str]:
    pairs = [after for word, after in pairwise(given) if word == "--set"]
    pairs += [word.removeprefix("--set=") for word in given if word.startswith("--set=")]
    return {key.strip(): value.strip() for key, _, value in (pair.partition("=") for pair in pairs)}


def _absolute(given: Sequence[str]) -> list[str]:
    """The same arguments with the paths absolute: the driver has another working directory."""
    words: list[str] = []
    option = ""
    for word in given:
        if word.startswith("--"):
            option, equals, path = word.partition("=")
            if equals and option in ("--conf", "--feeds"):
                word = f"{option}={_path(path)}"
        elif option in ("--conf", "--feeds"):
            word = _path(word)
        words.append(word)
    return words


def _path(text: str) -> str:
    return text if "://" in text else str(Path(text).absolute())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
