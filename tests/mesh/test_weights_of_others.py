"""Weights that Argo Rollouts or Flagger write into the VirtualService: users stay on their variant, and a rollback beats the weights."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.harness.load import variants_in_turn
from tests.harness.upstream import Upstream
from tests.mesh.harness import shipped
from tests.mesh.harness.figures import Figures
from tests.mesh.harness.kubernetes import Applied
from tests.mesh.harness.mesh import Mesh, Proxy
from tests.mesh.harness.models import NAMESPACE, model, service, tell_names, told_apart
from tests.mesh.harness.rollback import LIMIT_SECONDS, roll_back
from tests.mesh.harness.stage import FRAUD, Crowd

Json = Any

STEPS = (0, 10, 50, 100, 0)
CAP = 5
"""What rollback/cap-host.yaml leaves."""
PRIMARY, CANARY = "fraud-primary", "fraud-canary"
"""The services that Flagger makes of `fraud`."""


@dataclass(frozen=True)
class Weights:
    """A VirtualService whose weights somebody else writes."""

    mesh: Mesh
    crowd: Crowd
    write: Callable[[int], Applied]
    """Sets green's weight as they do."""


def argo_rollouts(mesh: Mesh) -> Callable[[int], Applied]:
    """Writes the weights of the named route."""
    routes = told_apart(shipped.overlay("argo-rollouts/routes", mesh.directory()))
    [virtual_service] = [resource for resource in routes if resource["kind"] == "VirtualService"]
    mesh.kubernetes.apply(*routes, *shipped.overlay("argo-rollouts", mesh.directory()))

    def write(green_weight: int) -> Applied:
        blue, green = virtual_service["spec"]["http"][-1]["route"]
        blue["weight"], green["weight"] = 100 - green_weight, green_weight
        return mesh.kubernetes.apply(virtual_service)

    return write


def flagger(mesh: Mesh) -> Callable[[int], Applied]:
    """Writes a VirtualService as a whole, without hosts: one route without a name, the primary first, the canary last."""
    services = [service(name, {"app": "fraud", "variant": variant}) for name, variant in ((PRIMARY, "blue"), (CANARY, "green"))]
    written = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": "fraud", "namespace": NAMESPACE},
        "spec": {},
    }

    def write(green_weight: int) -> Applied:
        weights = ((PRIMARY, 100 - green_weight), (CANARY, green_weight))
        route = [{"destination": {"host": f"{name}.{NAMESPACE}.svc.cluster.local"}, "weight": weight} for name, weight in weights]
        written["spec"]["http"] = [{"route": route}]
        return mesh.kubernetes.apply(written)

    write(0)
    mesh.kubernetes.apply(*services, *shipped.overlay("flagger", mesh.directory()))
    return write


@pytest.fixture(scope="module", params=[argo_rollouts, flagger], ids=lambda writer: writer.__name__)
def weights(request: pytest.FixtureRequest, mesh: Mesh, blue: Upstream, green: Upstream) -> Iterator[Weights]:
    """Users at a gateway, all on blue."""
    tell_names(blue, green)
    mesh.control_plane.clear()
    mesh.kubernetes.apply(*model("fraud", blue, green))
    write = request.param(mesh)
    with Crowd(FRAUD, mesh.gateway()) as crowd:
        crowd.wait_for_weight(0)
        yield Weights(mesh, crowd, write)


def test_users_stay_on_their_variant_while_others_move_the_weights(weights: Weights, figures: Figures) -> None:
    crowd, weight = weights.crowd, 0
    for next_weight in STEPS:
        start = len(crowd.served)
        applied = weights.write(next_weight)
        crowd.wait_for_weight(next_weight)
        crowd.wait_for(2 * len(crowd.users))
        before, after = FRAUD.variants_of(crowd.users, weight), FRAUD.variants_of(crowd.users, next_weight)
        served = crowd.served[start:]
        assert [one for one in served if one.status != 200] == []
        for user, variants in variants_in_turn(served).items():
            assert variants in ([before[user], after[user]], [after[user]])
            assert before[user] != after[user] or variants == [after[user]]
        if weight != next_weight:
            last_old = max(one.received for one in served if one.variant != after[one.user])
            figures.seconds(f"{weight} to {next_weight}: from the end of kubectl apply to the last answer as before", last_old - applied.done)
        weight = next_weight


def test_all_routes_wait_and_retry_alike(weights: Weights) -> None:
    """Those that an EnvoyFilter brings too, beside istiod's."""
    [host] = [host for host in virtual_hosts(weights.crowd.proxy) if FRAUD.host in host["domains"]]
    patience = [{key: route["route"].get(key) for key in ("timeout", "max_stream_duration", "retry_policy")} for route in host["routes"]]
    assert len(patience) > 1
    assert patience == [patience[-1]] * len(patience)


def virtual_hosts(proxy: Proxy) -> list[Json]:
    """Of all routes that the proxy has from istiod."""
    configs = json.loads(proxy.admin("/config_dump?resource=dynamic_route_configs"))["configs"]
    return [host for config in configs for host in config["route_config"]["virtual_hosts"]]


@pytest.mark.parametrize(
    ("file", "left", "weight"), [("all.yaml", 0, 10), ("all.yaml", 0, 50), ("all.yaml", 0, 100), ("one.yaml", 0, 50), ("one-host.yaml", 0, 50), ("cap-host.yaml", CAP, 50)]
)
def test_a_rollback_beats_the_weights_of_others(weights: Weights, file: str, left: float, weight: int, figures: Figures) -> None:
    start = len(weights.crowd.served)
    weights.write(weight)
    weights.crowd.wait_for_weight(weight)
    rollback = roll_back(weights.mesh.kubernetes, shipped.file(f"rollback/{file}"), {weights.crowd: left}, weight)
    rollback.show(figures)
    assert rollback.seconds <= LIMIT_SECONDS
    assert [one for one in weights.crowd.served[start:] if one.status != 200] == []
