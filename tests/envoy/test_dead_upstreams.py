"""What users get when model servers are down, by the files that people copy."""

from collections.abc import Iterator

import pytest

from tests.harness.client import Client
from tests.harness.envoy import Envoy
from tests.harness.fleet import Fleet
from tests.harness.load import Load
from tests.harness.polling import wait_until
from tests.harness.prediction import predict, target, users_on, variant
from tests.harness.standalone import Standalone
from tests.harness.upstream import Upstream

WEIGHT = 10
GREEN_USER = users_on("green", WEIGHT, 1)[0]
BLUE_USER = users_on("blue", WEIGHT, 1)[0]
HEALTHY_GREENS = "cluster.fraud-green.membership_healthy"


@pytest.fixture
def blue() -> Iterator[Upstream]:
    with Upstream("blue") as upstream:
        yield upstream


@pytest.fixture
def green() -> Iterator[Upstream]:
    with Upstream("green") as upstream:
        yield upstream


@pytest.fixture
def standalone(fleet: Fleet, blue: Upstream, green: Upstream) -> Standalone:
    return Standalone(fleet.directory(), blue.port, green.port)


@pytest.fixture
def proxy(fleet: Fleet, standalone: Standalone) -> Envoy:
    return fleet.start(standalone.envoy())


@pytest.fixture
def client(proxy: Envoy) -> Iterator[Client]:
    with Client(proxy.port("ingress")) as client:
        yield client


def served_by(client: Client, user: str) -> str:
    """The upstream that answered; the request must not fail."""
    answer = predict(client, user)
    assert answer.status == 200
    return str(answer.json()["upstream"])


def test_blue_serves_at_once_when_green_is_gone(client: Client, green: Upstream) -> None:
    assert served_by(client, GREEN_USER) == "green"
    green.stop()
    assert {served_by(client, GREEN_USER) for _ in range(50)} == {"blue"}


def test_blue_serves_what_green_refuses(client: Client, green: Upstream) -> None:
    green.status = 503
    assert served_by(client, GREEN_USER) == "blue"
    assert green.served == 1


def test_blue_serves_as_long_as_green_fails_its_health_checks(proxy: Envoy, client: Client, green: Upstream) -> None:
    green.healthy = False
    wait_until(lambda: proxy.stat(HEALTHY_GREENS) == 0, 15, "green to be unhealthy")
    served = green.served
    assert {served_by(client, GREEN_USER) for _ in range(10)} == {"blue"}
    assert green.served == served

    green.healthy = True
    wait_until(lambda: served_by(client, GREEN_USER) == "green", 15, "green to serve again")


def test_blue_serves_if_green_is_not_there_at_the_start(fleet: Fleet, standalone: Standalone, green: Upstream) -> None:
    green.stop()
    proxy = fleet.start(standalone.envoy())
    with Client(proxy.port("ingress")) as client:
        assert served_by(client, GREEN_USER) == "blue"
        green.start()
        wait_until(lambda: served_by(client, GREEN_USER) == "green", 15, "green to serve")


def test_green_never_serves_for_a_dead_blue(client: Client, blue: Upstream, green: Upstream) -> None:
    blue.stop()
    assert predict(client, BLUE_USER).status == 503
    assert green.served == 0


def test_all_dead_is_an_honest_503(client: Client, blue: Upstream, green: Upstream) -> None:
    blue.stop()
    green.stop()
    for user, expected in ((GREEN_USER, "green"), (BLUE_USER, "blue")):
        answer = predict(client, user)
        assert (answer.status, variant(answer)) == (503, expected)


def test_no_request_is_lost_when_green_goes_away_under_load(proxy: Envoy, green: Upstream) -> None:
    with Load(target(proxy.port("ingress")), users_on("green", WEIGHT, 64), connections=32) as load:
        load.wait_for(500)
        green.delay_seconds = 0.05
        load.wait_for(100)
        green.stop()
        load.wait_for(1000)
    assert {served.status for served in load.served} == {200}
