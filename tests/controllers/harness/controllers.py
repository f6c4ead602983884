"""The controllers that move traffic: Argo Rollouts and Flagger, as processes beside the control plane."""

import json
import os
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.controllers.harness import programs
from tests.harness.polling import wait_until
from tests.harness.process import Process
from tests.harness.service import Service
from tests.mesh.harness.control_plane import ControlPlane
from tests.mesh.harness.models import NAMESPACE

Json = Any

START_SECONDS = 60.0
NAME = "fraud"
"""Of the Rollout, and of the Canary and its Deployment, in the files of envoy/istio/."""
LOCAL = ("--namespace", NAMESPACE)


class Controller(Service):
    """Runs a controller, whose log goes to `directory`."""

    def __init__(self, control_plane: ControlPlane, process: Process, health: str) -> None:
        self.kubernetes = control_plane.kubernetes
        self._process = process
        self._health = health

    def _start(self, running: ExitStack) -> None:
        running.callback(self._process.stop)
        self._process.start(self._is_healthy, START_SECONDS, "the controller to be healthy")

    def _is_healthy(self) -> bool:
        with urllib.request.urlopen(self._health, timeout=5) as response:
            return response.status == 200

    def log(self) -> str:
        return self._process.output.read_text(errors="replace")


class ArgoRollouts(Controller):
    """The real Argo Rollouts."""

    def __init__(self, control_plane: ControlPlane, directory: Path) -> None:
        health, metrics = control_plane.ports.new(), control_plane.ports.new()
        command = [
            *(programs.argo_rollouts(), "--kubeconfig", control_plane.kubernetes.kubeconfig, "--leader-elect=false"),
            *("--healthzPort", str(health), "--metricsPort", str(metrics), *LOCAL, "--namespaced", "--istio-api-version", "v1"),
        ]
        process = Process(command, directory / "argo-rollouts.log", environment={"ARGO_ROLLOUTS_NAMESPACE": "argo-rollouts"})
        super().__init__(control_plane, process, f"http://127.0.0.1:{health}/healthz")

    def status(self) -> Json:
        return self.kubernetes.read(f"apis/argoproj.io/v1alpha1/namespaces/{NAMESPACE}/rollouts/{NAME}").get("status", {})

    def wait_for(self, phase: str, timeout: float = 120.0) -> None:
        """Waits until the rollout is in a phase, e.g. Healthy, Paused or Degraded, with what was applied last."""
        rollout = f"apis/argoproj.io/v1alpha1/namespaces/{NAMESPACE}/rollouts/{NAME}"

        def is_there() -> bool:
            found = self.kubernetes.read(rollout)
            status = found.get("status", {})
            return status.get("phase") == phase and status.get("observedGeneration") == str(found["metadata"]["generation"])

        self._process.wait_until(is_there, timeout, f"the rollout to be {phase}")

    def wait_until(self, condition: Callable[[], object], timeout: float, what: str) -> None:
        self._process.wait_until(condition, timeout, what)

    def message(self) -> str:
        """Why it is in its phase."""
        return json.dumps(self.status())

    def command(self, *arguments: str) -> str:
        """`kubectl argo rollouts …` by its plugin."""
        path = os.pathsep.join([str(programs.argo_rollouts_plugin().parent), os.environ["PATH"]])
        return self.kubernetes.kubectl("argo", "rollouts", *arguments, "-n", NAMESPACE, environment={"PATH": path})


class Flagger(Controller):
    """The real Flagger. `metrics` is where Prometheus is."""

    def __init__(self, control_plane: ControlPlane, directory: Path, metrics: str) -> None:
        port = control_plane.ports.new()
        command = [
            *(programs.flagger(), "--kubeconfig", control_plane.kubernetes.kubeconfig, "--mesh-provider", "istio"),
            *("--metrics-server", metrics, "--control-loop-interval", "1s", "--port", str(port), *LOCAL),
        ]
        super().__init__(control_plane, Process(command, directory / "flagger.log"), f"http://127.0.0.1:{port}/healthz")

    def status(self) -> Json:
        return self.kubernetes.read(f"apis/flagger.app/v1beta1/namespaces/{NAMESPACE}/canaries/{NAME}").get("status", {})

    def wait_for(self, phase: str, timeout: float = 120.0) -> None:
        """Waits until the canary is in a phase, e.g. Initialized, Progressing, Succeeded or Failed."""
        self._process.wait_until(lambda: self.status().get("phase") == phase, timeout, f"the canary to be {phase}")


def weights(virtual_service: Json) -> list[int]:
    """The weights of the last route that a controller wrote, blue's first."""
    return [destination.get("weight", 0) for destination in virtual_service["spec"]["http"][-1]["route"]]


def wait_for_weight(kubernetes: Any, virtual_service: str, green: int, timeout: float = 60.0) -> None:
    """Waits until a controller has written green's weight."""
    path = f"apis/networking.istio.io/v1/namespaces/{NAMESPACE}/virtualservices/{virtual_service}"
    wait_until(lambda: weights(kubernetes.read(path))[1:] == [green], timeout, f"green's weight to be {green}")
