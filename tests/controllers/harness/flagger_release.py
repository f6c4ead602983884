"""A release by Flagger through the files of envoy/istio/flagger, and its users."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.controllers.harness.controllers import Flagger
from tests.controllers.harness.users import Users
from tests.mesh.harness import shipped
from tests.mesh.harness.mesh import Mesh, Proxy

Json = Any

OVERLAY = "flagger"
VIRTUAL_SERVICE = "fraud"
"""The one that Flagger writes."""
MINIMUM = "5"
"""Of answers in an interval: few, for few users are on green, and the machine may be busy."""
INTERVAL = "10s"
"""The shortest that Flagger takes."""


class FlaggerRelease:
    """Version 1 runs; `start` brings version 2. `analysis` changes the shipped Canary's, `service` its service; None removes a key."""

    def __init__(self, mesh: Mesh, controller: Flagger, prometheus: str, analysis: Json = {}, service: Json = {}) -> None:
        self.mesh = mesh
        self.kubernetes = mesh.kubernetes
        self.controller = controller
        self._prometheus = prometheus
        self._analysis = {"interval": INTERVAL} | analysis
        self._service = service

    def deployment(self, version: str) -> Json:
        [deployment] = shipped.file("flagger/deployment.yaml")
        [container] = deployment["spec"]["template"]["spec"]["containers"]
        container["image"] = container["image"].rpartition(":")[0] + f":{version}"
        return deployment

    def canary(self) -> list[Json]:
        """The shipped Canary and MetricTemplates."""
        [canary] = shipped.file("flagger/canary.yaml")
        templates = shipped.file("flagger/metrics.yaml")
        for template in templates:
            template["spec"]["provider"]["address"] = self._prometheus
        spec = canary["spec"]
        spec["analysis"] = {key: value for key, value in (spec["analysis"] | self._analysis).items() if value is not None}
        for metric in spec["analysis"].get("metrics", []):
            metric["interval"] = INTERVAL
            if "minimum" in metric["templateVariables"]:
                metric["templateVariables"]["minimum"] = MINIMUM
        spec["service"] |= self._service
        return [*templates, canary]

    @contextmanager
    def users(self, proxy: Proxy) -> Iterator[Users]:
        """Installs all, and has users who are all on version 1."""
        self.mesh.clear()
        self.kubernetes.apply(*shipped.overlay(OVERLAY, self.mesh.directory()), self.deployment("1"), *self.canary())
        self.controller.wait_for("Initialized")
        with Users(proxy) as users:
            users.wait_for_weight(0, 60)
            users.forget()
            users.wait_for_round()
            yield users

    def start(self, version: str = "2") -> None:
        self.kubernetes.apply(self.deployment(version))
        self.controller.wait_for("Progressing", 60)
