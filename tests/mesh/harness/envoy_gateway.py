"""What Envoy Gateway makes of its resources, served by an Envoy.

There is no cluster: only addresses, the file of the module, and from where Envoy gets its routes are changed.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.harness.artefact import REPOSITORY, filter_library, filter_wasm
from tests.harness.bootstrap import cluster_resource, listener_resource, watched_bootstrap
from tests.harness.envoy import Envoy
from tests.harness.files import write_resources
from tests.harness.http_filters import TYPE
from tests.harness.process import output, run
from tests.harness.routes import watched
from tests.harness.upstream import Upstream
from tests.mesh.harness import programs

Json = Any

DIRECTORY = REPOSITORY / "envoy" / "gateway"
TRANSLATOR = REPOSITORY / "target" / "mesh" / "gateway" / "translate"
SERVICE_ADDRESSES = {"fraud-blue": "10.96.0.1", "fraud-green": "10.96.0.2"}
LISTENER = "models/models/http"
"""Envoy Gateway's name for the listener, and for its routes."""


class NotAccepted(Exception):
    """Envoy Gateway does not accept a resource. The message is what it says."""


def shipped(folder: Path = DIRECTORY) -> list[Json]:
    """What `kubectl apply -k envoy/gateway` applies, or the same of another folder."""
    command = [programs.kubectl(), "kustomize", folder]
    return list(yaml.safe_load_all(output(command)))


def shipped_natively(folder: Path) -> list[Json]:
    """The same with the component envoy/gateway/native; `folder` is where it is put together."""
    parts = {"resources": [DIRECTORY], "components": [DIRECTORY / "native"]}
    relative = {key: [os.path.relpath(part, folder.resolve()) for part in listed] for key, listed in parts.items()}
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(relative))
    return shipped(folder)


def policy(name: str) -> Json:
    """A file of envoy/gateway/ with one resource."""
    return yaml.safe_load((DIRECTORY / name).read_text())


def find(resources: list[Json], kind: str) -> Json:
    """The one resource of this kind."""
    [found] = [resource for resource in resources if resource["kind"] == kind]
    return found


class EnvoyGateway:
    """Translates resources, with the filter's image pulled from `image`, into files in `directory` for an Envoy."""

    def __init__(self, directory: Path, image: str, blue: Upstream, green: Upstream) -> None:
        self._directory = directory
        self._image = image
        self._ports = {SERVICE_ADDRESSES["fraud-blue"]: blue.port, SERVICE_ADDRESSES["fraud-green"]: green.port}

    def translate(self, resources: list[Json]) -> dict[str, list[Json]]:
        """What Envoy Gateway sends to Envoy: listeners, routes, clusters and endpoints. Raises NotAccepted."""
        documents = yaml.safe_dump_all([self._completed(resource) for resource in resources])
        command = [TRANSLATOR, self._directory / "cache"]
        ended = run(command, input=documents)
        if ended.status != 0:
            raise NotAccepted(ended.errors.strip())
        [translated] = json.loads(ended.output).values()
        return translated

    def push(self, translated: dict[str, list[Json]]) -> None:
        """Writes the files that Envoy watches. What has not changed is not written again, as Envoy Gateway does not send it again."""
        endpoints = {one["cluster_name"]: one for one in translated["endpoints"]}
        clusters = [self._static(cluster, endpoints) for cluster in translated["clusters"] if cluster["name"] in endpoints]
        self._write("clusters", [cluster_resource(cluster) for cluster in clusters])
        route_type = {"@type": TYPE + "envoy.config.route.v3.RouteConfiguration"}
        self._write("routes", [route_type | routes for routes in translated["routes"]])
        self._write("listeners", [listener_resource(self._runnable(listener)) for listener in translated["listeners"]])

    def envoy(self) -> Envoy:
        """An Envoy that reads the files; not started yet. `envoy.port(LISTENER)` is where it listens."""
        return Envoy(watched_bootstrap(self._file("listeners"), self._file("clusters")), self._directory)

    def _completed(self, resource: Json) -> Json:
        """The resource with what a cluster would add: the addresses of services, and where the image is."""
        resource = json.loads(json.dumps(resource))
        if resource["kind"] == "Service":
            resource["spec"]["clusterIP"] = SERVICE_ADDRESSES[resource["metadata"]["name"]]
        if resource["kind"] == "EnvoyExtensionPolicy" and "wasm" in resource["spec"]:
            resource["spec"]["wasm"][0]["code"]["image"]["url"] = self._image
        return resource

    def _static(self, cluster: Json, endpoints: dict[str, Json]) -> Json:
        del cluster["eds_cluster_config"]
        assignment = endpoints[cluster["name"]]
        for address in _all(assignment, "socket_address"):
            address |= {"address": "127.0.0.1", "port_value": self._ports[address["address"]]}
        return cluster | {"type": "STATIC", "load_assignment": assignment}

    def _runnable(self, listener: Json) -> Json:
        listener["address"] = {"socket_address": {"address": "127.0.0.1", "port_value": 0}}
        for discovery in _all(listener, "rds"):
            discovery["config_source"] = watched(self._file("routes"))
        for machine in _all(listener, "vm_config"):
            machine["code"] = {"local": {"filename": str(filter_wasm())}}
        for module in _all(listener, "dynamic_module_config"):
            module["module"]["local"]["filename"] = str(filter_library())
        return listener

    def _file(self, kind: str) -> Path:
        return self._directory / f"{kind}.json"

    def _write(self, kind: str, resources: list[Json]) -> None:
        file = self._file(kind)
        if not file.exists() or json.loads(file.read_text())["resources"] != resources:
            write_resources(file, resources)


def _all(part: Json, key: str) -> Iterator[Json]:
    """Every value of this key within a part of a configuration."""
    if isinstance(part, dict):
        if key in part:
            yield part[key]
        for value in part.values():
            yield from _all(value, key)
    elif isinstance(part, list):
        for value in part:
            yield from _all(value, key)
