"""Control planes end and come back. Proxies serve on with what they have, and get what they have missed."""

import time
from collections.abc import Iterator

import pytest

from tests.harness.client import Client
from tests.harness.polling import wait_until
from tests.harness.upstream import Upstream
from tests.mesh.harness import shipped
from tests.mesh.harness.control_plane import ControlPlane
from tests.mesh.harness.figures import Figures
from tests.mesh.harness.kubernetes import KubectlFailed
from tests.mesh.harness.mesh import Mesh, Proxy
from tests.mesh.harness.programs import istio
from tests.mesh.harness.stage import FRAUD, Crowd, Stage

WEIGHT = 50
RETURN_SECONDS = 60.0
"""Within which what was missed must arrive. Envoy and istiod wait longer and longer between attempts to connect."""


@pytest.fixture(scope="module")
def control_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """One of its own, for it is killed."""
    with ControlPlane(istio(), tmp_path_factory.mktemp("control-plane")) as control_plane:
        yield control_plane


@pytest.fixture(scope="module")
def stage(mesh: Mesh, blue: Upstream, green: Upstream) -> Stage:
    return Stage(mesh, blue, green, ["routes", "gateway"], WEIGHT)


@pytest.fixture(scope="module")
def gateway(mesh: Mesh, stage: Stage) -> Proxy:
    return mesh.gateway()


@pytest.fixture
def crowd(gateway: Proxy) -> Iterator[Crowd]:
    """Users on their variants. No request of theirs fails."""
    with Crowd(FRAUD, gateway) as crowd:
        crowd.wait_for_weight(WEIGHT)
        yield crowd
    assert crowd.failed() == []


def on_their_variants(crowd: Crowd, rounds: int = 5) -> None:
    """Waits for so many rounds of all users, in which nobody may leave their variant."""
    start = len(crowd.served)
    crowd.wait_for(rounds * len(crowd.users))
    assert {(one.user, one.variant) for one in crowd.served[start:]} == set(FRAUD.variants_of(crowd.users, WEIGHT).items())


def last_green(crowd: Crowd) -> float:
    return max(one.received for one in crowd.served if one.variant == "green")


def test_proxies_serve_on_without_istiod_and_get_the_rollback_that_was_applied_meanwhile(
    mesh: Mesh, gateway: Proxy, crowd: Crowd, figures: Figures
) -> None:
    mesh.istiod.crash()
    wait_until(lambda: gateway.stat("control_plane.connected_state") == 0, 10, "the proxy to notice")
    on_their_variants(crowd)
    rollback = shipped.file("rollback/all.yaml")
    mesh.kubernetes.apply(*rollback)
    on_their_variants(crowd)

    began = time.monotonic()
    mesh.istiod.start()
    ready = time.monotonic()
    crowd.wait_for_weight(0, RETURN_SECONDS)
    figures.seconds("istiod: from its start to ready", ready - began)
    figures.seconds("from istiod being ready to the last green answer", last_green(crowd) - ready)
    mesh.kubernetes.delete(*rollback)
    crowd.wait_for_weight(WEIGHT, RETURN_SECONDS)


def test_proxies_serve_on_without_kube_apiserver_and_get_a_rollback_when_it_is_back(
    mesh: Mesh, crowd: Crowd, figures: Figures
) -> None:
    rollback = shipped.file("rollback/all.yaml")
    mesh.kubernetes.stop_api()
    with pytest.raises(KubectlFailed, match="refused"):
        mesh.kubernetes.apply(*rollback)
    on_their_variants(crowd)
    assert mesh.istiod.is_running()

    mesh.kubernetes.start_api()
    applied = mesh.kubernetes.apply(*rollback)
    crowd.wait_for_weight(0, RETURN_SECONDS)
    figures.seconds("kube-apiserver back: from the end of kubectl apply to the last green answer", last_green(crowd) - applied.done)
    mesh.kubernetes.delete(*rollback)
    crowd.wait_for_weight(WEIGHT, RETURN_SECONDS)


def test_an_invalid_push_and_a_new_istiod_leave_the_last_good_filter(mesh: Mesh, stage: Stage, gateway: Proxy, crowd: Crowd) -> None:
    log = gateway.log_size()
    stage.set_green_weight(120)
    stage.push()
    gateway.wait_for_log("120 is not between 0 and 100", since=log)
    mesh.istiod.crash()
    wait_until(lambda: gateway.stat("control_plane.connected_state") == 0, 10, "the proxy to notice")
    answers = gateway.stat("cluster_manager.cds.update_success")
    mesh.istiod.start()
    gateway.wait_for_stat("cluster_manager.cds.update_success", answers + 1, RETURN_SECONDS)
    on_their_variants(crowd)

    stage.set_green_weight(20)
    stage.push()
    crowd.wait_for_weight(20)
    stage.set_green_weight(WEIGHT)
    stage.push()
    crowd.wait_for_weight(WEIGHT)


def test_an_envoy_that_starts_without_istiod_does_not_listen_and_says_that_it_waits(
    mesh: Mesh, stage: Stage, gateway: Proxy, figures: Figures
) -> None:
    mesh.istiod.crash()
    gateway.restart()
    gateway.wait_for_stat("cluster.xds-grpc.upstream_cx_connect_fail", 1)
    assert (gateway.state(), gateway.stat("control_plane.connected_state")) == ("PRE_INITIALIZING", 0)
    with pytest.raises(RuntimeError, match="503 PRE_INITIALIZING"):
        gateway.admin("/ready")
    with Client(gateway.workload.port) as client, pytest.raises(ConnectionRefusedError):
        client.request(FRAUD.path, host=FRAUD.host)

    mesh.istiod.start()
    ready = time.monotonic()
    with Crowd(FRAUD, gateway) as crowd:
        crowd.wait_for_weight(WEIGHT, RETURN_SECONDS)
    served = [one for one in crowd.served if one.status is not None]
    figures.seconds("from istiod being ready to the first answer", served[0].received - ready)
    assert {one.status for one in served} == {200}
    assert {(one.user, one.variant) for one in served} == set(FRAUD.variants_of(crowd.users, WEIGHT).items())
