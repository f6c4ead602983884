"""Istio's control plane."""

import json
import re
import urllib.request
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.harness.process import Process
from tests.harness.service import Service
from tests.mesh.harness import shipped
from tests.mesh.harness.kubernetes import Kubernetes
from tests.mesh.harness.ports import Ports
from tests.mesh.harness.programs import Istio

Json = Any

START_SECONDS = 60.0
NAMESPACE = "istio-system"
"""The root namespace: what is said there holds in all."""

ENVIRONMENT = {
    "POD_NAMESPACE": NAMESPACE,
    # Filters that only Istio's own Envoy has.
    "PILOT_ENABLE_METADATA_EXCHANGE": "false",
    "PILOT_ENABLE_ALPN_FILTER": "false",
    # Whose requests are internal is what `NETWORKS` says, also at the outbound side of sidecars.
    "ENABLE_HCM_INTERNAL_NETWORKS": "true",
    "PILOT_SIDECAR_USE_REMOTE_ADDRESS": "true",
}

MESH: Json = {
    "rootNamespace": NAMESPACE,
    # Certificates and merged metrics come from an agent beside the proxy, which is not there.
    "enableAutoMtls": False,
    "enablePrometheusMerge": False,
    "extensionProviders": shipped.log_providers(),
}

NETWORKS: Json = {"networks": {"here": {"endpoints": [{"fromCidr": "127.0.0.0/8"}], "gateways": []}}}


@dataclass(frozen=True)
class MeshOptions:
    """What differs between meshes."""

    ambient: bool = False
    """It has waypoints, and proxies of the other kinds wait there for certificates that nobody gives them."""
    mutual_tls: bool = False
    """istiod gives certificates to Istio's agents, and proxies use them."""
    environment: dict[str, str] = field(default_factory=dict)
    """More of istiod's."""


class Istiod(Service):
    """Runs istiod against a Kubernetes API; proxies find it at `port`.

    `crash` ends it at once; `start` brings it back at the same port. The log is `directory`/istiod.log.
    """

    def __init__(self, istio: Istio, kubernetes: Kubernetes, directory: Path, ports: Ports, options: MeshOptions) -> None:
        self.port = ports.new()
        self.secure_port = ports.new() if options.mutual_tls else None
        self._http_port = ports.new()
        self._monitoring_port = ports.new()
        self._log_file = directory / "istiod.log"
        mesh, networks = directory / "mesh.json", directory / "networks.json"
        mesh.write_text(json.dumps(MESH | {"enableAutoMtls": options.mutual_tls}))
        networks.write_text(json.dumps(NETWORKS))
        command = [
            *(istio.istiod, "discovery"),
            *("--kubeconfig", kubernetes.kubeconfig, "--meshConfig", mesh, "--networksConfig", networks),
            *("--grpcAddr", f"127.0.0.1:{self.port}", "--httpAddr", f"127.0.0.1:{self._http_port}"),
            *("--monitoringAddr", f"127.0.0.1:{self._monitoring_port}", "--httpsAddr="),
            f"--secureGRPCAddr={f'127.0.0.1:{self.secure_port}' if self.secure_port else ''}",
            *("--ctrlz_port", "0", "--keepaliveMaxServerConnectionAge", "24h"),
        ]
        environment = ENVIRONMENT | {"PILOT_ENABLE_AMBIENT": str(options.ambient).lower()} | options.environment
        # It keeps files of its own, such as its certificates, below where it runs.
        self._process = Process(command, output=self._log_file, cwd=directory, environment=environment)

    def _start(self, running: ExitStack) -> None:
        running.callback(self._process.stop)
        self.start()

    def start(self) -> None:
        """Starts it and waits until it serves."""
        self._process.start(lambda: self._get(self._http_port, "/ready") is not None, START_SECONDS, "istiod to be ready")

    def crash(self) -> None:
        """Ends it at once."""
        self._process.crash()

    def is_running(self) -> bool:
        return self._process.is_running()

    def log(self) -> str:
        return self._log_file.read_text(errors="replace")

    def metric(self, name: str, **labels: str) -> float:
        """The sum of a metric over all its series that have these labels."""
        total = 0.0
        for line in self._get(self._monitoring_port, "/metrics").splitlines():
            series = re.fullmatch(rf"{name}(?:\{{(.*)\}})? (\S+)", line)
            if series and all(f'{label}="{value}"' in (series[1] or "") for label, value in labels.items()):
                total += float(series[2])
        return total

    def debug(self, path: str) -> Json:
        """A page below /debug/, e.g. `debug("syncz")`: which proxy has acknowledged what."""
        return json.loads(self._get(self._monitoring_port, f"/debug/{path}"))

    @staticmethod
    def _get(port: int, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as response:
            return response.read().decode()
