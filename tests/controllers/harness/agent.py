"""Istio's agent, which starts Envoy, gets certificates from istiod's CA for it, and pulls its filters."""

import json
import os
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.controllers.harness import programs
from tests.harness import envoy
from tests.harness.process import Process
from tests.harness.service import Service
from tests.mesh.harness.control_plane import ControlPlane

Json = Any

START_SECONDS = 90.0
TOKENS, ROOTS = "var/run/secrets/tokens", "var/run/secrets/istio"
OWN_VAR_LIB = 'mount -t tmpfs none /var/lib && mkdir -p /var/lib/istio/data && exec "$@"'
"""The agent keeps what it pulls there, and nowhere else."""


class Agent(Service):
    """A proxy with Istio's agent: `kind` is router or sidecar. All files go to `directory`.

    `environment` is more of the agent's, e.g. SECRET_TTL.
    """

    def __init__(
        self,
        control_plane: ControlPlane,
        directory: Path,
        kind: str,
        name: str,
        namespace: str,
        address: str,
        labels: dict[str, str],
        environment: dict[str, str] | None = None,
    ) -> None:
        self.namespace = namespace
        self._kubernetes = control_plane.kubernetes
        self._account = name
        self._directory = directory
        ports = control_plane.ports
        self._admin, self._status = ports.new(), ports.new()
        config = {
            "binaryPath": str(envoy.program()),
            "configPath": str(directory / "etc/istio/proxy"),
            "proxyBootstrapTemplatePath": str(programs.agent_bootstrap()),
            "discoveryAddress": f"127.0.0.1:{control_plane.istiod.secure_port}",
            "proxyAdminPort": self._admin,
            "statusPort": self._status,
            "concurrency": 1,
            "terminationDrainDuration": "1s",
        }
        variables = {
            "HOME": str(directory),
            "PROXY_CONFIG": json.dumps(config),
            "POD_NAME": name,
            "POD_NAMESPACE": namespace,
            "INSTANCE_IP": address,
            "SERVICE_ACCOUNT": name,
            "ISTIOD_SAN": "istiod.istio-system.svc",
            "TRUST_DOMAIN": "cluster.local",
            "ISTIO_META_CLUSTER_ID": "Kubernetes",
            "ISTIO_META_INTERCEPTION_MODE": "NONE",
            "ISTIO_META_ISTIO_VERSION": f"{control_plane.istio.version}.0",
            "ISTIO_METAJSON_LABELS": json.dumps(labels),
            "ENVOY_STATUS_PORT": str(ports.new()),
            "ENVOY_PROMETHEUS_PORT": str(ports.new()),
        }
        command = [
            *("unshare", "--mount", "sh", "-c", OWN_VAR_LIB, "sh"),
            *(programs.pilot_agent(), "proxy", kind, "--domain", f"{namespace}.svc.cluster.local"),
            *("--proxyLogLevel=warning", "--log_output_level=default:info"),
        ]
        self._process = Process(command, directory / "agent.log", directory, variables | (environment or {}))

    def _start(self, running: ExitStack) -> None:
        for folder in (TOKENS, ROOTS, "etc/istio/proxy", "etc/istio/pod"):
            os.makedirs(self._directory / folder, exist_ok=True)
        namespace = f"api/v1/namespaces/{self.namespace}"
        account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": self._account, "namespace": self.namespace}}
        self._kubernetes.apply(account)
        request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"audiences": ["istio-ca"], "expirationSeconds": 7200}}
        token = self._kubernetes.post(f"{namespace}/serviceaccounts/{self._account}/token", request)["status"]["token"]
        root = self._kubernetes.read(f"{namespace}/configmaps/istio-ca-root-cert")["data"]["root-cert.pem"]
        (self._directory / TOKENS / "istio-token").write_text(token)
        (self._directory / ROOTS / "root-cert.pem").write_text(root)
        running.callback(self._process.stop)
        self._process.start(self.is_ready, START_SECONDS, "Istio's agent to be ready")

    def is_ready(self) -> bool:
        return self._get(self._status, "/healthz/ready")[0] == 200

    def admin(self, path: str) -> str:
        """A page of Envoy's admin interface."""
        return self._get(self._admin, path)[1]

    def certificate(self) -> Json:
        """The workload's own: its names and its serial number."""
        chains = [one["cert_chain"][0] for one in json.loads(self.admin("/certs"))["certificates"] if one.get("cert_chain")]
        return next(one for one in chains if one.get("subject_alt_names"))

    def stats(self, filter: str) -> dict[str, int]:
        page = json.loads(self.admin(f"/stats?format=json&filter={filter}"))
        return {stat["name"]: stat["value"] for stat in page["stats"] if "value" in stat}

    def log(self) -> str:
        """The agent's, with Envoy's in it."""
        return self._process.output.read_text(errors="replace")

    def wait_until(self, condition: Any, timeout: float, what: str) -> None:
        self._process.wait_until(condition, timeout, what)

    @staticmethod
    def _get(port: int, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()
