"""What is said once for all deployments, and what an entry says instead."""

from collections.abc import Iterator

import pytest

from tests.harness.bootstrap import bootstrap, client_addresses_by_header, cluster, listener
from tests.harness.buckets import users_between, variant_of
from tests.harness.client import Client, Header
from tests.harness.fleet import Fleet
from tests.harness.http_filters import bluegreen_filter
from tests.harness.routes import route_table, route_to
from tests.harness.upstream import Upstream, received

WEIGHT = 50
USERS = [f"user-{number}" for number in range(40)]
INSIDE: Header = ("x-forwarded-for", "10.0.0.1")
CLUSTERS = {"blue": "blue", "green": "green"}
CONFIGURATION = {
    "defaults": {
        "sticky": {"keys": [{"header": "x-user-id"}], "salt": "shared"},
        "override": {"allow": "anyone", "header": "x-choose"},
        "mirror": {"percent": 5},
        "trust_tags_from": "internal",
    },
    "deployments": [
        {"name": "short", "match": {"path": "/short"}, "clusters": CLUSTERS, "green_weight": WEIGHT},
        {
            "name": "own",
            "match": {"path": "/own"},
            "clusters": CLUSTERS,
            "green_weight": WEIGHT,
            "sticky": {"keys": [{"header": "x-account"}]},
            "override": {"allow": "anyone"},
            "mirror": {"percent": 0},
            "trust_tags_from": "never",
        },
        {"name": "off", "match": {"path": "/off"}, "clusters": CLUSTERS, "green_weight": WEIGHT, "override": None, "mirror": None},
    ],
    "tags": {"response_header": "x-variant"},
}
NEXT_IN_LINE = users_between("shared", WEIGHT, WEIGHT + 5, 1)[0]


@pytest.fixture(scope="module")
def client(fleet: Fleet, blue: Upstream) -> Iterator[Client]:
    addresses = client_addresses_by_header("10.0.0.1")
    ingress = listener("ingress", bluegreen_filter(CONFIGURATION), route_table([route_to("blue")]), **addresses)
    with Client(fleet.run(bootstrap([ingress], [cluster("blue", blue.port)])).port("ingress")) as client:
        yield client


def variant(client: Client, path: str, *headers: Header) -> str | None:
    return client.request(path, headers).one("x-variant")


@pytest.mark.parametrize(
    ("path", "header", "salt"), [("/short", "x-user-id", "shared"), ("/off", "x-user-id", "shared"), ("/own", "x-account", "own")]
)
def test_an_entry_is_sticky_in_its_own_way_or_in_that_of_all(client: Client, path: str, header: str, salt: str) -> None:
    assert {user: variant(client, path, (header, user)) for user in USERS} == {user: variant_of(salt, user, WEIGHT) for user in USERS}


def test_an_entry_takes_overrides_in_its_own_way_or_in_that_of_all(client: Client) -> None:
    blue_user = ("x-user-id", NEXT_IN_LINE)
    assert variant(client, "/short", blue_user, ("x-choose", "green")) == "green"
    assert variant(client, "/short", blue_user, ("x-bluegreen-override", "green")) == "blue"
    assert variant(client, "/own", ("x-bluegreen-override", "green")) == "green"
    assert variant(client, "/off", blue_user, ("x-choose", "green")) == "blue"


def test_an_entry_mirrors_in_its_own_way_or_in_that_of_all(client: Client) -> None:
    def copies(path: str) -> list[str]:
        return received(client.request(path, [("x-user-id", NEXT_IN_LINE), ("x-account", NEXT_IN_LINE)]), "x-bluegreen-mirror-cluster")

    assert (copies("/short"), copies("/own"), copies("/off")) == (["green"], [], [])


def test_an_entry_trusts_in_its_own_way_or_in_that_of_all(client: Client) -> None:
    account = next(user for user in USERS if variant_of("own", user, WEIGHT) == "blue")
    headers = [INSIDE, ("x-user-id", NEXT_IN_LINE), ("x-account", account), ("x-bluegreen-variant", "green")]
    assert [variant(client, path, *headers) for path in ("/short", "/off", "/own")] == ["green", "green", "blue"]
