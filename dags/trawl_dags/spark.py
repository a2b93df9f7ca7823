"""The REST endpoint of a standalone Spark master: how a driver is doing, its end, and where its log is."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ACTIVE = ("SUBMITTED", "RUNNING", "RELAUNCHING", "UNKNOWN")
"""States of a driver that has not ended; UNKNOWN while a master recovers."""

LOST = "LOST"
"""State of a driver that no master knows: it was restarted without its memory, or the driver ended long ago."""


def soon(age: float) -> bool:
    """Whether a driver that has been followed for so many seconds ends about now, if its window is small."""
    return 1.5 < age < 12


def pause(age: float, most: float) -> float:
    """Seconds until the next look at a driver that has been followed for so long, at most `most`."""
    return min(most, 0.12 if soon(age) else max(0.3, age / 20))


class MasterUnreachable(OSError):
    """No master answers; the one line says which and why."""


class SubmissionRefused(OSError):
    """A master answers and does not take a driver; the one line says why."""


@dataclass(frozen=True)
class Driver:
    """A driver as the master sees it.

    :param state: SUBMITTED, RUNNING, RELAUNCHING, UNKNOWN, FINISHED, FAILED, KILLED, ERROR or LOST
    :param worker: host:port of the worker that runs it, once there is one
    :param message: what the master says about an ERROR
    """

    id: str
    state: str
    worker: str | None = None
    worker_id: str | None = None
    message: str | None = None

    @property
    def active(self) -> bool:
        """Whether it may still do something."""
        return self.state in ACTIVE


class Masters:
    """The masters of one standalone cluster (several, where they stand by for each other).

    :param urls: their REST addresses, http://host:6066
    :param ui: address of the master's web page, http://host:8080; only links and last words need it
    """

    def __init__(self, urls: Sequence[str], ui: str | None = None, timeout: float = 10.0) -> None:
        self.urls = list(urls)
        self.ui = ui.rstrip("/") if ui else None
        self.timeout = timeout

    def driver(self, driver_id: str) -> Driver:
        """How the driver is doing.

        :raises MasterUnreachable: no master answers
        """
        answer = self._ask("GET", f"/v1/submissions/status/{driver_id}")
        message = answer.get("message")
        if answer.get("success"):
            return Driver(
                driver_id,
                str(answer.get("driverState", "UNKNOWN")).upper(),
                answer.get("workerHostPort"),
                answer.get("workerId"),
                message,
            )
        # A standby or recovering master answers, but may not say.
        return Driver(driver_id, "UNKNOWN" if message and "not alive" in message else LOST, message=message)

    def create(self, request: Mapping[str, Any]) -> str:
        """Submit a driver, as spark-submit does in cluster mode, but without a JVM of its own.

        :param request: what to run, as submit.Submission.request gives it
        :return: the driver's id
        :raises MasterUnreachable: no master answers; it may have taken the request all the same
        :raises SubmissionRefused: the master does not take it; the one line says why
        """
        answer = self._ask("POST", "/v1/submissions/create", request)
        driver = answer.get("submissionId")
        if not answer.get("success") or not driver:
            raise SubmissionRefused(f"the Spark master refuses the driver: {answer.get('message') or answer}")
        return str(driver)

    def kill(self, driver_id: str) -> bool:
        """Ask for the driver's end; the worker gives it some seconds.

        :return: whether the master took the request (it refuses for a driver that has ended)
        :raises MasterUnreachable: no master answers
        """
        return bool(self._ask("POST", f"/v1/submissions/kill/{driver_id}").get("success"))

    def follow(
        self,
        driver_id: str,
        interval: float = 1.0,
        patience: float = 120.0,
        seen: Callable[[Driver], None] = lambda _: None,
        done: Callable[[], bool] | None = None,
    ) -> Driver:
        """Wait for the driver's end, or until its work is done.

        :param interval: seconds between two looks, at most: in its first seconds a driver is looked at more often
        :param patience: seconds that an unreachable or recovering master is waited for; one that is there and
            does not know the driver, a quarter of it
        :param seen: told of every look
        :param done: whether its work is done; asked in three of four looks while a small window's job would end, since
            the driver's JVM takes a third of a second to end
        :raises MasterUnreachable: longer than that
        """
        driver: Driver | None = None
        looks = 0
        begun = since = time.monotonic()
        while True:
            now = time.monotonic()
            looks += 1
            if done is not None and driver is not None and looks % 4 and soon(now - begun):
                if done():
                    return driver
                time.sleep(pause(now - begun, interval))
                continue
            try:
                driver = self.driver(driver_id)
            except MasterUnreachable:
                if now - since > patience:
                    raise
            else:
                seen(driver)
                if driver.state not in (LOST, "UNKNOWN"):
                    since = now
                    if not driver.active:
                        return driver
                elif now - since > (patience / 4 if driver.state == LOST else patience):
                    return Driver(driver_id, LOST, message=driver.message)
            # A small window's job ends within seconds: then it is looked at often.
            time.sleep(pause(now - begun, interval))

    def page(self, driver: Driver) -> str | None:
        """Address of the page with the driver's log, else of the master's page; None without `ui`."""
        worker = self._worker_page(driver)
        return f"{worker}/logPage/?driverId={driver.id}&logType=stderr" if worker else self.ui

    def log(self, driver: Driver) -> str:
        """Where the driver's log is, as a phrase."""
        page = self._worker_page(driver)
        if page:
            return f"{page}/logPage/?driverId={driver.id}&logType=stderr"
        if driver.worker:
            return f"{driver.id}/stderr in the work folder of worker {driver.worker}"
        return f"{driver.id}/stderr in the work folder of the worker that ran it, or the master's own log"

    def ending(self, driver: Driver, job: str) -> str:
        """What to say of a driver that ended and left no report."""
        if driver.state == LOST:
            return (
                f"the Spark master does not know driver {driver.id} any more: it was restarted without its state "
                "(spark.deploy.recoveryMode)"
            )
        why = (self.last_words(driver, job) if driver.state == "FAILED" else None) or driver.message
        said = f": {why}" if why else ""
        return f"driver {driver.id} ended as {driver.state} and left no report{said} (its log: {self.log(driver)})"

    def last_words(self, driver: Driver, job: str) -> str | None:
        """The line on stderr that says what is wrong: the job's own, else the last cause; None where there is none."""
        page = self._worker_page(driver)
        if not page:
            return None
        query = urllib.parse.urlencode({"driverId": driver.id, "logType": "stderr", "byteLength": 20_000})
        try:
            with urllib.request.urlopen(f"{page}/log/?{query}", timeout=self.timeout) as answer:  # noqa: S310
                text: str = answer.read().decode("utf-8", "replace")
        except OSError:
            return None
        for start in (f"trawl {job}: ", "Caused by: ", "Exception in thread "):
            said = [line for line in text.splitlines() if line.startswith(start)]
            if said:
                return said[-1]
        return None

    def _worker_page(self, driver: Driver) -> str | None:
        if not self.ui or not driver.worker_id:
            return None
        try:
            with urllib.request.urlopen(f"{self.ui}/json/", timeout=self.timeout) as answer:  # noqa: S310
                workers = json.load(answer).get("workers", [])
        except (OSError, ValueError):
            return None
        return next((str(w["webuiaddress"]).rstrip("/") for w in workers if w["id"] == driver.worker_id), None)

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The answer of the master that is alive; of any, where none says it is."""
        answers, trouble = [], []
        for url, answer in self._each(method, path, body):
            if isinstance(answer, str):
                trouble.append(f"{url}: {answer}")
            elif answer.get("success"):
                return answer
            else:
                answers.append(answer)
        if answers:
            return answers[0]
        raise MasterUnreachable(f"Spark master cannot be reached ({'; '.join(trouble)}): is it up?")

    def _each(
        self, method: str, path: str, body: Mapping[str, Any] | None
    ) -> Iterator[tuple[str, dict[str, Any] | str]]:
        data = None if body is None else json.dumps(body).encode()
        headers = {} if body is None else {"Content-Type": "application/json;charset=UTF-8"}
        # A driver that is taken and whose id gets lost would run unseen: a slow answer is waited for.
        timeout = self.timeout if body is None else self.timeout * 6
        for url in self.urls:
            asked = urllib.request.Request(f"{url}{path}", data=data, headers=headers, method=method)  # noqa: S310
            try:
                with urllib.request.urlopen(asked, timeout=timeout) as answer:  # noqa: S310
                    yield url, json.load(answer)
            except urllib.error.HTTPError as e:
                yield url, _refusal(e)
            except urllib.error.URLError as e:
                yield url, str(getattr(e.reason, "strerror", None) or e.reason)
            except (OSError, ValueError) as e:
                yield url, str(e)


def _refusal(error: urllib.error.HTTPError) -> dict[str, Any] | str:
    """What a master says with a status that is not 200: its own JSON, else the status alone."""
    try:
        said = json.load(error)
    except (OSError, ValueError):
        return f"HTTP {error.code}"
    return said if isinstance(said, dict) and said.get("message") else f"HTTP {error.code}"
