"""Metadata that cannot be understood counts as a rollback, and is counted."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.harness.artefact import traces, warning
from tests.harness.bootstrap import bootstrap, cluster, listener
from tests.harness.client import Client
from tests.harness.envoy import Envoy
from tests.harness.fleet import Fleet
from tests.harness.http_filters import bluegreen_filter
from tests.harness.routes import route_to
from tests.harness.upstream import Upstream
from tests.harness.watched_routes import WatchedRoutes

CONFIGURATION = {
    "deployments": [
        {"name": "full", "match": {"path_prefix": "/full"}, "green_weight": 100},
        {"name": "none", "match": {"path_prefix": "/none"}, "green_weight": 0},
    ],
    "tags": {"response_header": "x-variant"},
}
UNREADABLE = traces().counters + "bluegreen.rollback.unreadable"
WARNING = warning()


@pytest.fixture(scope="module")
def routes(fleet: Fleet) -> WatchedRoutes:
    return WatchedRoutes(fleet.directory() / "routes.json", [route_to("blue")])


@pytest.fixture(scope="module")
def proxy(fleet: Fleet, routes: WatchedRoutes, blue: Upstream) -> Envoy:
    ingress = listener("ingress", bluegreen_filter(CONFIGURATION), routes.table())
    return fleet.run(bootstrap([ingress], [cluster("blue", blue.port)]))


@pytest.fixture
def client(proxy: Envoy) -> Iterator[Client]:
    with Client(proxy.port("ingress")) as client:
        yield client


def variants(client: Client, path: str = "/full") -> set[str | None]:
    """The variants of ten requests."""
    return {client.request(path).one("x-variant") for _ in range(10)}


@pytest.mark.parametrize(
    "namespace",
    [
        *({"rollback": flag} for flag in (None, {"on": True}, [None], [True], "all of them")),
        *({"max_green_weight": cap} for cap in (None, "many", "5%", -1, 100.5, True, [10], {"percent": 10})),
        {"max_green_weight": 50, "rollback": None},
        {"rollback": False, "note": None},
    ],
    ids=repr,
)
def test_unreadable_metadata_rolls_everybody_back_and_is_counted(
    proxy: Envoy, client: Client, routes: WatchedRoutes, namespace: dict[str, Any]
) -> None:
    routes.push(client, {"bluegreen": namespace})
    before = proxy.stat(UNREADABLE)
    assert variants(client) == {"blue"}
    assert proxy.stat(UNREADABLE) == before + 10


@pytest.mark.parametrize(
    "namespace",
    [
        *({"rollback": flag} for flag in (False, "", "nobody", [])),
        *({"max_green_weight": cap} for cap in (100, "100", "")),
        {"rollback": "", "max_green_weight": "100"},
        {},
    ],
    ids=repr,
)
def test_readable_metadata_is_not_counted(proxy: Envoy, client: Client, routes: WatchedRoutes, namespace: dict[str, Any]) -> None:
    routes.push(client, {"bluegreen": namespace})
    before = proxy.stat(UNREADABLE)
    assert variants(client) == {"green"}
    assert proxy.stat(UNREADABLE) == before


def test_who_is_bound_for_blue_does_not_read_metadata(proxy: Envoy, client: Client, routes: WatchedRoutes) -> None:
    routes.push(client, {"bluegreen": {"rollback": None}})
    before = proxy.stat(UNREADABLE)
    assert variants(client, "/none") == {"blue"}
    assert proxy.stat(UNREADABLE) == before


@pytest.mark.parametrize(
    ("namespace", "counter"),
    [
        ({"rollback": "Full, fall"}, "unknown_name"),
        ({"rollback": [f"model-{number}" for number in range(1000)]}, "unknown_name"),
        ({"Rollback": True}, "unknown_key"),
    ],
    ids=["name", "names", "key"],
)
def test_what_means_nothing_is_counted_and_warned_of_once(
    proxy: Envoy, client: Client, routes: WatchedRoutes, namespace: dict[str, Any], counter: str
) -> None:
    start = proxy.log_size()
    routes.push(client, {"bluegreen": namespace})
    before = proxy.stat(f"wasmcustom.bluegreen.rollback.{counter}")
    assert variants(client) == ({"blue"} if namespace.get("rollback") == "Full, fall" else {"green"})
    assert proxy.stat(f"wasmcustom.bluegreen.rollback.{counter}") == before + 10
    assert proxy.wait_for_log(WARNING, since=start).count(WARNING) == 1


@pytest.mark.parametrize("flag", ["all", "*", ["*"], ["ALL"], "y", "Enabled"], ids=repr)
def test_a_word_for_everybody_rolls_everybody_back_and_is_not_counted(proxy: Envoy, client: Client, routes: WatchedRoutes, flag: Any) -> None:
    routes.push(client, {"bluegreen": {"rollback": flag, "by": {"who": "ci"}, "reason": ["drift"], "since": 7, "ticket": True}})
    counters = [UNREADABLE, "wasmcustom.bluegreen.rollback.unknown_name", "wasmcustom.bluegreen.rollback.unknown_key"]
    before = [proxy.stat(counter) for counter in counters]
    assert variants(client) == {"blue"}
    assert [proxy.stat(counter) for counter in counters] == before


def test_another_key_in_the_namespace_is_warned_of_once(proxy: Envoy, client: Client, routes: WatchedRoutes) -> None:
    start = proxy.log_size()
    routes.push(client, {"bluegreen": {"rolback": True}})
    for _ in range(3):
        assert variants(client) == {"green"}
    assert proxy.wait_for_log(WARNING, since=start).count(WARNING) == 1
