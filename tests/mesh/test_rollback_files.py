"""Every file of envoy/istio/rollback holds in every overlay, whatever variant tag a request brings: none, a forged or a trusted one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.harness.client import Client, Header
from tests.harness.polling import wait_until
from tests.harness.upstream import Upstream, served_by
from tests.mesh.harness import shipped
from tests.mesh.harness.mesh import GATEWAY_NAMESPACE, Mesh, Proxy
from tests.mesh.harness.models import NAMESPACE, model, service, told_apart
from tests.mesh.harness.stage import FRAUD

Json = Any

WEIGHT = 50
USERS = [f"user-{number}" for number in range(40)]
GREEN: Header = ("x-bluegreen-variant", "green")
BY_GATEWAY_API = {"gateway.networking.k8s.io/gateway-name": "models"}
BY_HOST = {"all.yaml": 0, "one-host.yaml": 0, "cap-host.yaml": 5}
BY_NAME = BY_HOST | {"one.yaml": 0, "cap.yaml": 5}
"""Rollback file → the weight that it leaves."""


@dataclass(frozen=True)
class Overlay:
    """Folders of envoy/istio, the proxy that they are for, and the files of rollback that hold there."""

    folders: list[str]
    proxy: Callable[[Mesh], Proxy]
    files: dict[str, float]


OVERLAYS = {
    "gateway": Overlay(["routes", "gateway"], Mesh.gateway, BY_NAME),
    "sidecar": Overlay(["routes", "sidecar"], Mesh.sidecar, BY_NAME),
    "gateway-api": Overlay(["http-routes", "gateway-api"], lambda mesh: mesh.gateway(BY_GATEWAY_API), BY_HOST),
    "argo-rollouts": Overlay(["argo-rollouts/routes", "argo-rollouts"], Mesh.gateway, BY_NAME),
    "flagger": Overlay(["flagger"], Mesh.gateway, BY_NAME),
}


def resources(mesh: Mesh, overlay: Overlay, is_trusted: bool) -> list[Json]:
    """All of an overlay at WEIGHT, without what strips tags: a tag arrives, as at a proxy that the edge file has not reached."""
    found = [resource for folder in overlay.folders for resource in shipped.overlay(folder, mesh.directory())]
    found = [resource for resource in found if resource["metadata"]["name"] != "bluegreen-edge"]
    [deployment] = shipped.plugin_configuration(shipped.extension(found))["deployments"]
    if deployment.get("split_by") != "route":
        deployment["green_weight"] = WEIGHT
    if is_trusted:
        deployment["trust_tags_from"] = "internal"
    for resource in found:
        if resource["metadata"]["name"] == "fraud-rollout":
            for destination in resource["spec"]["http"][-1]["route"]:
                destination["weight"] = WEIGHT
    return [*told_apart(found), *(flagger_s_own() if "flagger" in overlay.folders else [])]


def flagger_s_own() -> list[Json]:
    """What Flagger makes of the Canary `fraud`."""
    services = [service(f"fraud-{name}", {"app": "fraud", "variant": variant}) for name, variant in (("primary", "blue"), ("canary", "green"))]
    route = [{"destination": {"host": f"fraud-{name}.{NAMESPACE}.svc.cluster.local"}, "weight": WEIGHT} for name in ("primary", "canary")]
    spec = {"http": [{"route": route}]}
    metadata = {"name": "fraud", "namespace": NAMESPACE}
    return [*services, {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": metadata, "spec": spec}]


@pytest.mark.parametrize("tag", ["none", "forged", "trusted"])
@pytest.mark.parametrize("name", OVERLAYS)
def test_a_rollback_holds_whatever_variant_tag_a_request_brings(mesh: Mesh, blue: Upstream, green: Upstream, name: str, tag: str) -> None:
    overlay, is_trusted = OVERLAYS[name], tag == "trusted"
    mesh.control_plane.clear()
    mesh.kubernetes.apply(service("models-istio", BY_GATEWAY_API, GATEWAY_NAMESPACE))
    mesh.kubernetes.apply(*model("fraud", blue, green), *resources(mesh, overlay, is_trusted))
    proxy = overlay.proxy(mesh)
    host = FRAUD.host if proxy.workload.kind == "router" else FRAUD.service
    headers = [] if tag == "none" else [GREEN]
    with Client(proxy.workload.port) as client:

        def variants() -> dict[str, str | None]:
            answers = {user: client.request(FRAUD.path, [("x-user-id", user), *headers], host) for user in USERS}
            return {user: served_by(answer) if answer.status == 200 else None for user, answer in answers.items()}

        def await_weight(weight: float, what: str) -> None:
            # A trusted tag holds under a cap, and beats any weight.
            weight = 100 if is_trusted and weight > 0 else weight
            wait_until(lambda: variants() == FRAUD.variants_of(USERS, weight), 30, what)
            assert variants() == FRAUD.variants_of(USERS, weight)

        await_weight(WEIGHT, "the filter")
        for file, left in overlay.files.items():
            rollback = shipped.file(f"rollback/{file}")
            mesh.kubernetes.apply(*rollback)
            await_weight(left, f"{file} to hold")
            mesh.kubernetes.delete(*rollback)
            await_weight(WEIGHT, f"{file} to end")
