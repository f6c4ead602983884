"""Every file of envoy/istio/ is one that Istio, Kubernetes and the filter take: istioctl analyzes and validates it, the real
API takes it with the real definitions, and the filter its routing configuration. A wrong file fails the same checks."""

import os
import re
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.harness.bootstrap import bootstrap, cluster, listener
from tests.harness.envoy import Envoy
from tests.harness.http_filters import bluegreen_filter
from tests.harness.process import ProcessEnded, output, run
from tests.harness.routes import route_table, route_to
from tests.mesh.harness import programs
from tests.mesh.harness.control_plane import NAMESPACES, ControlPlane
from tests.mesh.harness.kubernetes import KubectlFailed
from tests.mesh.harness.models import service
from tests.mesh.harness.shipped import DIRECTORY, EXTENSIONS, log_providers, wasm

Json = Any

KUSTOMIZATIONS = {file.parent: yaml.safe_load(file.read_text()) for file in sorted(DIRECTORY.rglob("kustomization.yaml"))}
OVERLAYS = [folder for folder, content in KUSTOMIZATIONS.items() if content["kind"] == "Kustomization"]
PATCHES = {folder / patch["path"] for folder, content in KUSTOMIZATIONS.items() for patch in content.get("patches", []) if "path" in patch}
OF_CONTROLLERS = {DIRECTORY / name for name in ("argo-rollouts/rollout.yaml", "argo-rollouts/analysis.yaml", "flagger/canary.yaml", "flagger/metrics.yaml")}
"""Of kinds that only tests/controllers has, which runs releases with them."""
FILES = sorted(file for file in DIRECTORY.rglob("*.yaml") if file.name != "kustomization.yaml" and file not in PATCHES | OF_CONTROLLERS)
IMAGE = "oci://registry.example.com/bluegreen"
OF_EVERY_ENVOY_FILTER = "EnvoyFilter exposes internal implementation details"
"""What istioctl warns of in each of them."""


def name(path: Path) -> str:
    return str(path.relative_to(DIRECTORY))


def built(kustomization: Path) -> list[Json]:
    """What `kubectl apply -k` applies."""
    return list(yaml.safe_load_all(text(kustomization)))


@cache
def text(kustomization: Path) -> str:
    command = [programs.kubectl(), "kustomize", kustomization]
    return output(command)


def extensions(resources: list[Json]) -> list[Json]:
    """The resources that bring the filter."""
    return [resource for resource in resources if resource["kind"] in EXTENSIONS]


PLACES = [DIRECTORY / place for place in ("gateway", "gateway-api", "sidecar", "waypoint")]
WITH_THE_FILTER = [*PLACES, *(DIRECTORY / folder for folder in ("argo-rollouts", "argo-rollouts-host-level", "flagger"))]


class Refused(Exception):
    """What is wrong with resources, as the tool that found it says it."""


class Checks:
    """The checks, each of which raises Refused. `directory` is for drafts."""

    def __init__(self, control_plane: ControlPlane, directory: Path) -> None:
        self._kubernetes = control_plane.kubernetes
        self._istioctl = control_plane.istio.istioctl
        self._directory = directory

    def validate(self, resources: list[Json]) -> None:
        """Warnings count, such as of fields that Envoy does not know."""
        self._run("validate", "-f", self._draft("resources", resources))

    def analyze(self, resources: list[Json]) -> None:
        """Beside all that the files are made for: a mesh with the services, their routes and gateways."""
        around = [*surroundings(), *(resource for folder in ("routes", "http-routes") for resource in built(DIRECTORY / folder))]
        here = {identity(resource) for resource in resources}
        draft = self._draft("around", [resource for resource in around if identity(resource) not in here])
        mesh = self._directory / "mesh.yaml"
        mesh.write_text(yaml.safe_dump({"extensionProviders": log_providers()}))
        files = [draft, self._draft("resources", resources)]
        self._run("analyze", "--all-namespaces", "--use-kube=false", "--meshConfigFile", mesh, *files)

    def apply(self, resources: list[Json]) -> None:
        """Kubernetes' API, but for the writing."""
        try:
            self._kubernetes.kubectl(
                "apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", self._draft("resources", resources)
            )
        except KubectlFailed as refused:
            raise Refused(str(refused)) from refused

    def configure(self, resources: list[Json]) -> None:
        """An Envoy with the filter, as it is configured."""
        for resource in extensions(resources):
            ingress = listener("ingress", bluegreen_filter(wasm(resource)["pluginConfig"]), route_table([route_to("nowhere")]))
            try:
                with Envoy(bootstrap([ingress], [cluster("nowhere", 1)]), self._directory):
                    pass
            except ProcessEnded as refused:
                raise Refused(str(refused)) from refused

    def _draft(self, what: str, resources: list[Json]) -> Path:
        file = self._directory / f"{what}.yaml"
        file.write_text(yaml.safe_dump_all(resources))
        return file

    def _run(self, *arguments: str | Path) -> None:
        """istioctl. It ends well also with warnings, which count here: one of them is a field that Envoy does not know."""
        ended = run([self._istioctl, *arguments])
        lines = [line.strip() for line in (ended.output + ended.errors).splitlines()]
        errors = [line for line in lines if line.startswith(("*", "Error", "Warning")) and OF_EVERY_ENVOY_FILTER not in line]
        if errors:
            raise Refused("\n".join(errors))


Check = Callable[[Checks, list[Json]], None]
CHECKS: list[Check] = [Checks.validate, Checks.analyze, Checks.apply]


def identity(resource: Json) -> tuple[str, str, str, str]:
    return resource["apiVersion"], resource["kind"], resource["metadata"].get("namespace", ""), resource["metadata"]["name"]


def surroundings() -> list[Json]:
    """What the files find in a mesh."""
    namespaces = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in NAMESPACES]
    return [*namespaces, service("fraud", {"app": "fraud"})]


@pytest.fixture
def checks(control_plane: ControlPlane, tmp_path: Path) -> Checks:
    return Checks(control_plane, tmp_path)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("overlay", OVERLAYS, ids=name)
def test_an_overlay_can_be_applied_as_it_stands(checks: Checks, overlay: Path, check: Check) -> None:
    check(checks, built(overlay))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("file", FILES, ids=name)
def test_a_file_can_be_applied_as_it_stands(checks: Checks, file: Path, check: Check) -> None:
    check(checks, list(yaml.safe_load_all(file.read_text())))


@pytest.mark.parametrize("overlay", WITH_THE_FILTER, ids=name)
def test_the_filter_takes_the_routing_configuration_of_an_overlay(checks: Checks, overlay: Path) -> None:
    checks.configure(built(overlay))


@pytest.mark.parametrize("overlay", WITH_THE_FILTER, ids=name)
def test_an_older_istio_gets_the_same_by_the_component_wasm_plugin(checks: Checks, overlay: Path, tmp_path: Path) -> None:
    older = repository(tmp_path / "older", resources=[overlay], components=[DIRECTORY / "wasm-plugin"])
    for check in CHECKS:
        check(checks, older)
    [extension], [plugin] = extensions(built(overlay)), extensions(older)
    assert plugin["kind"] == "WasmPlugin"
    assert plugin["metadata"] == extension["metadata"]
    assert plugin["spec"] == {key: value for key, value in extension["spec"].items() if key != "wasm"} | extension["spec"]["wasm"]


def test_a_repository_of_ones_own_gives_its_routing_to_all_places(checks: Checks, tmp_path: Path) -> None:
    own = {"deployments": [{"name": "churn", "green_weight": 0.5, "sticky": {"keys": [{"header": "x-user-id"}]}}]}
    routing = {"apiVersion": "extensions.istio.io/v1alpha1", "kind": "TrafficExtension", "metadata": {"name": "bluegreen"}}
    routing["spec"] = {"wasm": {"pluginConfig": own}}
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "routing.yaml").write_text(yaml.safe_dump(routing))
    shutil.copy(DIRECTORY / "routes" / "virtual-service.yaml", tmp_path / "own")
    printed = yaml.safe_load(example_in_the_readme().replace(IMAGE, "oci://registry.own/bluegreen"))
    here = [place_here(tmp_path / "own", resource) for resource in printed["resources"]]
    resources = repository(tmp_path / "own", **printed | {"resources": [*here, DIRECTORY / "waypoint", DIRECTORY / "rollback"]})
    assert len(extensions(resources)) == 3
    for extension in extensions(resources):
        assert extension["spec"]["wasm"]["pluginConfig"]["deployments"] == own["deployments"]
        assert extension["spec"]["wasm"]["url"].startswith("oci://registry.own/bluegreen:")
    for check in (*CHECKS, Checks.configure):
        check(checks, resources)


def example_in_the_readme() -> str:
    """The kustomization.yaml of a repository of one's own."""
    [block] = re.findall(r"```yaml\n# kustomization.yaml\n(.*?)```", (DIRECTORY / "README.md").read_text(), re.DOTALL)
    assert IMAGE in block
    return block


def place_here(folder: Path, resource: str) -> Path:
    """A resource of a kustomization in `folder`; what is at an address is taken from the files here."""
    _, is_elsewhere, path = resource.partition("//envoy/istio/")
    return DIRECTORY / path.partition("?")[0] if is_elsewhere else folder / resource


def repository(folder: Path, **parts: Json) -> list[Json]:
    """What a kustomization somewhere else makes of these parts."""
    folder.mkdir(exist_ok=True)
    # kustomize takes no absolute paths.
    for kind in ("resources", "components"):
        parts[kind] = [os.path.relpath(part, folder.resolve()) for part in parts.get(kind, [])]
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(parts))
    return built(folder)


def test_every_header_that_the_filter_writes_is_taken_off_at_the_edge() -> None:
    """Under the names that the shipped configurations give them."""
    written = {"x-bluegreen-variant", "x-bluegreen-cluster", "x-bluegreen-mirror-cluster", "x-bluegreen-bucket"}
    for place in ("gateway", "gateway-api", "sidecar"):
        edge = (DIRECTORY / place / "edge.yaml").read_text()
        assert {header for header in written if f"remove: {header}\n" in edge} == written


def test_the_log_that_telemetry_chooses_is_the_one_described_in_its_head() -> None:
    [telemetry] = built(DIRECTORY / "telemetry")
    [logging] = telemetry["spec"]["accessLogging"]
    [described] = log_providers()
    assert logging["providers"] == [{"name": described["name"]}]


def without(*path: str | int) -> Callable[[Json], None]:
    def change(resource: Json) -> None:
        *way, last = path
        for step in way:
            resource = resource[step]
        del resource[last]

    return change


def having(value: Json, *path: str | int) -> Callable[[Json], None]:
    def change(resource: Json) -> None:
        *way, last = path
        for step in way:
            resource = resource[step]
        resource[last] = value

    return change


@pytest.mark.parametrize(
    ("folder", "kind", "mistake", "finder"),
    [
        ("routes", "VirtualService", having("gren", "spec", "http", 0, "route", 0, "destination", "subset"), Checks.analyze),
        ("routes", "VirtualService", having(["istio-ingress/model"], "spec", "gateways"), Checks.analyze),
        ("routes", "VirtualService", having([], "spec", "hosts"), Checks.validate),
        ("routes", "DestinationRule", having({"variant": 7}, "spec", "subsets", 0, "labels"), Checks.apply),
        ("rollback", "EnvoyFilter", having({"metadat": {}}, "spec", "configPatches", 0, "patch", "value"), Checks.validate),
        ("rollback", "EnvoyFilter", having("GATEWAYS", "spec", "configPatches", 0, "match", "context"), Checks.apply),
        ("gateway", "EnvoyFilter", having("MERG", "spec", "configPatches", 0, "patch", "operation"), Checks.apply),
        ("gateway", "TrafficExtension", having("x", "spec", "wasm", "pluginNam"), Checks.apply),
        ("gateway", "TrafficExtension", having([{"kind": "Gateway", "name": "models"}], "spec", "targetRefs"), Checks.apply),
        ("gateway", "TrafficExtension", without("spec", "wasm"), Checks.apply),
        ("gateway", "TrafficExtension", having(101, "spec", "wasm", "pluginConfig", "deployments", 0, "green_weight"), Checks.configure),
        ("http-routes", "HTTPRoute", having("Exactly", "spec", "rules", 0, "matches", 0, "headers", 0, "type"), Checks.apply),
    ],
)
def test_a_wrong_file_is_found(checks: Checks, folder: str, kind: str, mistake: Callable[[Json], None], finder: Check) -> None:
    resources = built(DIRECTORY / folder)
    mistake(next(resource for resource in resources if resource["kind"] == kind))
    with pytest.raises(Refused):
        finder(checks, resources)
