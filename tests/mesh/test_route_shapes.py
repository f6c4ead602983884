"""An EnvoyFilter of ours never makes Envoy refuse routes: whatever shape they have, the next rollback arrives."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.harness.polling import wait_until
from tests.harness.upstream import Upstream
from tests.mesh.harness import shipped
from tests.mesh.harness.mesh import Mesh, Proxy
from tests.mesh.harness.models import NAMESPACE, model, service
from tests.mesh.harness.stage import FRAUD

Json = Any

OVERLAYS = ("argo-rollouts", "argo-rollouts-host-level", "flagger")


def to(*weights: int | None, **more: Json) -> Json:
    """A route to so many services, of which `fraud-primary` is the first."""
    hosts = ("fraud-primary", "fraud-canary", "fraud-stable")
    destinations = [{"destination": {"host": f"{host}.{NAMESPACE}.svc.cluster.local"}} for host in hosts]
    return {"route": [one | ({} if weight is None else {"weight": weight}) for one, weight in zip(destinations, weights, strict=False)], **more}


QA = [{"headers": {"x-qa": {"exact": "1"}}}]
SHAPES: dict[str, list[Json]] = {
    # What Argo Rollouts and Flagger write.
    "weights": [to(90, 10)],
    "all on blue": [to(100, 0)],
    "all on green": [to(0, 100)],
    "a header route": [to(None, None) | {"match": QA, "route": to(None, None)["route"][1:]}, to(90, 10)],
    "a mirror route": [to(90, 10, match=[{"method": {"exact": "POST"}}], mirror={"host": "fraud-canary"}, mirrorPercentage={"value": 20}), to(90, 10)],
    "an A/B test": [to(0, 100, match=QA), to(100)],
    "its end": [to(100, 0, match=QA), to(100)],
    "a cookie": [to(0, 100, match=[{"headers": {"cookie": {"regex": ".*fl.*"}}}], headers={"response": {"add": {"set-cookie": "a=b"}}}), to(50, 50)],
    "patience": [to(90, 10, timeout="5s", retries={"attempts": 3, "perTryTimeout": "1s"})],
    # What they do not write.
    "one destination": [to(None)],
    "one destination that has no weight": [to(0)],
    "three destinations": [to(80, 10, 10)],
    "weights of another total": [to(1, 1)],
    "a redirect": [{"match": QA, "redirect": {"uri": "/elsewhere"}}, to(90, 10)],
    "nothing but a redirect": [{"redirect": {"uri": "/elsewhere"}}],
    "a direct response": [{"directResponse": {"status": 418}}],
    "a fault": [to(90, 10, fault={"abort": {"httpStatus": 503, "percentage": {"value": 50}}})],
    "another path": [to(90, 10, rewrite={"uri": "/v2"})],
    "several mirrors": [to(None, mirrors=[{"destination": {"host": "fraud-canary"}, "percentage": {"value": 1}}])],
    "a service that does not exist": [{"route": [{"destination": {"host": "nowhere.example.com"}}]}],
    "headers by destination": [{"route": [one | {"headers": {"request": {"set": {"x": "y"}}}} for one in to(90, 10)["route"]]}],
    "origins": [to(90, 10, corsPolicy={"allowOrigins": [{"exact": "https://example.com"}]})],
}


@pytest.fixture(scope="module")
def gateway(mesh: Mesh, blue: Upstream, green: Upstream) -> Iterator[Proxy]:
    services = [service(f"fraud-{name}", {"app": "fraud"}) for name in ("primary", "canary", "stable")]
    mesh.kubernetes.apply(*model("fraud", blue, green), *services)
    yield mesh.gateway()


def names_that_we_patch(overlay: list[Json]) -> set[str]:
    """The names of routes that the overlay's EnvoyFilters look for."""
    patches = [patch for resource in overlay if resource["kind"] == "EnvoyFilter" for patch in resource["spec"]["configPatches"]]
    routes = [patch["match"]["routeConfiguration"]["vhost"]["route"] for patch in patches if patch["applyTo"] == "HTTP_ROUTE"]
    return {route["name"] for route in routes}


@pytest.mark.parametrize("name", OVERLAYS)
def test_a_rollback_arrives_whatever_the_routes_are(mesh: Mesh, gateway: Proxy, name: str) -> None:
    overlay = shipped.overlay(name, mesh.directory())
    names = names_that_we_patch(overlay)
    assert names
    mesh.kubernetes.apply(*overlay)
    rollback = shipped.file("rollback/all.yaml")
    for shape, routes in SHAPES.items():
        # Each of its routes has, in turn, every name that is patched.
        written = [route | {"name": known} for known in sorted(names) for route in routes]
        number = str(len(shape) * 1000 + len(routes))
        mesh.kubernetes.apply(virtual_service(written, number))
        wait_until(lambda number=number: number in str(virtual_hosts(gateway)), 20, f"{name} with {shape} to arrive, or it is refused")
        mesh.kubernetes.apply(*rollback)
        wait_until(lambda: all(is_rolled_back(host) for host in virtual_hosts(gateway)), 20, f"a rollback to arrive over {shape}")
        mesh.kubernetes.delete(*rollback)
        wait_until(lambda: not any(is_rolled_back(host) for host in virtual_hosts(gateway)), 20, f"a rollback to end over {shape}")
        assert refusals(gateway) == {}, shape


def virtual_service(routes: list[Json], number: str) -> Json:
    """In place of the overlay's. A last route shows by its number which one has arrived."""
    last = {"name": number, "match": [{"uri": {"exact": f"/{number}"}}], "directResponse": {"status": 204}}
    spec = {"hosts": [FRAUD.host, FRAUD.service], "gateways": ["istio-ingress/models", "mesh"], "http": [last, *routes]}
    metadata = {"name": "fraud-scorer", "namespace": NAMESPACE}
    return {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": metadata, "spec": spec}


def virtual_hosts(proxy: Proxy) -> list[Json]:
    """Of the deployment, as the proxy has them from istiod."""
    configs = json.loads(proxy.admin("/config_dump?resource=dynamic_route_configs")).get("configs", [])
    return [host for config in configs for host in config["route_config"]["virtual_hosts"] if FRAUD.host in host["domains"]]


def is_rolled_back(host: Json) -> bool:
    return host.get("metadata", {}).get("filter_metadata", {}).get("bluegreen") == {"rollback": True}


def refusals(proxy: Proxy) -> dict[str, int]:
    """What the proxy has refused so far."""
    return {stat: value for stat, value in proxy.stats().items() if stat.endswith("update_rejected") and value}
