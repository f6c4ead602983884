"""The client's address as the targeting key."""

import pytest

from tests.harness.bootstrap import bootstrap, client_addresses_by_header, cluster, listener
from tests.harness.buckets import variant_of
from tests.harness.client import Client
from tests.harness.envoy import Envoy
from tests.harness.fleet import Fleet
from tests.harness.http_filters import bluegreen_filter
from tests.harness.routes import route_table, route_to
from tests.harness.upstream import Upstream, received

WEIGHT = 50
CONFIGURATION = {
    "deployments": [
        {"name": f"salt-{number}{kind}".replace("/", "-"), "match": {"path": f"/{number}{kind}"}, "green_weight": WEIGHT, "sticky": {"keys": [key], "salt": f"salt-{number}"}}
        for kind, key in (("", {"source_address": True}), ("/last", {"x_forwarded_for": 1}), ("/second", {"x_forwarded_for": 2}))
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


def variants(client: Client, *lines: str, kind: str = "") -> list[str | None]:
    """The variant under each salt."""
    forwarded = [("x-forwarded-for", line) for line in lines]
    return [client.request(f"/{number}{kind}", forwarded).one("x-variant") for number in range(20)]


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


@pytest.mark.parametrize("entry", ["203.0.113.9:4711", "[2001:db8::7]:443"])
def test_an_entry_with_a_port_is_no_address_to_envoy_and_one_to_the_filter(proxy: Envoy, entry: str) -> None:
    address = entry.rpartition(":")[0].strip("[]")
    with Client(proxy.port("inner")) as client:
        assert variants(client, entry) == expected("127.0.0.1")
        assert variants(client, entry, kind="/last") == expected(address)
        assert variants(client, "198.51.100.1, " + entry, "192.0.2.1", kind="/second") == expected(address)


def test_at_the_edge_envoy_itself_writes_the_last_entry(proxy: Envoy) -> None:
    with Client(proxy.port("edge")) as client:
        [forwarded] = received(client.request("/0", [("x-forwarded-for", "203.0.113.9")]), "x-forwarded-for")
        client_wrote, envoy_wrote = forwarded.split(",")
        assert client_wrote == "203.0.113.9"
        assert variants(client, "203.0.113.9", kind="/second") == expected("203.0.113.9")
        assert variants(client, "203.0.113.9", kind="/last") == expected(envoy_wrote)
