"""Versions that are written in more than one place, held against each other and against what Spark ships."""

import re
import subprocess
from importlib.metadata import version
from pathlib import Path

import pyspark
import pytest

HOME = Path(__file__).resolve().parents[2]
JARS = Path(pyspark.__file__).parent / "jars"


def properties(pom):
    """The <name.version> elements of a pom."""
    return dict(re.findall(r"<([a-z0-9.-]+\.(?:version|binary))>([^<]+)</", (HOME / pom).read_text()))


@pytest.mark.parametrize(
    ("name", "jars"),
    [
        ("spark", ["spark-core_2.12", "spark-sql_2.12", "spark-streaming_2.12", "spark-launcher_2.12"]),
        ("scala", ["scala-library"]),
        ("avro", ["avro"]),
        ("jackson", ["jackson-core", "jackson-databind"]),
        ("slf4j", ["slf4j-api"]),
        ("zstd", ["zstd-jni"]),
        ("hadoop.client", ["hadoop-client-api", "hadoop-client-runtime"]),
        ("curator", ["curator-client", "curator-framework", "curator-recipes"]),
        ("zookeeper", ["zookeeper"]),
        ("metrics", ["metrics-core"]),
        ("snakeyaml-engine", ["snakeyaml-engine"]),
    ],
)
def test_what_spark_ships_is_what_is_compiled_against(name, jars):
    pinned = properties("pom.xml")[f"{name}.version"]

    for jar in jars:
        assert (JARS / f"{jar}-{pinned}.jar").is_file(), [file.name for file in JARS.glob(f"{jar}-*.jar")]


def test_the_spark_of_the_jobs_is_that_of_the_drivers():
    assert properties("pom.xml")["spark.version"] == version("pyspark")


@pytest.mark.parametrize("name", ["kafka", "hadoop", "hbase", "flume"])
def test_clients_and_servers_are_of_one_version(name):
    key = f"{name}.version"

    assert properties("pom.xml")[key] == properties("integration-tests/servers/pom.xml")[key]


@pytest.mark.parametrize("lock", ["dags/requirements.lock", "bench/peers/requirements.lock"])
def test_a_lock_names_no_registry(lock):
    text = (HOME / lock).read_text()

    assert "://" not in text
    assert "--index-url" not in text.replace("--no-emit-index-url", "")


JOBS = sorted(pom.parent.relative_to(HOME).as_posix() for pom in HOME.glob("jobs/**/pom.xml"))
MODULES = ["schemas", "integration-tests", "bench", *(module for module in JOBS if "target" not in module)]


@pytest.mark.parametrize("module", MODULES)
def test_a_module_takes_sparks_versions_from_the_root_pom(module):
    groups = (
        r"org\.apache\.(?:spark|hadoop|curator|zookeeper|avro)|org\.scala-lang|io\.dropwizard\.metrics"
        r"|com\.fasterxml\.jackson\.core|org\.snakeyaml|org\.slf4j|com\.github\.luben"
    )
    text = (HOME / module / "pom.xml").read_text()
    named = re.findall(rf"<groupId>(?:{groups})</groupId>\s*<artifactId>([^<]+)</artifactId>\s*<version>([^<]+)<", text)

    # What jobs on Spark have in common their parent names.
    assert named or module.startswith("jobs/")
    assert [(artifact, version) for artifact, version in named if not version.startswith("${")] == []


def test_the_version_of_trawl_is_written_in_one_place():
    (version,) = re.findall(r"<revision>(.+)</revision>", (HOME / "pom.xml").read_text())
    assert re.fullmatch(r"\d+\.\d+\.\d+(-\w+)?", version)
    poms = [pom for pom in HOME.rglob("pom.xml") if not {"target", ".trawl"} & set(pom.relative_to(HOME).parts)]
    assert len(poms) > 20
    for pom in poms:
        text = pom.read_text()
        named = re.findall(
            r"<groupId>io\.trawl</groupId>\s*<artifactId>[^<]+</artifactId>\s*<version>([^<]+)</version>", text
        )
        assert set(named) <= {"${revision}", "${project.version}"}, pom
        assert f"<version>{version}</version>" not in text, pom
    said = subprocess.run([HOME / "bin/trawl", "version"], capture_output=True, text=True, check=True).stdout
    assert said.splitlines()[0] == f"trawl {version}"
