"""The last that came go back to blue, while users are being served."""

from collections.abc import Callable

import pytest

from tests.harness.bootstrap import bootstrap, cluster, listener
from tests.harness.buckets import variant_of
from tests.harness.client import Client
from tests.harness.envoy import Envoy
from tests.harness.fleet import Fleet
from tests.harness.http_filters import bluegreen_filter
from tests.harness.load import Load, Served, Target, last_variants, variants_in_turn
from tests.harness.routes import cap, rollback_flag, route_by_tag, route_to
from tests.harness.upstream import Upstream
from tests.harness.watched_routes import WatchedRoutes

WEIGHT, CAP = 50, 20
CONNECTIONS = 8
USERS = [f"user-{number}" for number in range(50 * CONNECTIONS)]
"""A multiple of the connections: so each user keeps to one connection, and the answers come in order."""
CONFIGURATION = {
    "deployments": [
        {
            "name": "fraud",
            "clusters": {"blue": "blue", "green": "green"},
            "green_weight": WEIGHT,
            "sticky": {"keys": [{"header": "x-user-id"}]},
        }
    ],
    "tags": {"response_header": "x-variant"},
}


@pytest.fixture(scope="module")
def routes(fleet: Fleet) -> WatchedRoutes:
    return WatchedRoutes(fleet.directory() / "routes.json", [route_by_tag(), route_to("blue")])


@pytest.fixture(scope="module")
def proxy(fleet: Fleet, routes: WatchedRoutes, blue: Upstream, green: Upstream) -> Envoy:
    ingress = listener("ingress", bluegreen_filter(CONFIGURATION), routes.table())
    return fleet.run(bootstrap([ingress], [cluster("blue", blue.port), cluster("green", green.port)]))


def served_by_weight(green_weight: float) -> Callable[[list[Served]], bool]:
    """Whether everybody was last served by the variant that the weight puts them on."""
    expected = {user: variant_of("fraud", user, green_weight) for user in USERS}
    return lambda served: last_variants(served) == expected


def test_a_partial_rollback_moves_exactly_those_that_came_last(
    proxy: Envoy, routes: WatchedRoutes, record_property: Callable[[str, object], None]
) -> None:
    target = Target(f"http://127.0.0.1:{proxy.port('ingress')}/", {"x-user-id": "{user}"}, "x-variant")
    with Client(proxy.port("ingress")) as watching, Load(target, USERS, CONNECTIONS) as load:
        load.wait_until(served_by_weight(WEIGHT), 10, "everybody to be on their variant")
        routes.push(watching, cap(CAP))
        load.wait_until(served_by_weight(CAP), 10, "the last that came to be on blue")
        routes.push(watching)
        load.wait_until(served_by_weight(WEIGHT), 10, "everybody to be back on their variant")

    turns = variants_in_turn(load.served)
    moved = [user for user in USERS if len(turns[user]) > 1]
    assert {served.status for served in load.served} == {200}
    assert moved == [user for user in USERS if (variant_of("fraud", user, CAP), variant_of("fraud", user, WEIGHT)) == ("blue", "green")]
    assert all(turns[user] == ["green", "blue", "green"] for user in moved)
    record_property("users rolled back", f"{len(moved)} of {len(USERS)}, in {len(load.served)} requests")


@pytest.mark.parametrize(
    ("green_weight", "in_force"),
    [(20, 20), ("20", 20), (0.5, 0.5), ("12.5", 12.5), (0, 0), (100, WEIGHT), ("", WEIGHT), ("a few", 0), (101, 0)],
)
def test_a_cap_is_a_number_or_its_text(proxy: Envoy, routes: WatchedRoutes, green_weight: float | str, in_force: float) -> None:
    with Client(proxy.port("ingress")) as client:
        routes.push(client, cap(green_weight))
        variants = {user: client.request("/", [("x-user-id", user)]).one("x-variant") for user in USERS[:100]}
    assert variants == {user: variant_of("fraud", user, in_force) for user in USERS[:100]}


def test_a_flag_beats_a_cap(proxy: Envoy, routes: WatchedRoutes) -> None:
    with Client(proxy.port("ingress")) as client:
        routes.push(client, {"bluegreen": cap(CAP)["bluegreen"] | rollback_flag(True)["bluegreen"]})
        assert {client.request("/", [("x-user-id", user)]).one("x-variant") for user in USERS[:100]} == {"blue"}
