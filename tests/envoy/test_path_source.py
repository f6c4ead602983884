"""A rollback flag wherever a path leads to it, such as an annotation that Envoy Gateway copies into a route's metadata."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.harness.bootstrap import bootstrap, cluster, listener
from tests.harness.client import Client
from tests.harness.fleet import Fleet
from tests.harness.http_filters import bluegreen_filter
from tests.harness.routes import Json, route_to
from tests.harness.upstream import Upstream
from tests.harness.watched_routes import WatchedRoutes

ANNOTATION = "models.example.com/rollback"
PATH = ["envoy-gateway", "resources", "0", "annotations", ANNOTATION]
CONFIGURATION = {
    "deployments": [{"name": name, "match": {"path_prefix": f"/{name}"}, "green_weight": 100} for name in ("fraud", "churn")],
    "rollback": {"sources": [{"in": "route", "path": PATH}]},
    "tags": {"response_header": "x-variant"},
}


def gateway_metadata(annotations: Json) -> Json:
    """A route's metadata as Envoy Gateway writes it for one HTTPRoute."""
    resource = {"kind": "HTTPRoute", "name": "fraud", "namespace": "models", "annotations": annotations}
    return {"envoy-gateway": {"resources": [resource]}}


@pytest.fixture(scope="module")
def routes(fleet: Fleet) -> WatchedRoutes:
    return WatchedRoutes(fleet.directory() / "routes.json", [route_to("blue")])


@pytest.fixture(scope="module")
def client(fleet: Fleet, routes: WatchedRoutes, blue: Upstream) -> Iterator[Client]:
    ingress = listener("ingress", bluegreen_filter(CONFIGURATION), routes.table())
    with Client(fleet.run(bootstrap([ingress], [cluster("blue", blue.port)])).port("ingress")) as client:
        yield client


def variants(client: Client) -> tuple[str | None, str | None]:
    return client.request("/fraud").one("x-variant"), client.request("/churn").one("x-variant")


@pytest.mark.parametrize(
    ("flag", "expected"),
    [
        ("true", ("blue", "blue")),
        ("fraud", ("blue", "green")),
        ("churn, fraud", ("blue", "blue")),
        ("false", ("green", "green")),
        ("", ("green", "green")),
        ("neither one nor another", ("blue", "blue")),
    ],
)
def test_an_annotation_rolls_back_and_ends_it(client: Client, routes: WatchedRoutes, flag: str, expected: tuple[str, str]) -> None:
    routes.push(client, routes=[route_to("blue", gateway_metadata({ANNOTATION: flag}))])
    assert variants(client) == expected
    routes.push(client, routes=[route_to("blue", gateway_metadata({}))])
    assert variants(client) == ("green", "green")


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        {},
        {"envoy-gateway": {}},
        {"envoy-gateway": {"resources": []}},
        {"envoy-gateway": {"resources": [{}, {"annotations": {ANNOTATION: "true"}}]}},
        {"envoy-gateway": {"resources": [{"annotations": {"models.example.com": {"rollback": "true"}}}]}},
        {"bluegreen": {"rollback": True}},
    ],
    ids=repr,
)
def test_where_the_path_leads_nowhere_nothing_is_rolled_back(client: Client, routes: WatchedRoutes, metadata: Any) -> None:
    routes.push(client, routes=[route_to("blue", metadata)])
    assert variants(client) == ("green", "green")
