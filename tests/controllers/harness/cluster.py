"""A control plane with Kubernetes' own controllers, and a node whose pods are ready without running anything."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.controllers.harness import programs
from tests.harness.polling import wait_until
from tests.harness.process import Process
from tests.mesh.harness import control_plane
from tests.mesh.harness.control_plane import ControlPlane
from tests.mesh.harness.istiod import MeshOptions
from tests.mesh.harness.programs import istio

Json = Any

API_ADDRESS = "10.97.0.1"
"""An address of this machine in the tests' network namespace; Kubernetes gives its API's endpoint no loopback address."""
POD_RANGE = "10.99.0.0/16"
"""All of it is this machine too, so one server answers for all pods."""
NODE = "node"
CONTROLLERS = ("deployment", "replicaset", "endpointslice", "garbage-collector", "namespace")
ISTIO = "apis/networking.istio.io/v1"
DELETED = {
    "models": (
        "apis/argoproj.io/v1alpha1/rollouts",
        "apis/argoproj.io/v1alpha1/analysisruns",
        "apis/argoproj.io/v1alpha1/analysistemplates",
        "apis/flagger.app/v1beta1/canaries",
        "apis/flagger.app/v1beta1/metrictemplates",
        "apis/apps/v1/deployments",
        "apis/apps/v1/replicasets",
        "api/v1/services",
        f"{ISTIO}/virtualservices",
        f"{ISTIO}/destinationrules",
    ),
    "istio-ingress": (f"{ISTIO}/gateways",),
    "istio-system": ("apis/networking.istio.io/v1alpha3/envoyfilters", "apis/extensions.istio.io/v1alpha1/trafficextensions"),
}
"""What the tests apply and the controllers make, by namespace."""
NAMESPACES = (*control_plane.NAMESPACES, "argo-rollouts", "flagger-system")
START_SECONDS = 120.0


class Cluster(ControlPlane):
    """Runs it; needs the network namespace of `make test-controllers`."""

    def __init__(self, directory: Path, options: MeshOptions = MeshOptions()) -> None:
        super().__init__(istio(), directory, advertised=API_ADDRESS, options=options)
        kubeconfig = ("--kubeconfig", self.kubernetes.kubeconfig)
        self._controllers_port = self.ports.new()
        self._controllers = Process(
            [
                *(programs.controller_manager(), *kubeconfig, "--leader-elect=false"),
                *("--bind-address", "127.0.0.1", "--secure-port", str(self._controllers_port)),
                "--controllers=" + ",".join(f"{name}-controller" for name in CONTROLLERS),
            ],
            directory / "kube-controller-manager.log",
        )
        self._kwok = Process(
            [
                *(programs.kwok(), *kubeconfig, "--manage-all-nodes=true", "--config", programs.kwok_stages()),
                *("--cidr", POD_RANGE, "--node-ip", "10.98.0.1", "--server-address", f"127.0.0.1:{self.ports.new()}"),
            ],
            directory / "kwok.log",
        )

    def _start(self, running: ExitStack) -> None:
        super()._start(running)
        self.kubernetes.apply(*({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in NAMESPACES))
        for definitions in programs.definitions():
            self.kubernetes.kubectl("apply", "--server-side", "-f", definitions)
        self.kubernetes.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
        running.enter_context(self._controllers)
        running.enter_context(self._kwok)
        node = {"name": NODE, "labels": {"kubernetes.io/os": "linux"}}
        self.kubernetes.apply({"apiVersion": "v1", "kind": "Node", "metadata": node})
        self._kwok.wait_until(self._node_is_ready, START_SECONDS, "the node to be ready")

    def clear(self) -> None:
        """Deletes what a release needs and makes, and waits until no pod is left."""
        for namespace, kinds in DELETED.items():
            self.kubernetes.delete_kinds(f"{group}/namespaces/{namespace}/{kind}" for group, _, kind in (path.rpartition("/") for path in kinds))
        wait_until(lambda: not self.kubernetes.read("api/v1/namespaces/models/pods")["items"], 60, "the pods to be gone")

    def _node_is_ready(self) -> bool:
        conditions = self.kubernetes.read(f"api/v1/nodes/{NODE}").get("status", {}).get("conditions", [])
        return any(condition["type"] == "Ready" and condition["status"] == "True" for condition in conditions)
