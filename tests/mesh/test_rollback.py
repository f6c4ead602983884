"""Back to blue by `kubectl apply`, under load: by a flag on the virtual host, on routes, on the cluster."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.harness.upstream import Upstream
from tests.mesh.harness import shipped
from tests.mesh.harness.figures import Figures
from tests.mesh.harness.mesh import Mesh
from tests.mesh.harness.rollback import LIMIT_SECONDS, roll_back
from tests.mesh.harness.stage import CHURN, FRAUD, Crowd, Deployment, Stage

Json = Any

WEIGHT = 50
CAP = 5
"""What rollback/cap.yaml and rollback/cap-host.yaml leave."""


@pytest.fixture(scope="module")
def stage(mesh: Mesh, blue: Upstream, green: Upstream) -> Stage:
    stage = Stage(mesh, blue, green, ["routes", "gateway"], WEIGHT)
    stage.configuration["rollback"] = {"sources": ["virtual_host", "route", "cluster"]}
    stage.push()
    return stage


@pytest.fixture(scope="module")
def crowds(mesh: Mesh, stage: Stage) -> Iterator[list[Crowd]]:
    """The users of both deployments, on their variants."""
    gateway = mesh.gateway()
    with Crowd(FRAUD, gateway) as fraud, Crowd(CHURN, gateway) as churn:
        fraud.wait_for_weight(WEIGHT)
        churn.wait_for_weight(WEIGHT)
        yield [fraud, churn]


def flag(apply_to: str, match: Json, value: Json) -> list[Json]:
    """An EnvoyFilter that puts this rollback flag on what matches."""
    patch = {"operation": "MERGE", "value": {"metadata": {"filter_metadata": {"bluegreen": {"rollback": value}}}}}
    return [
        {
            "apiVersion": "networking.istio.io/v1alpha3",
            "kind": "EnvoyFilter",
            "metadata": {"name": "rollback-of-a-test", "namespace": "istio-system"},
            "spec": {"configPatches": [{"applyTo": apply_to, "match": {"context": "GATEWAY"} | match, "patch": patch}]},
        }
    ]


def on_blue_cluster(deployment: Deployment) -> list[Json]:
    return flag("CLUSTER", {"cluster": {"service": deployment.service, "subset": "blue"}}, True)


@pytest.mark.parametrize(
    ("resources", "left"),
    [
        pytest.param(lambda: shipped.file("rollback/all.yaml"), {FRAUD: 0, CHURN: 0}, id="all.yaml"),
        pytest.param(lambda: shipped.file("rollback/one.yaml"), {FRAUD: 0}, id="one.yaml"),
        pytest.param(lambda: shipped.file("rollback/one-host.yaml"), {FRAUD: 0}, id="one-host.yaml"),
        pytest.param(lambda: shipped.file("rollback/cap.yaml"), {FRAUD: CAP}, id="cap.yaml"),
        pytest.param(lambda: shipped.file("rollback/cap-host.yaml"), {FRAUD: CAP}, id="cap-host.yaml"),
        pytest.param(lambda: flag("VIRTUAL_HOST", {}, CHURN.name), {CHURN: 0}, id="name-on-virtual-hosts"),
        pytest.param(lambda: flag("HTTP_ROUTE", {}, [CHURN.name, FRAUD.name]), {FRAUD: 0, CHURN: 0}, id="list-on-routes"),
        pytest.param(lambda: on_blue_cluster(FRAUD), {FRAUD: 0}, id="blue-cluster"),
    ],
)
def test_whom_a_flag_names_is_back_within_a_second_and_nobody_else(
    mesh: Mesh, crowds: list[Crowd], resources: Callable[[], list[Json]], left: dict[Deployment, float], figures: Figures
) -> None:
    rollback = roll_back(mesh.kubernetes, resources(), {crowd: left.get(crowd.deployment, WEIGHT) for crowd in crowds}, WEIGHT)
    rollback.show(figures)
    assert rollback.seconds <= LIMIT_SECONDS
