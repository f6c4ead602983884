"""Twenty proxies, half of them gateways and half sidecars: a rollback reaches all of them, and whom it has not reached can be seen."""

import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.harness.polling import wait_until
from tests.harness.upstream import Upstream
from tests.mesh.harness import shipped
from tests.mesh.harness.figures import Figures
from tests.mesh.harness.mesh import Mesh, Proxy
from tests.mesh.harness.rollback import LIMIT_SECONDS, roll_back
from tests.mesh.harness.stage import FRAUD, Crowd, Stage

WEIGHT = 50
OF_EACH_KIND = 10
USERS = [f"user-{number}" for number in range(12)]
LIGHT_LOAD_PAUSE = 0.03
ROUTES, FLAG = "/config_dump?resource=dynamic_route_configs", '"rollback": true'
"""The page of a proxy on which its routes are, and how a rollback shows there."""


@pytest.fixture(scope="module")
def proxies(mesh: Mesh, blue: Upstream, green: Upstream) -> list[Proxy]:
    Stage(mesh, blue, green, ["routes", "gateway"], WEIGHT)
    Stage(mesh, blue, green, ["routes", "sidecar"], WEIGHT)
    return [*(mesh.gateway() for _ in range(OF_EACH_KIND)), *(mesh.sidecar() for _ in range(OF_EACH_KIND))]


@pytest.fixture
def crowds(proxies: list[Proxy]) -> Iterator[list[Crowd]]:
    """Users at each proxy, on their variants. No request of theirs fails."""
    with ExitStack() as stack:
        crowds = [stack.enter_context(Crowd(FRAUD, proxy, USERS, 1, LIGHT_LOAD_PAUSE)) for proxy in proxies]
        for crowd in crowds:
            crowd.wait_for_weight(WEIGHT, 60)
        yield crowds
    assert [one for crowd in crowds for one in crowd.failed()] == []


def test_a_rollback_reaches_every_proxy(mesh: Mesh, crowds: list[Crowd], figures: Figures) -> None:
    rollback = roll_back(mesh.kubernetes, shipped.file("rollback/all.yaml"), dict.fromkeys(crowds, 0.0), WEIGHT)
    rollback.show(figures)
    seconds = sorted(last - rollback.applied.done for last in rollback.last_green)
    for name, value in (("first", seconds[0]), ("median", statistics.median(seconds)), ("last", seconds[-1])):
        figures.seconds(f"the {name} of {len(crowds)} proxies", value)
    assert rollback.seconds <= LIMIT_SECONDS


def test_a_proxy_that_a_rollback_has_not_reached_serves_on_and_can_be_seen(mesh: Mesh, crowds: list[Crowd], figures: Figures) -> None:
    line = mesh.line()
    cut_off = mesh.gateway(istiod_port=line.port("line"))
    rollback = shipped.file("rollback/all.yaml")
    with Crowd(FRAUD, cut_off, USERS, 1, LIGHT_LOAD_PAUSE) as at_the_end:
        at_the_end.wait_for_weight(WEIGHT)
        assert stale(mesh) == []
        line.fall_silent()
        mesh.kubernetes.apply(*rollback)
        for crowd in crowds:
            crowd.wait_for_weight(0)
        wait_until(lambda: stale(mesh) == [cut_off.workload.name], 10, "istiod to see who has not answered, and nobody else")
        start = len(at_the_end.served)
        at_the_end.wait_for(2 * len(USERS))
        assert {(one.user, one.variant) for one in at_the_end.served[start:]} == set(FRAUD.variants_of(USERS, WEIGHT).items())
        assert FLAG not in cut_off.admin(ROUTES)

        resumed = time.monotonic()
        line.resume()
        at_the_end.wait_for_weight(0)
        last_green = max(one.received for one in at_the_end.served if one.variant == "green")
        figures.seconds("from the line's return to the last green answer of the proxy that was cut off", last_green - resumed)
        assert FLAG in cut_off.admin(ROUTES)
        assert stale(mesh) == []
        mesh.kubernetes.delete(*rollback)
        at_the_end.wait_for_weight(WEIGHT)
    assert at_the_end.failed() == []


def stale(mesh: Mesh) -> list[str]:
    """The proxies that have not acknowledged the routes they were sent; `istioctl proxy-status` calls them STALE."""
    return [one["proxy"].partition(".")[0] for one in mesh.istiod.debug("syncz") if one.get("route_sent") != one.get("route_acked")]
