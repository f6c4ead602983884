"""Two threads of Envoy, each with a filter of its own, decide alike."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.harness.artefact import warning
from tests.harness.client import Client
from tests.harness.envoy import Envoy
from tests.harness.fleet import Fleet
from tests.harness.load import Load
from tests.harness.polling import wait_until
from tests.harness.prediction import predict, target, users, users_on, variant, variant_of
from tests.harness.standalone import Standalone

WEIGHT = 10
CONNECTIONS = 32
GREEN_USER = users_on("green", WEIGHT, 1)[0]
WARNING = warning()


@pytest.fixture(scope="module")
def proxy(fleet: Fleet, standalone: Standalone) -> Envoy:
    return fleet.start(standalone.envoy(concurrency=2))


def test_a_user_is_on_the_same_variant_on_both_workers(proxy: Envoy) -> None:
    with Load(target(proxy.port("ingress")), users(7), CONNECTIONS) as load:
        load.wait_for(1000)
    workers = [value for name, value in proxy.stats("listener.").items() if ".worker_" in name and name.endswith(".downstream_cx_total")]
    assert len(workers) == 2
    assert all(workers)
    assert {served.status for served in load.served} == {200}
    assert all(served.variant == variant_of(served.user, WEIGHT) for served in load.served)


@pytest.fixture
def clients(proxy: Envoy) -> Iterator[list[Client]]:
    """So many connections that both workers have some."""
    with ExitStack() as stack:
        yield [stack.enter_context(Client(proxy.port("ingress"))) for _ in range(CONNECTIONS)]


def variants(clients: list[Client]) -> set[str | None]:
    """The variants that one user of green gets."""
    return {variant(predict(client, GREEN_USER)) for client in clients}


def test_a_rollback_reaches_both_workers(standalone: Standalone, clients: list[Client]) -> None:
    assert variants(clients) == {"green"}
    standalone.roll_back()
    wait_until(lambda: variants(clients) == {"blue"}, 5, "every connection to be rolled back")
    standalone.end_rollback()
    wait_until(lambda: variants(clients) == {"green"}, 5, "every connection to be back")


def test_both_workers_together_warn_once(standalone: Standalone, proxy: Envoy, clients: list[Client]) -> None:
    start = proxy.log_size()
    standalone.roll_back("{mistake: 1}")
    wait_until(lambda: variants(clients) == {"blue"}, 5, "every connection to be rolled back")
    assert proxy.wait_for_log(WARNING, since=start).count(WARNING) == 1
    standalone.end_rollback()
    wait_until(lambda: variants(clients) == {"green"}, 5, "every connection to be back")
