"""Kubernetes' API: etcd, kube-apiserver and kubectl. There are no nodes and no controllers, so nothing runs in it."""

import json
import ssl
import time
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

from tests.harness.process import Process, output, run
from tests.harness.service import Service
from tests.mesh.harness import programs
from tests.mesh.harness.ports import Ports

Json = Any

START_SECONDS = 60.0
TOKEN = "anybody"
"""Whoever shows it may do everything. The server listens on loopback and lives as long as a test run."""


_UNVERIFIED = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_UNVERIFIED.check_hostname, _UNVERIFIED.verify_mode = False, ssl.CERT_NONE


class KubectlFailed(Exception):
    """kubectl refused, or was refused. The message is what it said."""


@dataclass(frozen=True)
class Applied:
    """What `kubectl apply` did."""

    began: float
    """time.monotonic(), as is `done`."""
    done: float
    output: str

    @property
    def seconds(self) -> float:
        return self.done - self.began


class Kubernetes(Service):
    """Runs etcd and kube-apiserver, whose files go to `directory`.

    with Kubernetes(directory, Ports()) as kubernetes:
        kubernetes.apply(resource, …)       # dicts, or paths of files
        kubernetes.kubectl("get", "services", "-A")
        kubernetes.stop_api(); kubernetes.start_api()
    """

    def __init__(self, directory: Path, ports: Ports, advertised: str | None = None) -> None:
        """`advertised` is the address that the API is known by in a network without a way out."""
        self.directory = directory
        self.kubeconfig = directory / "kubeconfig.json"
        self._port = ports.new()
        self._etcd_port = ports.new()
        peers = f"http://127.0.0.1:{ports.new()}"
        clients = f"http://127.0.0.1:{self._etcd_port}"
        self._etcd = Process(
            [
                programs.etcd(),
                *("--data-dir", directory / "etcd"),
                *("--listen-client-urls", clients, "--advertise-client-urls", clients),
                *("--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster", f"default={peers}"),
                "--unsafe-no-fsync",
            ],
            output=directory / "etcd.log",
        )
        self._api = Process(
            [
                programs.kube_apiserver(),
                *("--bind-address", "127.0.0.1", "--secure-port", str(self._port), "--cert-dir", directory / "certificates"),
                *("--etcd-servers", f"http://127.0.0.1:{self._etcd_port}"),
                *("--service-cluster-ip-range", "10.96.0.0/16"),
                *("--service-account-issuer", "https://kubernetes.default.svc"),
                *("--service-account-key-file", self._key, "--service-account-signing-key-file", self._key),
                *("--token-auth-file", self._tokens, "--authorization-mode", "AlwaysAllow"),
                *("--disable-admission-plugins", "ServiceAccount"),
                *(("--advertise-address", advertised) if advertised else ()),
            ],
            output=directory / "kube-apiserver.log",
        )

    def _start(self, running: ExitStack) -> None:
        self._write_files()
        running.callback(self._etcd.stop)
        self._etcd.start(self._etcd_is_healthy, START_SECONDS, "etcd to be healthy")
        running.callback(self.stop_api)
        self.start_api()

    def start_api(self) -> None:
        """Starts kube-apiserver and waits until it is ready."""
        self._api.start(lambda: self._request("GET", "readyz") == b"ok", START_SECONDS, "kube-apiserver to be ready")

    def stop_api(self) -> None:
        """Ends kube-apiserver at once, as a crash does."""
        self._api.crash()

    def kubectl(self, *arguments: str | Path, input: str | None = None, environment: Mapping[str, str] | None = None) -> str:
        """Runs kubectl and returns what it prints; the plugins in PATH see where the API is. Raises KubectlFailed."""
        command = [programs.kubectl(), *arguments]
        known = {"HOME": str(self.directory), "KUBECONFIG": str(self.kubeconfig)}
        ended = run(command, seconds=300, environment=known | dict(environment or {}), input=input)
        if ended.status != 0:
            raise KubectlFailed(ended.errors.strip())
        return ended.output

    def apply(self, *resources: Json | Path) -> Applied:
        """`kubectl apply` of resources as dicts, or of files (a directory is a kustomization)."""
        return self._with_files("apply", resources)

    def create(self, *resources: Json | Path) -> Applied:
        """`kubectl create` of the same, which keeps nulls."""
        return self._with_files("create", resources)

    def delete(self, *resources: Json | Path) -> Applied:
        """`kubectl delete` of the same."""
        return self._with_files("delete", resources)

    def delete_all(self, groups: Iterable[str], namespaces: Iterable[str]) -> None:
        """Deletes all Services, and all resources of these API groups."""
        kinds = {("", "services"): "api/v1"}
        for group in groups:
            for version in self._ask("GET", f"apis/{group}")["versions"]:
                path = f"apis/{version['groupVersion']}"
                found = self._ask("GET", path)["resources"]
                kinds |= {(group, kind["name"]): path for kind in found if kind["namespaced"] and "deletecollection" in kind["verbs"]}
        for namespace in namespaces:
            for (_, kind), path in kinds.items():
                self._ask("DELETE", f"{path}/namespaces/{namespace}/{kind}")

    def delete_kinds(self, paths: Iterable[str]) -> None:
        """Deletes all objects of these paths, e.g. `apis/apps/v1/namespaces/models/deployments`."""
        for path in paths:
            self._ask("DELETE", path)

    def _with_files(self, verb: str, resources: tuple[Json | Path, ...]) -> Applied:
        dicts = [resource for resource in resources if not isinstance(resource, Path)]
        arguments = [part for path in resources if isinstance(path, Path) for part in ("-k" if path.is_dir() else "-f", path)]
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": dicts}) if dicts else None
        began = time.monotonic()
        said = self.kubectl(verb, *arguments, *(("-f", "-") if text else ()), input=text)
        return Applied(began, time.monotonic(), said)

    @property
    def _key(self) -> Path:
        return self.directory / "service-accounts.pem"

    @property
    def _tokens(self) -> Path:
        return self.directory / "tokens.csv"

    def _write_files(self) -> None:
        output(["openssl", "genrsa", "-out", self._key, "2048"])
        self._tokens.write_text(f"{TOKEN},admin,admin,system:masters\n")
        cluster = {"server": f"https://127.0.0.1:{self._port}", "insecure-skip-tls-verify": True}
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "mesh", "cluster": cluster}],
            "users": [{"name": "admin", "user": {"token": TOKEN}}],
            "contexts": [{"name": "mesh", "context": {"cluster": "mesh", "user": "admin"}}],
            "current-context": "mesh",
        }
        self.kubeconfig.write_text(json.dumps(document))

    def _etcd_is_healthy(self) -> bool:
        with urllib.request.urlopen(f"http://127.0.0.1:{self._etcd_port}/health", timeout=10) as response:
            return json.load(response)["health"] == "true"

    def read(self, path: str) -> Json:
        """What the API answers to GET, e.g. `read("api/v1/namespaces/models/pods")`."""
        return self._ask("GET", path)

    def post(self, path: str, body: Json) -> Json:
        return self._ask("POST", path, body)

    def watch(self, path: str, seconds: float) -> Iterator[tuple[str, Json]]:
        """What happens to the objects of a path: ADDED, MODIFIED or DELETED, and the object. Ends after `seconds` without news."""
        with self._open("GET", f"{path}?watch=1", None, seconds) as events:
            try:
                for line in events:
                    event = json.loads(line)
                    yield event["type"], event["object"]
            except TimeoutError:
                return

    def _ask(self, method: str, path: str, body: Json = None) -> Json:
        return json.loads(self._request(method, path, body))

    def _request(self, method: str, path: str, body: Json = None) -> bytes:
        with self._open(method, path, body, 30) as response:
            return response.read()

    def _open(self, method: str, path: str, body: Json, seconds: float) -> HTTPResponse:
        headers = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"https://127.0.0.1:{self._port}/{path}", data, headers, method=method)
        return urllib.request.urlopen(request, timeout=seconds, context=_UNVERIFIED)
