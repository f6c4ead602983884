"""The filter comes to gateways by a TrafficExtension or a WasmPlugin, and decides as the decision vectors say."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.harness.artefact import filter_wasm
from tests.harness.client import Answer
from tests.harness.decision_answers import differences
from tests.harness.decision_vectors import Case, Group, sendable_groups
from tests.harness.polling import wait_until
from tests.harness.upstream import Upstream
from tests.mesh.harness.behind_balancer import BEHIND_BALANCER, ClientOfBalancer
from tests.mesh.harness.control_plane import ControlPlane
from tests.mesh.harness.decision_resources import SELECTOR_LABEL, SERVICE, Listening, resources, survives_a_struct
from tests.mesh.harness.figures import Figures
from tests.mesh.harness.mesh import Mesh
from tests.mesh.harness.models import NAMESPACE, model

Json = Any

ALL = sendable_groups()
STRANGER = "192.0.2.1"
"""Where requests come from of which nothing is said."""
GROUPS_OF_A_GATEWAY = 60
"""At most. An Envoy does not answer while it takes in the configurations that came at once."""
GROUPS = [group for group in ALL if survives_a_struct(group.configuration)]


def listening(groups: list[Group], new_port: Callable[[], int]) -> list[Listening]:
    """Each group at a port of its own. Groups with the same metadata of the node share gateways."""
    gateways: dict[tuple[str, int], str] = defaultdict(lambda: f"gateway-{len(gateways)}")
    return [
        Listening(
            group,
            port=new_port(),
            gateway=gateways[json.dumps(group.metadata("node"), sort_keys=True), number // GROUPS_OF_A_GATEWAY],
        )
        for number, group in enumerate(groups)
    ]


@pytest.fixture(params=["TrafficExtension", "WasmPlugin"])
def vectors(
    request: pytest.FixtureRequest, control_plane: ControlPlane, new_directory: Callable[[], Path], blue: Upstream
) -> Iterator[list[Listening]]:
    """All groups, served by gateways that the resource of this kind gave the filter."""
    found = listening(GROUPS, control_plane.ports.new)
    wasm = filter_wasm().as_uri()
    with Mesh(control_plane, new_directory) as mesh:
        filters = [one.traffic_extension(wasm) if request.param == "TrafficExtension" else one.wasm_plugin(wasm) for one in found]
        others = resources(found)
        # `kubectl apply` would take the nulls out.
        mesh.kubernetes.create(*model(SERVICE, blue), *filters, *others)
        expected = len(filters) + len(others) + 1
        wait_until(lambda: len(mesh.istiod.debug("configz")) >= expected, 60, f"istiod to know {expected} resources")
        for gateway in {one.gateway: one for one in found}.values():
            mesh.gateway({SELECTOR_LABEL: gateway.gateway}, NAMESPACE, **BEHIND_BALANCER, **(gateway.group.metadata("node") or {}))
        yield found


def test_the_decision_vectors_hold_through_a_gateway(vectors: list[Listening], figures: Figures) -> None:
    wrong = []
    for one in vectors:
        wait_until(lambda one=one: is_served(one), 20, f"{one.name} to be served")
        for case in one.group.cases:
            if gets_through(case):
                wrong += [f"{one.group.name} {case.rule}: {difference}" for difference in differences(ask(one, case), case, one.group)]
    assert wrong == [], "\n".join(wrong)
    figures.count("cases", sum(len(one.group.cases) for one in vectors))
    figures.count("groups whose numbers no resource can hold", len(ALL) - len(GROUPS))


def gets_through(case: Case) -> bool:
    """Whether a gateway of Istio passes it on: it normalizes paths, and answers one that escapes a zero byte itself."""
    return case.host is not None and "%00" not in case.path


def ask(one: Listening, case: Case) -> Answer:
    with ClientOfBalancer(one.port, case.client_address() or STRANGER) as client:
        return client.request(case.path, case.headers(), case.host or "", case.method)


def is_served(one: Listening) -> bool:
    try:
        with ClientOfBalancer(one.port, STRANGER) as client:
            return client.request("/").status == 200
    except ConnectionError:
        return False
