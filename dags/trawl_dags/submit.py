"""How a job is handed to Spark: its jar, main class, class path, resources and arguments. Knows no Airflow."""

from __future__ import annotations

import importlib.util
import os
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trawl_dags.settings import HOME, Settings, SettingsError, properties

MODULE_OPTIONS = " ".join(
    [
        "-XX:+IgnoreUnrecognizedVMOptions",
        *(
            f"--add-opens=java.base/{package}=ALL-UNNAMED"
            for package in (
                "java.lang",
                "java.lang.invoke",
                "java.lang.reflect",
                "java.io",
                "java.net",
                "java.nio",
                "java.util",
                "java.util.concurrent",
                "java.util.concurrent.atomic",
                "jdk.internal.ref",
                "sun.nio.ch",
                "sun.nio.cs",
                "sun.security.action",
                "sun.util.calendar",
            )
        ),
        "--add-opens=java.security.jgss/sun.security.krb5=ALL-UNNAMED",
        "-Djdk.reflect.useDirectMethodHandle=false",
    ]
)
"""What org.apache.spark.launcher.JavaModuleOptions gives in Spark 3.5.9: a driver that a worker starts lacks it."""

_RESOURCES = {
    "driver.memory": ("spark.driver.memory", "1g"),
    "driver.cores": ("spark.driver.cores", "1"),
    "executor.memory": ("spark.executor.memory", "1g"),
    "executor.cores": ("spark.executor.cores", "2"),
    "cores": ("spark.cores.max", "2"),
}


@dataclass(frozen=True)
class Submission:
    """What spark-submit needs to know about a job, whoever submits it.

    :param application: the job's jar, as the driver's machine reaches it
    :param main: its main class
    :param conf: Spark properties
    """

    job: str
    application: str
    main: str
    conf: dict[str, str]

    def command(self, master: str, arguments: Sequence[str]) -> list[str]:
        """The whole spark-submit command line, cluster mode."""
        conf = [word for key, value in self.conf.items() for word in ("--conf", f"{key}={value}")]
        return [
            *(str(spark_home() / "bin" / "spark-submit"), "--master", master, "--deploy-mode", "cluster"),
            *("--name", f"trawl {self.job}", "--class", self.main),
            *conf,
            self.application,
            *arguments,
        ]

    def request(self, master: str, arguments: Sequence[str]) -> dict[str, Any]:
        """The same submission as the REST endpoint of a standalone master takes it.

        It has what spark-submit would add: the properties of spark-defaults.conf beneath the job's own, the jar
        itself among the jars, and this process's SPARK_ variables.

        :param master: the masters' REST addresses, spark://host:port,host:port; the master puts its own port there
        """
        conf = defaults() | self.conf
        # Of the machine that submits: it means nothing on the one that runs the driver.
        conf.pop("spark.driver.host", None)
        jars = [jar for jar in conf.get("spark.jars", "").split(",") if jar]
        conf["spark.jars"] = ",".join([*jars, self.application])
        conf |= {
            "spark.app.name": f"trawl {self.job}",
            "spark.master": master,
            "spark.submit.deployMode": "cluster",
        }
        return {
            "action": "CreateSubmissionRequest",
            "clientSparkVersion": spark_version(),
            "appResource": self.application,
            "mainClass": self.main,
            "appArgs": list(arguments),
            "sparkProperties": conf,
            "environmentVariables": {
                name: value
                for name, value in os.environ.items()
                if name.startswith("SPARK_") and name not in ("SPARK_ENV_LOADED", "SPARK_HOME", "SPARK_CONF_DIR")
            },
        }


def submission(job: str, settings: Settings, main: str | None = None) -> Submission:
    """Describe a job's submission.

    :param job: as in the jar's name: ingest, validate, ..., refresh-indicators
    :param main: its main class, where that does not follow from the name
    :raises SettingsError: there is no such job
    :raises FileNotFoundError: nothing has been built
    """
    built = HOME / "target" / "dist"
    local_jar(job)
    dist = settings.text("spark.dist", str(built)).rstrip("/")
    lib = dist if re.match(r"[a-z][a-z0-9+.-]*:", dist) else f"local:{dist}"
    conf = {"spark.master.rest.enabled": "true"}
    for key, (prop, default) in _RESOURCES.items():
        conf[prop] = settings.text(f"job.{job}.{key}", settings.text(f"job.{key}", default))
    # Names from here, places as the cluster sees them: the two need not share a disk.
    conf["spark.jars"] = ",".join(f"{lib}/lib/{jar.name}" for jar in sorted((built / "lib").glob("*.jar")))
    # Not extraJavaOptions: those are the site's, from spark-defaults.conf or the settings, and come after these.
    conf["spark.driver.defaultJavaOptions"] = MODULE_OPTIONS
    conf |= settings.under("spark.conf.") | settings.under(f"job.{job}.conf.")
    return Submission(job, f"{dist}/jobs/trawl-{job}.jar", main or main_class(job), conf)


def jobs() -> list[str]:
    """Names of the jobs that have been built."""
    found = (HOME / "target" / "dist" / "jobs").glob("trawl-*.jar")
    return sorted(jar.stem.removeprefix("trawl-") for jar in found if jar.stem != "trawl-cli")


def local_jar(job: str) -> Path:
    """The job's jar on this machine."""
    known = jobs()
    if not known:
        raise FileNotFoundError(f"no job in {HOME / 'target' / 'dist' / 'jobs'}: build with 'mvn -Dquick package'")
    if job not in known:
        raise SettingsError(f"job {job!r} is unknown: expected one of {', '.join(known)}")
    return HOME / "target" / "dist" / "jobs" / f"trawl-{job}.jar"


def main_class(job: str) -> str:
    """io.trawl.refreshindicators.RefreshIndicatorsJob for refresh-indicators."""
    words = job.split("-")
    return f"io.trawl.{''.join(words)}.{''.join(word.capitalize() for word in words)}Job"


def arguments(given: Sequence[str], settings: Settings, run_id: str, report: str) -> list[str]:
    """A job's whole command line: what was asked for, and what Trawl adds where it was not."""
    names = {word.partition("=")[0] for word in given}
    added = {"--conf": str(settings.file), "--run-id": run_id, "--report": report}
    return [*given, *(word for name, value in added.items() if name not in names for word in (name, value))]


def new_run_id(job: str) -> str:
    """A name that no other submission has: commits, ledger and report of a run carry it."""
    return f"{job}-{uuid.uuid4().hex[:16]}"


def rest_urls(masters: str) -> list[str]:
    """HTTP addresses of the masters in spark://host:port,host:port."""
    return [f"http://{master.strip()}" for master in masters.removeprefix("spark://").split(",") if master.strip()]


def spark_home() -> Path:
    """$SPARK_HOME, else the Spark of this Python's pyspark package."""
    named = os.environ.get("SPARK_HOME")
    if named:
        return Path(named)
    spec = importlib.util.find_spec("pyspark")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("no Spark: set SPARK_HOME, or run 'bin/trawl install'")
    return Path(spec.origin).parent


def spark_version() -> str:
    """Version of this machine's Spark, as its jars say it."""
    cores = sorted((spark_home() / "jars").glob("spark-core_*.jar"))
    return cores[-1].stem.rpartition("-")[2] if cores else "3.5"


def defaults() -> dict[str, str]:
    """The properties of spark-defaults.conf, in $SPARK_CONF_DIR or Spark's own folder; none where it is missing."""
    folder = os.environ.get("SPARK_CONF_DIR")
    file = (Path(folder) if folder else spark_home() / "conf") / "spark-defaults.conf"
    if not file.is_file():
        return {}
    return {key: value for key, value in properties(file.read_text("utf-8")).items() if key.startswith("spark.")}


def java() -> str:
    """$JAVA_HOME's java, else the one on the PATH."""
    home = os.environ.get("JAVA_HOME")
    return str(Path(home) / "bin" / "java") if home else "java"


def class_path(job: str) -> str:
    """Class path that runs a job's main on this machine, without a cluster."""
    lib = HOME / "target" / "dist" / "lib"
    return os.pathsep.join((str(local_jar(job)), f"{spark_home() / 'jars'}/*", f"{lib}/*"))
