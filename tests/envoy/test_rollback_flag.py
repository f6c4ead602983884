"""What a rollback flag may be, and what Envoy's log says of it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.harness.artefact import warning
from tests.harness.bootstrap import bootstrap, cluster, listener
from tests.harness.client import Client
from tests.harness.envoy import Envoy
from tests.harness.fleet import Fleet
from tests.harness.http_filters import bluegreen_filter
from tests.harness.routes import rollback_flag, route_to
from tests.harness.upstream import Upstream
from tests.harness.watched_routes import WatchedRoutes

WARNING = warning()
NOT_ROLLED_BACK = [
    *(False, 0, 0.0, -0.0),
    *("", " ", "false", "No", "OFF", "0", " false "),
    *("churn", "churn, ,", "nobody", ",", []),
    *(["churn"], ["nobody"]),
]
ROLLED_BACK = [
    *(True, 1, 2, -1, 0.5, 1e12),
    *("true", "YES", "On", "1", " true "),
    *("fraud", " fraud ", "churn,fraud", "churn , fraud,", ["fraud"], ["churn", "fraud"]),
]
UNREADABLE = [None, {"on": True}, {"fraud": None}, [None], ["churn", None], [True], [["fraud"]], "all of them", "früher", "fraud;churn"]


DEPLOYMENTS = [{"name": name, "match": {"path_prefix": f"/{name}"}, "green_weight": 100} for name in ("fraud", "churn")]
CONFIGURATION = json.dumps({"deployments": DEPLOYMENTS, "tags": {"response_header": "x-variant"}})
"""Two deployments that are green for everybody."""


@pytest.fixture(scope="module", params=["json", "yaml"])
def routes(request: pytest.FixtureRequest, fleet: Fleet) -> WatchedRoutes:
    """Both formats, for Envoy reads numbers in YAML as text."""
    write = {"json": json.dumps, "yaml": yaml.safe_dump}[request.param]
    return WatchedRoutes(fleet.directory() / f"routes.{request.param}", [route_to("blue")], write=write)


@pytest.fixture(scope="module")
def proxy(fleet: Fleet, routes: WatchedRoutes, blue: Upstream) -> Envoy:
    ingress = listener("ingress", bluegreen_filter(CONFIGURATION), routes.table())
    return fleet.run(bootstrap([ingress], [cluster("blue", blue.port)]))


@pytest.fixture
def client(proxy: Envoy) -> Iterator[Client]:
    with Client(proxy.port("ingress")) as client:
        yield client


def variant(client: Client, deployment: str = "fraud") -> str | None:
    return client.request(f"/{deployment}").one("x-variant")


@pytest.mark.parametrize("flag", NOT_ROLLED_BACK, ids=repr)
def test_a_flag_that_does_not_name_the_deployment_leaves_it_on_green(routes: WatchedRoutes, client: Client, flag: Any) -> None:
    routes.push(client, rollback_flag(flag))
    assert variant(client) == "green"


@pytest.mark.parametrize("flag", ROLLED_BACK, ids=repr)
def test_a_flag_that_holds_rolls_back(routes: WatchedRoutes, client: Client, flag: Any) -> None:
    routes.push(client, rollback_flag(flag))
    assert variant(client) == "blue"


@pytest.mark.parametrize("flag", ["fraud", ["fraud"], "fraud,nobody"], ids=repr)
def test_a_flag_with_names_rolls_back_only_those(routes: WatchedRoutes, client: Client, flag: Any) -> None:
    routes.push(client, rollback_flag(flag))
    assert (variant(client, "fraud"), variant(client, "churn")) == ("blue", "green")


@pytest.mark.parametrize("flag", UNREADABLE, ids=repr)
def test_a_flag_that_cannot_be_read_rolls_back(routes: WatchedRoutes, client: Client, flag: Any) -> None:
    routes.push(client, rollback_flag(flag))
    assert variant(client) == "blue"


def test_the_end_of_the_flag_ends_the_rollback(routes: WatchedRoutes, client: Client) -> None:
    routes.push(client, rollback_flag(True))
    assert variant(client) == "blue"
    routes.push(client, rollback_flag(False))
    assert variant(client) == "green"


@pytest.mark.parametrize("flag", [{"mistake": 1}, "neither one nor another", "fraud-scorrer"], ids=repr)
def test_a_mistaken_flag_is_warned_of_once_and_not_for_each_request(routes: WatchedRoutes, proxy: Envoy, client: Client, flag: Any) -> None:
    start = proxy.log_size()
    routes.push(client, rollback_flag(flag))
    for _ in range(50):
        variant(client)
    assert proxy.wait_for_log(WARNING, since=start).count(WARNING) == 1
