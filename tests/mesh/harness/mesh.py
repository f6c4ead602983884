"""A mesh: a control plane, and Envoys that joined it."""

import json
from collections.abc import Callable
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

from tests.harness.envoy import Envoy
from tests.harness.service import Service
from tests.mesh.harness.control_plane import ControlPlane
from tests.mesh.harness.line import Line
from tests.mesh.harness.models import service, workload_entry
from tests.mesh.harness.proxy import Workload, bootstrap

Json = Any

GATEWAY_LABELS = {"istio": "ingress"}
GATEWAY_NAMESPACE = "istio-ingress"


class Proxy(Envoy):
    """An Envoy of the mesh. Requests go to `workload.port`."""

    def __init__(self, workload: Workload, bootstrap: Json, directory: Path) -> None:
        super().__init__(bootstrap, directory)
        self.workload = workload

    def restart(self) -> None:
        """Ends it and starts it again, without waiting until it serves."""
        self._process.stop()
        self._admin_address_file.unlink(missing_ok=True)
        self._process.start(self._has_an_address, 30, "Envoy's admin interface")

    def state(self) -> str:
        """What Envoy says of itself, e.g. LIVE or PRE_INITIALIZING."""
        return json.loads(self.admin("/server_info"))["state"]


class Mesh(Service):
    """Starts proxies in a control plane. Leaving the context ends them, and deletes all resources."""

    def __init__(self, control_plane: ControlPlane, new_directory: Callable[[], Path]) -> None:
        self.control_plane = control_plane
        self.kubernetes = control_plane.kubernetes
        self.istiod = control_plane.istiod
        self.directory = new_directory
        self.proxies: list[Proxy] = []
        self._of_gateways: list[Json] = []
        """What the gateways are found by."""
        self._numbers = count(1)

    def _start(self, running: ExitStack) -> None:
        running.callback(self.control_plane.clear)

    def gateway(
        self, labels: dict[str, str] = GATEWAY_LABELS, namespace: str = GATEWAY_NAMESPACE, istiod_port: int | None = None, **metadata: Json
    ) -> Proxy:
        """Starts a gateway: a proxy without an application. Those of the usual labels are behind the Service `ingress`."""
        proxy = self.proxy("router", "gateway", namespace, labels, metadata, istiod_port)
        workload = proxy.workload
        entry = workload_entry(workload.name, namespace, workload.address, workload.port, workload.labels)
        self._of_gateways += [service("ingress", GATEWAY_LABELS, GATEWAY_NAMESPACE), entry]
        self.kubernetes.apply(*self._of_gateways[-2:])
        return self.start(proxy)

    def clear(self) -> None:
        """Deletes all that was applied, but for what the gateways are found by."""
        self.control_plane.clear()
        if self._of_gateways:
            self.kubernetes.apply(*self._of_gateways)

    def sidecar(self, namespace: str = "models", labels: dict[str, str] | None = None, **metadata: Json) -> Proxy:
        """Starts the sidecar of a client. Its outbound side listens at its port; the request's host says which service is meant."""
        proxy = self.proxy("sidecar", "client", namespace, labels or {}, metadata)
        self.kubernetes.apply(_outbound_side(proxy.workload))
        return self.start(proxy)

    def line(self) -> Line:
        """Starts a line to istiod; proxies at its port are at the mercy of it."""
        return self._running.enter_context(Line(self.istiod.port, self.directory()))

    def proxy(
        self, kind: str, name: str, namespace: str, labels: dict[str, str], metadata: Json, istiod_port: int | None = None
    ) -> Proxy:
        """A proxy that is not started yet."""
        number = next(self._numbers)
        name = f"{name}-{number}"
        workload = Workload(
            kind=kind,
            name=name,
            namespace=namespace,
            address=f"127.1.{number // 250}.{number % 250 + 1}",
            labels={"proxy": name} | labels,
            port=self.control_plane.ports.new(),
            metadata=metadata,
        )
        version = self.control_plane.istio.version
        return Proxy(workload, bootstrap(workload, version, istiod_port or self.istiod.port), self.directory())

    def start(self, proxy: Proxy) -> Proxy:
        self._running.enter_context(proxy)
        self.proxies.append(proxy)
        return proxy


def _outbound_side(workload: Workload) -> Json:
    """Makes the sidecar listen at its own port, in place of one for each port of the mesh."""
    listener = {
        "port": {"number": workload.port, "protocol": "HTTP_PROXY", "name": "outbound"},
        "bind": "127.0.0.1",
        "captureMode": "NONE",
        "hosts": ["*/*"],
    }
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "Sidecar",
        "metadata": {"name": workload.name, "namespace": workload.namespace},
        "spec": {"workloadSelector": {"labels": {"proxy": workload.name}}, "egress": [listener]},
    }
