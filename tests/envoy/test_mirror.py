"""Green gets a copy of the requests of those who are next in line, and nobody notices."""

from collections.abc import Callable, Iterator

import pytest

from tests.harness.bootstrap import bootstrap, cluster, listener
from tests.harness.buckets import users_between, variant_of
from tests.harness.client import Client, Header
from tests.harness.envoy import Envoy
from tests.harness.fleet import Fleet
from tests.harness.http_filters import bluegreen_filter
from tests.harness.polling import wait_until
from tests.harness.routes import Json, cap, mirror_by_tag, rollback_flag, route_by_tag, route_to
from tests.harness.upstream import Upstream, received, served_by
from tests.harness.watched_routes import WatchedRoutes

WEIGHT, PERCENT = 10, 5
MIRROR = "x-bluegreen-mirror-cluster"
USERS = [f"user-{number}" for number in range(200)]
*NEXT_IN_LINE, PINNED = sorted(users_between("fraud", WEIGHT, WEIGHT + PERCENT, 5))
OTHERS = users_between("fraud", WEIGHT + PERCENT, 100, 5)
FORGERIES: list[list[Header]] = [
    [(MIRROR, "green")],
    [(MIRROR, "green"), (MIRROR, "green")],
    [("X-BlueGreen-Mirror-Cluster", "green")],
    [(MIRROR, "blue")],
    [(MIRROR, ""), (MIRROR, "green")],
    [(MIRROR, b"\xff")],
]

Mirrored = Callable[[], list[str]]


def configuration() -> Json:
    def deployment(name: str, green: str = "green", **more: Json) -> Json:
        clusters, sticky = {"blue": "blue", "green": green}, {"keys": [{"header": "x-user-id"}], "salt": "fraud"}
        return {"name": name, "match": {"path": f"/{name}"}, "clusters": clusters, "green_weight": WEIGHT, "sticky": sticky, **more}

    mirror = {"percent": PERCENT}
    return {
        "deployments": [
            deployment("fraud", mirror=mirror, override={"allow": "anyone"}, pins={"blue": [PINNED]}),
            deployment("churn"),
            deployment("gone", mirror=mirror, rollback=True),
            deployment("dead", "dead", mirror=mirror),
        ]
    }


@pytest.fixture(scope="module")
def routes(fleet: Fleet) -> WatchedRoutes:
    return WatchedRoutes(fleet.directory() / "routes.json", [route_by_tag(**mirror_by_tag()), route_to("blue", **mirror_by_tag())])


@pytest.fixture(scope="module")
def proxy(fleet: Fleet, routes: WatchedRoutes, blue: Upstream, green: Upstream) -> Envoy:
    with Upstream("dead") as dead:
        clusters = [cluster(upstream.name, upstream.port) for upstream in (blue, green, dead)]
    ingress = listener("ingress", bluegreen_filter(configuration()), routes.table())
    return fleet.run(bootstrap([ingress], clusters))


@pytest.fixture
def client(proxy: Envoy, routes: WatchedRoutes, blue: Upstream, green: Upstream) -> Iterator[Client]:
    with Client(proxy.port("ingress")) as client:
        routes.push(client)
        wait_for_copies(proxy, blue, green)
        blue.received.clear()
        green.received.clear()
        yield client


@pytest.fixture
def mirrored(proxy: Envoy, blue: Upstream, green: Upstream) -> Callable[[], list[str]]:
    """The users of the copies that were received in this test, after all that are under way have arrived."""

    def users() -> list[str]:
        wait_for_copies(proxy, blue, green)
        headers = [dict(request["headers"]) for request in (*green.received, *blue.received)]
        return sorted(sent["x-user-id"] for sent in headers if sent["host"].endswith("-shadow"))

    return users


def wait_for_copies(proxy: Envoy, *upstreams: Upstream) -> None:
    def settled(upstream: Upstream) -> bool:
        stat = proxy.stats(f"cluster.{upstream.name}.upstream_rq_")
        start = f"cluster.{upstream.name}.upstream_rq_"
        return stat[start + "active"] + stat[start + "pending_active"] == 0 and stat[start + "total"] == upstream.served

    wait_until(lambda: all(settled(upstream) for upstream in upstreams), 10, "all copies to arrive")


def ask(client: Client, user: str, headers: list[Header] | None = None, path: str = "/fraud") -> str:
    """The upstream that answers; the request must not fail."""
    answer = client.request(path, [("x-user-id", user), *(headers or [])])
    assert answer.status == 200
    return served_by(answer)


def in_line(low: float, high: float) -> list[str]:
    """The users whose buckets lie between two percentages, but for the one who is pinned."""
    below = {user for user in USERS if variant_of("fraud", user, low) == "green"}
    return sorted(user for user in USERS if variant_of("fraud", user, high) == "green" and user not in below | {PINNED})


def test_exactly_the_next_in_line_are_mirrored(client: Client, mirrored: Mirrored) -> None:
    assert {user: ask(client, user) for user in USERS} == {user: variant_of("fraud", user, WEIGHT) for user in USERS}
    assert mirrored() == in_line(WEIGHT, WEIGHT + PERCENT) != []


def test_what_is_not_by_bucket_is_not_mirrored(client: Client, mirrored: Mirrored) -> None:
    user = NEXT_IN_LINE[0]
    assert ask(client, PINNED) == "blue"
    assert ask(client, user, [("x-bluegreen-override", "blue")]) == "blue"
    assert ask(client, user, path="/gone") == "blue"
    assert mirrored() == []


def test_the_line_begins_at_the_cap(client: Client, mirrored: Mirrored, routes: WatchedRoutes) -> None:
    routes.push(client, cap(4))
    assert {user: ask(client, user) for user in USERS} == {user: variant_of("fraud", user, 4) for user in USERS}
    assert mirrored() == in_line(4, 4 + PERCENT) != []


@pytest.mark.parametrize("metadata", [rollback_flag(True), rollback_flag("fraud"), cap(0)], ids=repr)
def test_a_rollback_stops_the_mirror_until_it_ends(
    client: Client, mirrored: Mirrored, routes: WatchedRoutes, metadata: Json
) -> None:
    routes.push(client, metadata)
    assert {ask(client, user) for user in USERS} == {"blue"}
    assert mirrored() == []
    routes.push(client)
    assert {ask(client, user) for user in NEXT_IN_LINE} == {"blue"}
    assert mirrored() == NEXT_IN_LINE


@pytest.mark.parametrize("forged", FORGERIES, ids=repr)
def test_a_client_cannot_ask_for_a_copy(client: Client, mirrored: Mirrored, forged: list[Header]) -> None:
    for path, users in (("/fraud", OTHERS), ("/churn", OTHERS), ("/gone", OTHERS), ("/elsewhere", OTHERS)):
        for user in users:
            answer = client.request(path, [("x-user-id", user), *forged])
            assert (served_by(answer), received(answer, MIRROR)) == ("blue", [])
    assert mirrored() == []


@pytest.mark.parametrize("forged", FORGERIES, ids=repr)
def test_a_client_cannot_lead_its_copy_elsewhere(client: Client, mirrored: Mirrored, forged: list[Header]) -> None:
    answer = client.request("/fraud", [("x-user-id", NEXT_IN_LINE[0]), *forged])
    assert (served_by(answer), received(answer, MIRROR)) == ("blue", ["green"])
    assert mirrored() == NEXT_IN_LINE[:1]


def test_a_dead_shadow_does_not_touch_the_primary(proxy: Envoy, client: Client) -> None:
    assert {ask(client, user, path="/dead") for user in NEXT_IN_LINE * 4} == {"blue"}
    proxy.wait_for_stat("cluster.dead.upstream_cx_connect_fail", 1)


def test_a_failing_shadow_does_not_touch_the_primary(client: Client, green: Upstream, mirrored: Mirrored) -> None:
    green.status = 500
    assert {ask(client, user) for user in NEXT_IN_LINE} == {"blue"}
    assert mirrored() == NEXT_IN_LINE
    green.status = 200


def test_the_primary_does_not_wait_for_its_shadow(client: Client, green: Upstream, mirrored: Mirrored) -> None:
    green.delay_seconds = 0.5
    assert ask(client, NEXT_IN_LINE[0]) == "blue"
    assert list(green.received) == []
    assert mirrored() == NEXT_IN_LINE[:1]
    green.delay_seconds = 0
