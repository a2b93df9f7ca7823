"""The bill of materials: on a small tree made here, and the real lock; BomIT holds it against all that was built."""

import hashlib
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bin" / "lib"))

from bom.__main__ import main
from bom.bill import bill
from bom.packages import pins
from bom.parts import BomError

HOME = Path(__file__).resolve().parents[2]
VERSION = re.search(r"<revision>(.+)</revision>", (HOME / "pom.xml").read_text())[1]
LOCK = HOME / "dags" / "requirements.lock"

PARENT = """<project><groupId>org.parent</groupId><artifactId>parent</artifactId><version>7</version>
<licenses><license><name>The Apache Software License, Version 2.0</name></license></licenses></project>"""
POM = """<project><parent><groupId>org.parent</groupId><artifactId>parent</artifactId><version>7</version></parent>
<artifactId>{artifact}</artifactId>
<dependencies><dependency><groupId>not.this</groupId></dependency></dependencies></project>"""


def jar(file, **entries):
    """Make a jar with pom.properties of what is packed in it: name="group:artifact:version"."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("name", file.name)
        for said in entries.values():
            group, artifact, version = said.split(":")
            text = f"#made\ngroupId={group}\nartifactId={artifact}\nversion={version}\n"
            archive.writestr(f"META-INF/maven/{group}/{artifact}/pom.properties", text)
    return file


def in_repository(repository, artifact, version, classifier=""):
    """Make a jar with its pom, as Maven keeps them."""
    folder = repository / "org" / "parent" / artifact / version
    made = jar(folder / f"{artifact}-{version}{classifier and '-' + classifier}.jar")
    (folder / f"{artifact}-{version}.pom").write_text(POM.format(artifact=artifact))
    return made


@pytest.fixture
def home(tmp_path):
    """What an installed and built Trawl looks like, with a few parts of each kind."""
    home, repository = tmp_path / "home", tmp_path / "m2"
    dist = home / "target" / "dist"
    packages = home / ".trawl" / "venv" / "lib" / "python3.11" / "site-packages"
    (home / "dags").mkdir(parents=True)
    (home / "pom.xml").write_text((HOME / "pom.xml").read_text())
    (home / "dags" / "requirements.lock").write_text(LOCK.read_text())
    parent = repository / "org" / "parent" / "parent" / "7"
    parent.mkdir(parents=True)
    (parent / "parent-7.pom").write_text(PARENT)

    jar(dist / "jobs" / "trawl-ingest.jar")
    copied = in_repository(repository, "copied", "1.0")
    (dist / "lib").mkdir()
    (dist / "lib" / copied.name).write_bytes(copied.read_bytes())
    jar(dist / "lib" / "shaded-2.0-beta.jar", own="org.shaded:shaded:2.0-beta", inner="org.inner:inner:3.1")
    server = in_repository(repository, "server", "4.0")
    native = in_repository(repository, "native", "5.0", "linux-x86_64")
    (dist / "servers").mkdir()
    (dist / "servers" / "kafka.classpath").write_text(f"{server}:{native}\n")
    (dist / "servers" / "hbase.classpath").write_text(f"{server}\n")
    jar(packages / "pyspark" / "jars" / "jta-1.1.jar")
    info = packages / "pyspark-0.dist-info"
    info.mkdir()
    version = re.search(r"^pyspark==(\S+)", LOCK.read_text(), re.MULTILINE)[1]
    (info / "METADATA").write_text(
        f"Name: pyspark\nVersion: {version}\nLicense: http://www.apache.org/licenses/LICENSE-2.0\n"
    )
    return home


def components(home):
    return {one["purl"]: one for one in bill(home)["components"]}


def users(component):
    return [one["value"] for one in component["properties"] if one["name"] == "trawl:used-by"]


def test_it_is_valid_by_the_schema(home):
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill(home))) is None


def test_every_jar_is_in_it_by_its_digest(home):
    digests = {digest["content"] for one in bill(home)["components"] for digest in one["hashes"]}
    jars = [*home.rglob("*.jar"), *home.parent.joinpath("m2").rglob("*.jar")]

    assert len(jars) == 7
    for file in jars:
        assert hashlib.sha256(file.read_bytes()).hexdigest() in digests, file.name


def test_coordinates_come_from_the_repository_from_the_jar_or_from_its_name(home):
    found = components(home)

    assert users(found["pkg:maven/org.parent/copied@1.0"]) == ["jobs"]
    assert users(found["pkg:maven/org.shaded/shaded@2.0-beta"]) == ["jobs"]
    assert users(found["pkg:maven/org.parent/server@4.0"]) == ["hbase", "kafka"]
    assert users(found["pkg:maven/org.parent/native@5.0?classifier=linux-x86_64"]) == ["kafka"]
    assert users(found["pkg:maven/javax.transaction/jta@1.1"]) == ["spark"]
    assert f"pkg:maven/io.trawl/trawl-ingest@{VERSION}" in found


def test_a_licence_comes_from_the_nearest_pom_that_names_one(home):
    apache = [{"license": {"id": "Apache-2.0"}}]

    assert components(home)["pkg:maven/org.parent/server@4.0"]["licenses"] == apache
    assert next(one for purl, one in components(home).items() if "/pyspark@" in purl)["licenses"] == apache


def test_what_is_packed_into_a_jar_is_below_it(home):
    shaded = components(home)["pkg:maven/org.shaded/shaded@2.0-beta"]

    assert [one["purl"] for one in shaded["components"]] == ["pkg:maven/org.inner/inner@3.1"]


def test_every_pin_of_the_lock_is_in_it_with_all_its_hashes(home):
    found = components(home)
    entries = re.findall(r"^([^\s#=]+)==(\S+) ((?:.*\\\n)*.*)$", LOCK.read_text(), re.MULTILINE)

    assert len(entries) > 100
    for name, version, rest in entries:
        digests = {digest["content"] for digest in found[f"pkg:pypi/{name}@{version}"]["hashes"]}
        assert digests == set(re.findall("[0-9a-f]{64}", rest)), name


def test_references_are_unique_and_package_urls_canonical(home):
    made = bill(home)
    parts = [part for one in made["components"] for part in (one, *one.get("components", ()))]
    references = [one["bom-ref"] for one in parts]

    assert len(set(references)) == len(references)
    assert made["dependencies"][0]["dependsOn"] == sorted(one["bom-ref"] for one in made["components"])
    for part in parts:
        assert PackageURL.from_string(part["purl"]).to_string() == part["purl"]


def test_two_files_of_one_version_are_two_parts(home):
    jar(home / "target" / "dist" / "lib" / "server-4.0.jar", own="org.parent:server:4.0", more="org.other:other:1")
    both = [one for one in bill(home)["components"] if one["purl"] == "pkg:maven/org.parent/server@4.0"]

    assert len(both) == 2
    assert len({one["bom-ref"] for one in both}) == 2


def test_the_same_files_give_the_same_bill(home):
    assert bill(home) == bill(home)


def test_a_package_that_is_not_the_locks_is_refused(home):
    info = next(home.rglob("pyspark-0.dist-info"))
    (info / "METADATA").write_text("Name: pyspark\nVersion: 1.0\n")

    with pytest.raises(BomError, match=r"has pyspark 1\.0, the lock .*: run 'trawl install'"):
        bill(home)


def test_a_package_beside_the_lock_is_named_as_such(home):
    info = next(home.rglob("pyspark-0.dist-info")).parent / "stray-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: Stray_One\nVersion: 1.0\n")

    assert users(components(home)["pkg:pypi/stray-one@1.0"]) == ["not locked"]


def test_a_pin_without_a_hash_is_refused():
    with pytest.raises(BomError, match=r"'a==1\.0' in the lock is not a pin: expected a==1\.0 --hash=sha256:"):
        list(pins("a==1.0\n"))


def test_a_jar_that_a_class_path_names_must_be_there(home, monkeypatch, capsys):
    file = home / "target" / "dist" / "servers" / "kafka.classpath"
    file.write_text("/nowhere/gone-1.jar")
    monkeypatch.setenv("TRAWL_HOME", str(home))

    assert main(str(home / "bom.json")) == 1
    assert capsys.readouterr().err == (
        "trawl bom: /nowhere/gone-1.jar, which kafka.classpath names, is missing: "
        "build again with 'mvn -Dquick package'\n"
    )
    assert not (home / "bom.json").exists()


def command(home, *words):
    environment = os.environ | {"TRAWL_HOME": str(home)}
    return subprocess.run(
        [str(HOME / "bin" / "trawl"), "bom", *words], env=environment, capture_output=True, text=True, check=False
    )


def test_its_help_does_nothing(tmp_path):
    answer = command(tmp_path, "--help")

    assert answer.returncode == 0
    assert answer.stdout.startswith("usage: trawl bom")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["more"], "'more' is unknown: expected --output FILE or nothing"),
        (["--output"], "--output needs a file, for example --output bom.json"),
        (["--output="], "--output is empty: expected a file, for example --output bom.json"),
        (["--output", "no/such/bom.json"], "the folder of 'no/such/bom.json' is missing: expected a file in a folder"),
        (["--output", "/"], "'/' is a folder: expected a file, for example bom.json"),
    ],
)
def test_a_mistake_is_one_line(tmp_path, words, message):
    answer = command(tmp_path, *words)

    assert answer.returncode == 2
    assert answer.stderr.startswith(f"trawl bom: {message}")
    assert answer.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
