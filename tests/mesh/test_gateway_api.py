"""Gateway API's resources through istiod: the same split, and the same rollback."""

from collections.abc import Iterator

import pytest

from tests.harness.upstream import Upstream
from tests.mesh.harness import shipped
from tests.mesh.harness.figures import Figures
from tests.mesh.harness.mesh import GATEWAY_NAMESPACE, Mesh
from tests.mesh.harness.models import service
from tests.mesh.harness.rollback import LIMIT_SECONDS, roll_back
from tests.mesh.harness.stage import FRAUD, Crowd, Stage

WEIGHT = 50
CAP = 5
"""What rollback/cap-host.yaml leaves."""
GATEWAY_LABELS = {"gateway.networking.k8s.io/gateway-name": "models"}
"""What istiod gives to the pods that it makes for the Gateway."""


@pytest.fixture(scope="module")
def crowd(mesh: Mesh, blue: Upstream, green: Upstream) -> Iterator[Crowd]:
    """Users on their variants. No request of theirs fails."""
    mesh.kubernetes.apply(service("models-istio", GATEWAY_LABELS, GATEWAY_NAMESPACE))
    Stage(mesh, blue, green, ["http-routes", "gateway-api"], WEIGHT)
    with Crowd(FRAUD, mesh.gateway(GATEWAY_LABELS)) as crowd:
        crowd.wait_for_weight(WEIGHT)
        yield crowd


@pytest.mark.parametrize(("file", "left"), [("one-host.yaml", 0), ("cap-host.yaml", CAP)])
def test_users_are_split_by_http_routes_and_back_within_a_second(mesh: Mesh, crowd: Crowd, file: str, left: float, figures: Figures) -> None:
    rollback = roll_back(mesh.kubernetes, shipped.file(f"rollback/{file}"), {crowd: left}, WEIGHT)
    rollback.show(figures)
    assert rollback.seconds <= LIMIT_SECONDS
