"""Kubernetes' API and istiod with all definitions, ready for resources."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.harness.service import Service
from tests.mesh.harness.istiod import NAMESPACE, Istiod, MeshOptions
from tests.mesh.harness.kubernetes import Kubernetes
from tests.mesh.harness.ports import Ports
from tests.mesh.harness.programs import Istio

Json = Any

NAMESPACES = (NAMESPACE, "istio-ingress", "models")
RESOURCE_GROUPS = (
    "extensions.istio.io",
    "networking.istio.io",
    "telemetry.istio.io",
    "gateway.networking.k8s.io",
)


class ControlPlane(Service):
    """Runs it; `kubernetes` and `istiod` are its parts. All files go to `directory`."""

    def __init__(self, istio: Istio, directory: Path, options: MeshOptions = MeshOptions(), advertised: str | None = None) -> None:
        self.istio = istio
        self.ports = Ports()
        self.kubernetes = Kubernetes(directory, self.ports, advertised)
        self.istiod = Istiod(istio, self.kubernetes, directory, self.ports, options)

    def _start(self, running: ExitStack) -> None:
        running.enter_context(self.kubernetes)
        self.kubernetes.kubectl("apply", "--server-side", "-f", self.istio.definitions)
        self.kubernetes.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
        self.kubernetes.apply(*({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in NAMESPACES))
        running.enter_context(self.istiod)

    def clear(self) -> None:
        """Deletes all that was applied, but for namespaces."""
        self.kubernetes.delete_all(RESOURCE_GROUPS, NAMESPACES)
