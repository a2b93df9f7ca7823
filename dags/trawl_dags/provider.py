"""The one module that knows private names of Airflow's Spark provider; tests/test_provider.py holds each of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator

from trawl_dags import submit


class ClusterSubmitOperator(SparkSubmitOperator):
    """The provider's operator in cluster mode, with public names for what Trawl needs of its inside.

    A hook of the provider takes its arguments when it is made, so each change of them needs a new one (`connect`).
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            deploy_mode="cluster",
            openlineage_inject_parent_job_info=False,
            openlineage_inject_transport_info=False,
            **kwargs,
        )

    def prepare(self, name: str, application: str, main: str, conf: Mapping[str, str]) -> None:
        """Say what is submitted, and have it followed by the API of its cluster, whichever that is."""
        self.name = name
        self.application = application
        self.conf = dict(conf)
        self._java_class = main
        self.connect()
        hook = self._hook
        assert hook is not None, "connect() makes one"  # noqa: S101
        self._yarn_track_via_rm_api = hook._is_yarn
        self._track_driver_via_k8s_api = hook._is_kubernetes
        self.connect()

    def connect(self) -> None:
        """Make a hook of the connection and of the arguments as they are now."""
        self._hook = self._get_hook()

    @property
    def connected(self) -> bool:
        """Whether there is a hook: before it nothing has been submitted."""
        return self._hook is not None

    @property
    def master(self) -> str:
        """The connection's master, for example spark://m1:6066,m2:6066."""
        return str(self._hook._connection["master"]) if self._hook is not None else ""

    def rest_urls(self) -> list[str] | None:
        """REST addresses of the connection's standalone masters; None on YARN and Kubernetes, and without a hook."""
        hook = self._hook
        if hook is None or not hook._should_track_driver_status:
            return None
        scheme, port = hook._connection["rest_scheme"], hook._connection["rest_port"]
        hosts = [url.removeprefix("http://").partition(":")[0] for url in submit.rest_urls(self.master)]
        return [f"{scheme}://{host}:{port}" for host in hosts]

    @property
    def hook_driver(self) -> str | None:
        """The driver that the hook would end; set it to None if there is nothing left to end."""
        return self._hook._driver_id if self._hook is not None else None

    @hook_driver.setter
    def hook_driver(self, driver: str | None) -> None:
        if self._hook is not None:
            self._hook._driver_id = driver
