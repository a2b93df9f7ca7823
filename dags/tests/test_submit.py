import re
import zipfile

import pytest

from trawl_dags import submit
from trawl_dags.settings import SettingsError


@pytest.fixture
def built(tmp_path, monkeypatch):
    """A project that has been built: two jobs, the command line's jar, two libraries."""
    for name in ("jobs/trawl-ingest", "jobs/trawl-refresh-indicators", "jobs/trawl-cli", "lib/b", "lib/a"):
        file = tmp_path / "target" / "dist" / f"{name}.jar"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    monkeypatch.setattr(submit, "HOME", tmp_path)
    monkeypatch.setenv("SPARK_HOME", "/spark")
    return tmp_path / "target" / "dist"


def test_the_whole_command_line(built, conf):
    settings = conf("job.ingest.executor.memory = 3g\nspark.conf.spark.ui.enabled = false\n")
    given = submit.arguments(["--source", "proxy"], settings, "ingest-1", "airflow/r.json")
    assert submit.submission("ingest", settings).command("spark://127.0.0.1:6066", given) == [
        *("/spark/bin/spark-submit", "--master", "spark://127.0.0.1:6066", "--deploy-mode", "cluster"),
        *("--name", "trawl ingest", "--class", "io.trawl.ingest.IngestJob"),
        *("--conf", "spark.master.rest.enabled=true"),
        *("--conf", "spark.driver.memory=1g", "--conf", "spark.driver.cores=1"),
        *("--conf", "spark.executor.memory=3g", "--conf", "spark.executor.cores=2", "--conf", "spark.cores.max=2"),
        *("--conf", f"spark.jars=local:{built}/lib/a.jar,local:{built}/lib/b.jar"),
        *("--conf", f"spark.driver.defaultJavaOptions={submit.MODULE_OPTIONS}"),
        *("--conf", "spark.ui.enabled=false"),
        f"{built}/jobs/trawl-ingest.jar",
        *("--source", "proxy", "--conf", str(settings.file), "--run-id", "ingest-1", "--report", "airflow/r.json"),
    ]


def test_a_request_has_all_that_spark_submit_would_send(built, conf, tmp_path, monkeypatch):
    monkeypatch.setenv("SPARK_CONF_DIR", str(tmp_path))
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    (tmp_path / "spark-defaults.conf").write_text(
        "# of the site\nspark.driver.host 10.0.0.1\nspark.driver.memory 9g\nspark.ui.enabled   false\nother.key x\n"
    )
    spec = submit.submission("ingest", conf("job.driver.memory = 2g\n"))
    request = spec.request("spark://m:6066", ["--source", "proxy"])
    properties = request["sparkProperties"]
    assert request["appResource"] == f"{built}/jobs/trawl-ingest.jar"
    assert (request["mainClass"], request["appArgs"]) == ("io.trawl.ingest.IngestJob", ["--source", "proxy"])
    assert properties["spark.jars"] == (
        f"local:{built}/lib/a.jar,local:{built}/lib/b.jar,{built}/jobs/trawl-ingest.jar"
    )
    assert properties["spark.driver.memory"] == "2g", "a job's setting wins over spark-defaults.conf"
    assert properties["spark.ui.enabled"] == "false"
    assert properties["spark.master"] == "spark://m:6066"
    assert properties["spark.submit.deployMode"] == "cluster"
    assert "spark.driver.host" not in properties, "it is the submitting machine's"
    assert "other.key" not in properties
    assert request["environmentVariables"] == {"SPARK_LOCAL_IP": "127.0.0.1"}, "not SPARK_HOME, not SPARK_CONF_DIR"


def test_jars_may_lie_elsewhere_for_the_cluster(built, conf):  # noqa: ARG001
    spec = submit.submission("ingest", conf("spark.dist = hdfs://nn:8020/trawl/dist/\n"))
    assert spec.application == "hdfs://nn:8020/trawl/dist/jobs/trawl-ingest.jar"
    assert spec.conf["spark.jars"] == "hdfs://nn:8020/trawl/dist/lib/a.jar,hdfs://nn:8020/trawl/dist/lib/b.jar"


def test_a_property_of_one_job_wins_over_that_of_every_job_and_is_no_other_jobs(built, conf):  # noqa: ARG001
    settings = conf("job.ingest.conf.spark.ui.port = 1\nspark.conf.spark.ui.port = 2\nspark.conf.spark.x = 3\n")
    properties = [submit.submission(job, settings).conf for job in ("ingest", "refresh-indicators")]
    assert [(found["spark.ui.port"], found["spark.x"]) for found in properties] == [("1", "3"), ("2", "3")]


def test_what_was_asked_for_is_not_said_twice(conf):
    given = ["--conf=/etc/trawl.conf", "--run-id", "mine"]
    assert submit.arguments(given, conf(), "other", "r.json") == [*given, "--report", "r.json"]


def test_the_main_class_follows_from_the_jobs_name():
    assert submit.main_class("refresh-indicators") == "io.trawl.refreshindicators.RefreshIndicatorsJob"
    assert submit.main_class("load") == "io.trawl.load.LoadJob"


def test_a_job_of_ones_own_names_its_main_class(built, conf):  # noqa: ARG001
    command = submit.submission("ingest", conf(), "example.MyJob").command("spark://m:6066", [])
    assert command[command.index("--class") + 1] == "example.MyJob"


def test_an_unknown_job_is_refused_with_the_known_ones(built, conf):  # noqa: ARG001
    with pytest.raises(SettingsError, match="job 'cli' is unknown: expected one of ingest, refresh-indicators"):
        submit.submission("cli", conf())


def test_a_project_that_was_not_built_says_how(tmp_path, monkeypatch, conf):
    monkeypatch.setattr(submit, "HOME", tmp_path)
    with pytest.raises(FileNotFoundError, match="build with 'mvn -Dquick package'"):
        submit.submission("ingest", conf())


def test_two_submissions_never_share_a_run_id():
    assert submit.new_run_id("load") != submit.new_run_id("load")
    assert re.fullmatch(r"load-[0-9a-f]{16}", submit.new_run_id("load"))


def test_every_master_that_stands_by_is_asked():
    assert submit.rest_urls("spark://m1:6066,m2:6066") == ["http://m1:6066", "http://m2:6066"]


def test_the_drivers_java_options_are_those_of_the_installed_spark(monkeypatch):
    monkeypatch.delenv("SPARK_HOME", raising=False)
    jar = next((submit.spark_home() / "jars").glob("spark-launcher_*.jar"))
    with zipfile.ZipFile(jar) as launcher:
        constants = launcher.read("org/apache/spark/launcher/JavaModuleOptions.class")
    theirs = re.findall(rb"--add-opens=[\w./=-]+|-D[\w.]+=\w+|-XX:\+\w+", constants)
    assert sorted(word.decode() for word in theirs) == sorted(submit.MODULE_OPTIONS.split())
