"""The provider's private names that trawl_dags.provider uses: there, and as they are used, in the locked version."""

import ast
import inspect
import re
from importlib.metadata import version

import pytest
from airflow.providers.apache.spark.hooks.spark_submit import SparkSubmitHook
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator

from trawl_dags import settings
from trawl_dags.provider import ClusterSubmitOperator

OURS = sorted((settings.HOME / "dags" / "trawl_dags").glob("*.py"))
ADAPTER = settings.HOME / "dags" / "trawl_dags" / "provider.py"

STANDALONE = (
    '{"conn_type": "spark", "host": "spark://m1:7077,m2:7077", "extra": {"deploy-mode": "cluster", "rest-port": 6066}}'
)
YARN = '{"conn_type": "yarn", "extra": {"deploy-mode": "cluster"}}'


@pytest.fixture
def operator(monkeypatch):
    """An operator that is connected to a cluster of that kind."""

    def connected(connection):
        monkeypatch.setenv("AIRFLOW_CONN_TRAWL_SPARK", connection)
        made = ClusterSubmitOperator(task_id="made", conn_id="trawl_spark")
        made.prepare("trawl audit", "audit.jar", "io.trawl.audit.AuditJob", {"spark.x": "1"})
        return made

    return connected


def private(tree):
    """Every attribute with a private name that code asks something for."""
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.startswith("__")
    }


def of_the_provider(monkeypatch):
    """Private names of the provider's operator and hook, those of their instances, too."""
    monkeypatch.setenv("AIRFLOW_CONN_TRAWL_SPARK", STANDALONE)
    made = SparkSubmitOperator(task_id="made", conn_id="trawl_spark")
    names = {*vars(SparkSubmitOperator), *vars(SparkSubmitHook), *vars(made), *vars(made._get_hook())}
    return {name for name in names if re.match("_[a-z]", name)}


def test_the_installed_provider_is_the_locked_one():
    lock = (settings.HOME / "dags" / "requirements.lock").read_text("utf-8")
    (locked,) = re.findall(r"^apache-airflow-providers-apache-spark==(\S+)", lock, re.MULTILINE)
    assert version("apache-airflow-providers-apache-spark") == locked


def test_the_adapter_alone_uses_private_names_of_the_provider(monkeypatch):
    theirs = of_the_provider(monkeypatch)
    assert {"_hook", "_driver_id", "_get_hook"} <= theirs
    used = {file.name: sorted(private(ast.parse(file.read_text("utf-8"))) & theirs) for file in OURS}
    assert {file for file, names in used.items() if names} == {ADAPTER.name}, used


def test_the_provider_has_every_private_name_that_the_adapter_uses(monkeypatch):
    assert private(ast.parse(ADAPTER.read_text("utf-8"))) <= of_the_provider(monkeypatch)


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("_get_hook", ["self"]),
        ("execute", ["self", "context"]),
        ("execute_resumable", ["self", "context"]),
        ("submit_job", ["self", "context"]),
        ("get_job_status", ["self", "external_id", "context"]),
        ("poll_until_complete", ["self", "external_id", "context"]),
        ("is_job_active", ["self", "status"]),
        ("on_kill", ["self"]),
    ],
)
def test_what_is_called_and_overridden_takes_what_it_took(method, parameters):
    assert list(inspect.signature(getattr(SparkSubmitOperator, method)).parameters) == parameters


def test_the_resumable_operator_keeps_its_key_under_a_name_of_ours():
    assert isinstance(SparkSubmitOperator.external_id_key, str)
    assert "self.external_id_key" in inspect.getsource(SparkSubmitOperator.execute_resumable)


def test_a_standalone_cluster_is_known_by_its_masters(operator):
    made = operator(STANDALONE)
    assert made.connected
    assert made.master == "spark://m1:7077,m2:7077"
    assert made.rest_urls() == ["http://m1:6066", "http://m2:6066"]


def test_yarn_has_none_and_is_followed_by_its_own_api(operator):
    made = operator(YARN)
    assert made.master.startswith("yarn")
    assert made.rest_urls() is None
    assert made._hook._yarn_track_via_rm_api
    assert made._hook._should_track_yarn_application_via_rm_api()


def test_the_hook_is_made_of_what_was_prepared_and_ends_the_driver_that_it_is_told(operator):
    made = operator(STANDALONE)
    command = made._hook._build_spark_submit_command(made.application)
    assert command[command.index("--class") + 1] == "io.trawl.audit.AuditJob"
    assert command[command.index("--name") + 1] == "trawl audit"
    assert command[-1] == "audit.jar"
    assert "spark.x=1" in command
    assert made.hook_driver is None
    made.hook_driver = "driver-1"
    assert made.hook_driver == "driver-1"
    assert "driver-1" in " ".join(made._hook._build_spark_driver_kill_command())


def test_before_it_is_connected_there_is_nothing_to_end():
    made = ClusterSubmitOperator(task_id="made", conn_id="trawl_spark")
    assert not made.connected
    assert made.rest_urls() is None
    made.hook_driver = "driver-1"
    assert made.hook_driver is None
