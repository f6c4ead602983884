"""The files of envoy/istio/ as users apply them: only the image is replaced, by the wasm file that it holds."""

import os
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from tests.harness.artefact import REPOSITORY, filter_wasm
from tests.harness.process import output
from tests.mesh.harness import programs

Json = Any

DIRECTORY = REPOSITORY / "envoy" / "istio"
EXTENSIONS = ("TrafficExtension", "WasmPlugin")


def overlay(name: str, directory: Path, components: Iterable[str] = ()) -> list[Json]:
    """What `kubectl apply -k` of an overlay applies, with further components of envoy/istio. `directory` is for drafts."""
    draft = directory / f"overlay-{name.replace('/', '-')}"
    draft.mkdir(exist_ok=True)
    parts = {"resources": [_from(draft, name)], "components": [_from(draft, component) for component in components]}
    kinds = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
    (draft / "kustomization.yaml").write_text(yaml.safe_dump(kinds | {key: part for key, part in parts.items() if part}))
    command = [programs.kubectl(), "kustomize", draft]
    resources = list(yaml.safe_load_all(output(command)))
    return [_runnable(resource) for resource in resources]


def file(name: str) -> list[Json]:
    """The resources of one file, e.g. `file("rollback/all.yaml")`."""
    return [_runnable(resource) for resource in yaml.safe_load_all((DIRECTORY / name).read_text())]


def commands(name: str) -> list[list[str]]:
    """The kubectl commands in the head of a file, each without `kubectl`."""
    lines = (DIRECTORY / name).read_text().splitlines()
    text = "\n".join(line.removeprefix("#   ") for line in lines if line.startswith("#   ")).replace("\\\n", "")
    return [shlex.split(line)[1:] for line in text.splitlines() if line.startswith("kubectl ")]


def log_providers() -> list[Json]:
    """The part of the mesh configuration that telemetry/telemetry.yaml asks for, in its head."""
    lines = (DIRECTORY / "telemetry" / "telemetry.yaml").read_text().splitlines()
    block = [line.removeprefix("#   ") for line in lines if line.startswith("#   ")]
    return yaml.safe_load("\n".join(block))["extensionProviders"]


def extension(resources: list[Json]) -> Json:
    """The one resource that brings the filter."""
    [found] = [resource for resource in resources if resource["kind"] in EXTENSIONS]
    return found


def plugin_configuration(resource: Json) -> Json:
    """The routing configuration in a resource that brings the filter; changes of it are changes of the resource."""
    return wasm(resource)["pluginConfig"]


def wasm(resource: Json) -> Json:
    """The part of a TrafficExtension or WasmPlugin that says what to load."""
    return resource["spec"] if resource["kind"] == "WasmPlugin" else resource["spec"]["wasm"]


def _runnable(resource: Json) -> Json:
    if resource["kind"] in EXTENSIONS:
        wasm(resource)["url"] = filter_wasm().as_uri()
    if resource["kind"] == "Telemetry":
        # They are made by a filter that only Istio's own Envoy has.
        resource["spec"].pop("metrics", None)
    return resource


def _from(draft: Path, name: str) -> str:
    """A part of envoy/istio as a draft must name it: kustomize takes no absolute paths."""
    return os.path.relpath(DIRECTORY / name, draft.resolve())
