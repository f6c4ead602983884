"""The client's address as the targeting key."""

import pytest

from tests.harness.bootstrap import bootstrap, client_addresses_by_header, cluster, listener
from tests.harness.buckets import variant_of
from tests.harness.client import Client
from tests.harness.envoy import Envoy
from tests.harness.fleet import Fleet
from tests.harness.http_filters import bluegreen_filter
from tests.harness.routes import route_table, route_to
from tests.harness.upstream import Upstream

WEIGHT = 50
CONFIGURATION = {
    "deployments": [
        {"name": f"salt-{number}", "match": {"path": f"/{number}"}, "green_weight": WEIGHT, "sticky": {"keys": [{"source_address": True}]}}
        for number in range(20)
    ],
    "tags": {"response_header": "x-variant"},
}
"""So many salts that a wrong key shows."""


@pytest.fixture(scope="module")
def proxy(fleet: Fleet, blue: Upstream) -> Envoy:
    routes, bluegreen = route_table([route_to("blue")]), bluegreen_filter(CONFIGURATION)
    listeners = [
        listener("edge", bluegreen, routes, use_remote_address=True),
        listener("inner", bluegreen, routes, **client_addresses_by_header()),
    ]
    return fleet.run(bootstrap(listeners, [cluster("blue", blue.port)]))


def variants(client: Client, *lines: str) -> list[str | None]:
    """The variant under each salt."""
    forwarded = [("x-forwarded-for", line) for line in lines]
    return [client.request(f"/{number}", forwarded).one("x-variant") for number in range(20)]


def expected(address: str) -> list[str]:
    return [variant_of(f"salt-{number}", address, WEIGHT) for number in range(20)]


def test_the_port_does_not_count(proxy: Envoy) -> None:
    for _ in range(3):
        with Client(proxy.port("edge")) as client:
            assert variants(client) == expected("127.0.0.1")


def test_at_the_edge_a_client_cannot_choose_its_address(proxy: Envoy) -> None:
    with Client(proxy.port("edge")) as client:
        assert variants(client, "203.0.113.9") == expected("127.0.0.1")


@pytest.mark.parametrize("address", ["10.1.2.3", "::1", "2001:db8::7"])
def test_behind_other_proxies_the_forwarded_address_counts(proxy: Envoy, address: str) -> None:
    with Client(proxy.port("inner")) as client:
        assert variants(client, f"203.0.113.9, {address}") == expected(address)
