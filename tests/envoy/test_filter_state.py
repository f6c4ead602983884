"""Routing by filter state: no header carries the decision, so no client can write it."""

from collections.abc import Iterator

import pytest

from tests.harness.bootstrap import bootstrap, cluster, listener
from tests.harness.buckets import variant_of
from tests.harness.client import Client, Header
from tests.harness.fleet import Fleet
from tests.harness.http_filters import bluegreen_filter
from tests.harness.routes import rollback_flag, route_by_state, route_to
from tests.harness.upstream import Upstream, served_by
from tests.harness.watched_routes import WatchedRoutes

STATE = "variant"
WEIGHT = 50
USERS = [f"user-{number}" for number in range(60)]
CONFIGURATION = {
    "deployments": [{"name": "fraud", "match": {"path": "/fraud"}, "green_weight": WEIGHT, "sticky": {"keys": [{"header": "x-user-id"}]}}],
    "tags": {"variant_header": None, "cluster_header": None, "mirror_header": None, "filter_state": STATE},
}
FORGERIES: list[Header] = [
    (f"wasm.{STATE}", "green"),
    (STATE, "green"),
    ("x-bluegreen-variant", "green"),
    ("x-bluegreen-cluster", "green"),
    ("x-envoy-filter-state", f"wasm.{STATE}=green"),
]


@pytest.fixture(scope="module")
def routes(fleet: Fleet) -> WatchedRoutes:
    table = [route_by_state(STATE, "green", "green"), route_by_state(STATE, "blue", "blue"), route_to("untagged")]
    return WatchedRoutes(fleet.directory() / "routes.json", table)


@pytest.fixture(scope="module")
def client(fleet: Fleet, routes: WatchedRoutes, blue: Upstream, green: Upstream) -> Iterator[Client]:
    with Upstream("untagged") as untagged:
        clusters = [cluster(upstream.name, upstream.port) for upstream in (blue, green, untagged)]
        proxy = fleet.run(bootstrap([listener("ingress", bluegreen_filter(CONFIGURATION), routes.table())], clusters))
        with Client(proxy.port("ingress")) as client:
            yield client


def test_each_variant_is_routed_without_a_header(client: Client) -> None:
    for user in USERS:
        answer = client.request("/fraud", [("x-user-id", user)])
        assert served_by(answer) == variant_of("fraud", user, WEIGHT)
        assert [name for name, _ in answer.json()["headers"] if "bluegreen" in name] == []


def test_where_no_deployment_matches_there_is_no_state(client: Client) -> None:
    assert served_by(client.request("/elsewhere", [("x-user-id", USERS[0])])) == "untagged"


def test_a_client_cannot_write_the_state(client: Client) -> None:
    for user in USERS:
        assert served_by(client.request("/fraud", [("x-user-id", user), *FORGERIES])) == variant_of("fraud", user, WEIGHT)
    assert served_by(client.request("/elsewhere", FORGERIES)) == "untagged"


def test_a_rollback_reaches_those_routes_too(client: Client, routes: WatchedRoutes) -> None:
    routes.push(client, rollback_flag(True))
    assert {served_by(client.request("/fraud", [("x-user-id", user)])) for user in USERS} == {"blue"}
    routes.push(client)
    assert [served_by(client.request("/fraud", [("x-user-id", user)])) for user in USERS] == [variant_of("fraud", user, WEIGHT) for user in USERS]
