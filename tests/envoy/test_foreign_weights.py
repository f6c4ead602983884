"""Weights that somebody else writes into Envoy's routes: the bucket header makes them sticky, whatever their order.

The routes match the variant tag before they split by weight, so that what the filter decides alone holds at any weight.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.harness.bootstrap import bootstrap, cluster, listener
from tests.harness.buckets import SIZE, bucket, threshold
from tests.harness.client import Answer, Client, Header
from tests.harness.fleet import Fleet
from tests.harness.http_filters import bluegreen_filter
from tests.harness.routes import Json, cap, rollback_flag, route_of_variant, weighted_route
from tests.harness.upstream import Upstream, received, served_by
from tests.harness.watched_routes import WatchedRoutes

BUCKET_HEADER, BUCKETS = "x-bluegreen-bucket", 100
USERS = [f"user-{number}" for number in range(120)]
PINNED_TO_GREEN, PINNED_TO_BLUE = "qa-1", "vip-7"
FORGERIES: list[list[Header]] = [
    *([(BUCKET_HEADER, value)] for value in ("0", "99", "-1", "100", "green", "", "1e1", "0x1", " 0 ", b"\xff")),
    [(BUCKET_HEADER, "0"), (BUCKET_HEADER, "99")],
    [("X-BlueGreen-Bucket", "0"), ("X-BLUEGREEN-BUCKET", "99")],
]


@dataclass(frozen=True)
class Mesh:
    """A proxy whose routes list green first or last, and whose weights come from elsewhere."""

    green: str
    routes: WatchedRoutes
    client: Client

    def set_weight(self, green_weight: int, metadata: Json | None = None) -> None:
        """Routes with this weight, and with metadata on their virtual host."""
        self.routes.push(self.client, metadata, routes(self.green, green_weight))

    def ask(self, user: str, headers: list[Header] | None = None, path: str = "/fraud") -> Answer:
        return self.client.request(path, [("x-user-id", user), *(headers or [])])

    def variants(self) -> dict[str, str]:
        """Who serves each user."""
        return {user: served_by(self.ask(user)) for user in USERS}


def routes(green: str, green_weight: int) -> list[Json]:
    weights = {"green": green_weight, "blue": BUCKETS - green_weight}
    ordered = weights if green == "first" else dict(reversed(weights.items()))
    return [route_of_variant("green", "green"), route_of_variant("blue", "blue"), weighted_route(ordered, BUCKET_HEADER)]


def configuration(green: str, blue_tags: str) -> Json:
    deployment = {
        "name": "fraud",
        "match": {"path_prefix": "/fraud"},
        "split_by": "route",
        "sticky": {"keys": [{"header": "x-user-id"}]},
        "pins": {"green": [PINNED_TO_GREEN], "blue": [PINNED_TO_BLUE]},
        "override": {"allow": "anyone"},
    }
    bucket_header = {"name": BUCKET_HEADER, "buckets": BUCKETS, "green": green}
    return {"deployments": [deployment], "tags": {"bucket_header": bucket_header, "response_header": "x-variant", "blue": blue_tags}}


def value(user: str) -> int:
    """Which of the routes' hundred parts a user falls into, the first being 0."""
    return bucket("fraud", user) * BUCKETS // SIZE


def expected(green_weight: int) -> dict[str, str]:
    return {user: "green" if value(user) < green_weight else "blue" for user in USERS}


@pytest.fixture(scope="module", params=[("first", "write"), ("last", "write"), ("last", "omit")], ids="-".join)
def mesh(request: pytest.FixtureRequest, fleet: Fleet, blue: Upstream, green: Upstream) -> Iterator[Mesh]:
    """Green first or last, blue tagged or, where the filter holds a weight, not: here that must make no difference."""
    order, blue_tags = request.param
    watched = WatchedRoutes(fleet.directory() / "routes.json", routes(order, 0))
    ingress = listener("ingress", bluegreen_filter(configuration(order, blue_tags)), watched.table())
    proxy = fleet.run(bootstrap([ingress], [cluster("blue", blue.port), cluster("green", green.port)]))
    with Client(proxy.port("ingress")) as client:
        yield Mesh(order, watched, client)


@pytest.fixture(autouse=True)
def the_bucket_header_is_one_number(blue: Upstream, green: Upstream) -> Iterator[None]:
    """Holds for all that reached an upstream by the deployment."""
    blue.received.clear()
    green.received.clear()
    yield
    seen = [request for request in (*blue.received, *green.received) if request["path"] == "/fraud"]
    for request in seen:
        [bucket] = [text for name, text in request["headers"] if name == BUCKET_HEADER]
        assert re.fullmatch("[0-9]|[1-9][0-9]", bucket)
    assert seen


def test_every_key_stays_on_its_variant_while_foreign_weights_move(mesh: Mesh) -> None:
    for green_weight in (0, 10, 50, 100, 50, 10, 0):
        mesh.set_weight(green_weight)
        assert mesh.variants() == expected(green_weight)


def test_the_filter_does_not_claim_to_know_the_variant(mesh: Mesh) -> None:
    mesh.set_weight(50)
    for user in USERS:
        answer = mesh.ask(user, [("x-bluegreen-variant", "green"), ("x-bluegreen-cluster", "green")])
        assert served_by(answer) == expected(50)[user]
        assert (received(answer, "x-bluegreen-variant"), received(answer, "x-bluegreen-cluster")) == ([], [])
        assert answer.all("x-variant") == []


@pytest.mark.parametrize("green_weight", [0, 1, 50, 99, 100])
def test_a_pin_beats_foreign_weights(mesh: Mesh, green_weight: int) -> None:
    mesh.set_weight(green_weight)
    for user, variant in ((PINNED_TO_GREEN, "green"), (PINNED_TO_BLUE, "blue")):
        answer = mesh.ask(user)
        assert (served_by(answer), answer.one("x-variant")) == (variant, variant)


@pytest.mark.parametrize("green_weight", [0, 1, 50, 99, 100])
def test_an_override_beats_foreign_weights(mesh: Mesh, green_weight: int) -> None:
    mesh.set_weight(green_weight)
    for variant in ("green", "blue"):
        assert served_by(mesh.ask("user-1", [("x-bluegreen-override", variant)])) == variant


@pytest.mark.parametrize("green_weight", [0, 10, 50, 99, 100])
def test_a_rollback_beats_foreign_weights_and_pins(mesh: Mesh, green_weight: int) -> None:
    mesh.set_weight(green_weight, rollback_flag(True))
    assert set(mesh.variants().values()) == {"blue"}
    assert served_by(mesh.ask(PINNED_TO_GREEN)) == "blue"


@pytest.mark.parametrize("green_weight", [0, 10, 50, 100])
def test_a_cap_beats_foreign_weights(mesh: Mesh, green_weight: int) -> None:
    mesh.set_weight(green_weight, cap(20.5))
    below_the_cap = {user for user in USERS if bucket("fraud", user) < threshold(20.5)}
    assert mesh.variants() == {user: variant if user in below_the_cap else "blue" for user, variant in expected(green_weight).items()}


@pytest.mark.parametrize("green_weight", [1, 50, 99])
def test_without_routes_for_tags_the_ends_of_the_scale_hold(mesh: Mesh, green_weight: int) -> None:
    only_weights = routes(mesh.green, green_weight)[-1:]
    mesh.routes.push(mesh.client, None, only_weights)
    assert (served_by(mesh.ask(PINNED_TO_GREEN)), served_by(mesh.ask(PINNED_TO_BLUE))) == ("green", "blue")
    mesh.routes.push(mesh.client, rollback_flag(True), only_weights)
    assert set(mesh.variants().values()) == {"blue"}


@pytest.mark.parametrize("forged", FORGERIES, ids=repr)
def test_a_client_cannot_choose_its_part_of_foreign_weights(mesh: Mesh, forged: list[Header]) -> None:
    mesh.set_weight(50)
    for user in USERS[:20]:
        answer = mesh.ask(user, forged)
        assert served_by(answer) == expected(50)[user]
        assert received(answer, BUCKET_HEADER) == [str(value(user) if mesh.green == "first" else BUCKETS - 1 - value(user))]
    assert received(mesh.ask("user-1", forged, path="/elsewhere"), BUCKET_HEADER) == []
