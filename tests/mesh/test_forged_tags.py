"""What a client sends under a tag's name never chooses its route at the edge, also while the filter is away."""

import pytest

from tests.harness.client import Client
from tests.harness.polling import wait_until
from tests.harness.upstream import Upstream, received, served_by
from tests.mesh.harness.mesh import GATEWAY_LABELS, GATEWAY_NAMESPACE, Mesh
from tests.mesh.harness.models import service
from tests.mesh.harness.stage import FRAUD, Stage

BY_GATEWAY_API = {"gateway.networking.k8s.io/gateway-name": "models"}
FORGED = [("X-Bluegreen-Variant", "green"), ("x-bluegreen-cluster", "anything"), ("x-bluegreen-bucket", "0"), ("x-bluegreen-mirror-cluster", "any")]


def test_an_application_cannot_choose_its_route(mesh: Mesh, blue: Upstream, green: Upstream) -> None:
    mesh.control_plane.clear()
    stage = Stage(mesh, blue, green, ["routes", "sidecar"], green_weight=0)
    with Client(mesh.sidecar().workload.port) as client:
        wait_until(lambda: client.request(FRAUD.path, host=FRAUD.service).one("x-served-by-variant") == "blue", 30, "the filter")
        mesh.kubernetes.delete(stage.extension)
        wait_until(lambda: client.request(FRAUD.path, host=FRAUD.service).one("x-served-by-variant") is None, 30, "the filter to go")
        answer = client.request(FRAUD.path, FORGED, FRAUD.service)
        assert served_by(answer) == "blue"
        assert [name for name, _ in FORGED if received(answer, name.lower())] == []


@pytest.mark.parametrize(
    ("overlays", "labels"), [(["routes", "gateway"], GATEWAY_LABELS), (["http-routes", "gateway-api"], BY_GATEWAY_API)], ids=["routes", "http-routes"]
)
def test_a_client_cannot_choose_its_route(mesh: Mesh, blue: Upstream, green: Upstream, overlays: list[str], labels: dict[str, str]) -> None:
    mesh.control_plane.clear()
    mesh.kubernetes.apply(service("models-istio", BY_GATEWAY_API, GATEWAY_NAMESPACE))
    stage = Stage(mesh, blue, green, overlays, green_weight=0)
    with Client(mesh.gateway(labels).workload.port) as client:
        wait_until(lambda: client.request(FRAUD.path, host=FRAUD.host).one("x-served-by-variant") == "blue", 30, "the filter")
        assert served_by(client.request(FRAUD.path, FORGED, FRAUD.host)) == "blue"

        mesh.kubernetes.delete(stage.extension)
        wait_until(lambda: client.request(FRAUD.path, host=FRAUD.host).one("x-served-by-variant") is None, 30, "the filter to go")
        answer = client.request(FRAUD.path, FORGED, FRAUD.host)
        assert served_by(answer) == "blue"
        assert [name for name, _ in FORGED if received(answer, name.lower())] == []
