"""A release by Argo Rollouts through the files of envoy/istio/argo-rollouts, and its users."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any


from tests.controllers.harness.controllers import ArgoRollouts
from tests.controllers.harness.users import Users
from tests.mesh.harness import shipped
from tests.mesh.harness.mesh import Mesh, Proxy

Json = Any

STABLE_SERVICE, CANARY_SERVICE = "fraud-stable", "fraud-canary"
LEVELS = {"subset": "argo-rollouts", "host": "argo-rollouts-host-level"}
"""What tells old and new pods apart → the overlay."""


class ArgoRelease:
    """Version 1 runs; `start` brings version 2. `steps` and `more` change the strategy of the shipped example; `beside` comes with it."""

    def __init__(
        self,
        mesh: Mesh,
        controller: ArgoRollouts,
        level: str = "subset",
        steps: list[Json] | None = None,
        beside: Iterable[Json] = (),
        **more: Json,
    ) -> None:
        self.mesh = mesh
        self.kubernetes = mesh.kubernetes
        self.controller = controller
        self.overlay = LEVELS[level]
        self._steps = steps
        self._beside = list(beside)
        self._more = more
        self._level = level

    def rollout(self, version: str) -> list[Json]:
        """The example: the service and the Rollout, with a version's image."""
        service, rollout = shipped.file("argo-rollouts/rollout.yaml")
        [container] = rollout["spec"]["template"]["spec"]["containers"]
        container["image"] = container["image"].rpartition(":")[0] + f":{version}"
        canary = rollout["spec"]["strategy"]["canary"]
        # The old pods leave soon, so that a test sees it.
        canary |= {"scaleDownDelaySeconds": 3, "abortScaleDownDelaySeconds": 3} | self._more
        if self._steps is not None:
            canary["steps"] = self._steps
        if self._level == "host":
            del canary["trafficRouting"]["istio"]["destinationRule"]
            canary |= {"stableService": STABLE_SERVICE, "canaryService": CANARY_SERVICE}
        return [service, rollout]

    @contextmanager
    def users(self, proxy: Proxy) -> Iterator[Users]:
        """Installs all, and has users who are all on version 1."""
        self.mesh.clear()
        self.kubernetes.create(*shipped.overlay(f"{self.overlay}/routes", self.mesh.directory()))
        self.kubernetes.apply(*shipped.overlay(self.overlay, self.mesh.directory()), *self._beside, *self.rollout("1"))
        self.controller.wait_for("Healthy")
        with Users(proxy) as users:
            users.wait_for_weight(0, 60)
            users.forget()
            users.wait_for_round()
            yield users

    def start(self, version: str = "2") -> None:
        self.kubernetes.apply(*self.rollout(version))

    def promote(self) -> None:
        """Goes on from a pause."""
        self.controller.command("promote", "fraud")

    def abort(self) -> None:
        self.controller.command("abort", "fraud")


def analysis(prometheus: str, **arguments: str) -> list[Json]:
    """The shipped AnalysisTemplates, with other defaults of their arguments."""
    templates = shipped.file("argo-rollouts/analysis.yaml")
    for template in templates:
        for argument in template["spec"]["args"]:
            argument["value"] = ({"prometheus": prometheus} | arguments).get(argument["name"], argument["value"])
    return json.loads(json.dumps(templates))


