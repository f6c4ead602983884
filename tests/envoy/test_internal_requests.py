"""Whom `internal` means: it is Envoy's word, and as good as the listener's notion of the client's address."""

import pytest

from tests.harness.bootstrap import bootstrap, cluster, listener
from tests.harness.client import Client, Header
from tests.harness.envoy import Envoy
from tests.harness.fleet import Fleet
from tests.harness.http_filters import bluegreen_filter
from tests.harness.routes import Json, route_table, route_to
from tests.harness.upstream import Upstream

CONFIGURATION = {"deployments": [{"name": "fraud", "override": {"allow": "internal"}}], "tags": {"response_header": "x-variant"}}
CLAIM: Header = ("x-envoy-internal", "true")


def forwarded_for(*addresses: str) -> Header:
    return ("x-forwarded-for", ", ".join(addresses))


def ranges(*addresses: str) -> Json:
    return {"internal_address_config": {"cidr_ranges": [{"address_prefix": address, "prefix_len": 8} for address in addresses]}}


@pytest.fixture(scope="module")
def proxy(fleet: Fleet, blue: Upstream) -> Envoy:
    """The client of every listener is on loopback, which only some of them take for inside."""
    settings: dict[str, Json] = {
        "edge, clients outside": {"use_remote_address": True, **ranges("10.0.0.0")},
        "edge, clients inside": {"use_remote_address": True, **ranges("127.0.0.0", "10.0.0.0")},
        "inner": {"use_remote_address": False, **ranges("10.0.0.0")},
        "edge without ranges": {"use_remote_address": True},
        "inner without ranges": {"use_remote_address": False},
    }
    bluegreen, routes = bluegreen_filter(CONFIGURATION), route_table([route_to("blue")])
    listeners = [listener(name, bluegreen, routes, **http) for name, http in settings.items()]
    return fleet.run(bootstrap(listeners, [cluster("blue", blue.port)]))


@pytest.mark.parametrize(
    ("listener", "headers", "internal"),
    [
        ("edge, clients inside", [], True),
        ("edge, clients inside", [forwarded_for("10.0.0.1")], False),
        ("edge, clients inside", [forwarded_for("203.0.113.9"), CLAIM], False),
        ("edge, clients outside", [], False),
        ("edge, clients outside", [CLAIM], False),
        ("edge, clients outside", [forwarded_for("10.0.0.1"), CLAIM], False),
        # The trap: whoever reaches such a listener chooses who he is.
        ("inner", [forwarded_for("10.0.0.1")], True),
        ("inner", [forwarded_for("203.0.113.9", "10.0.0.1"), CLAIM], False),
        ("inner", [forwarded_for("203.0.113.9"), CLAIM], False),
        ("inner", [CLAIM], False),
        ("edge without ranges", [forwarded_for("10.0.0.1"), CLAIM], False),
        ("inner without ranges", [forwarded_for("10.0.0.1"), CLAIM], False),
    ],
    ids=repr,
)
def test_internal_is_who_envoy_says_it_is(proxy: Envoy, listener: str, headers: list[Header], internal: bool) -> None:
    with Client(proxy.port(listener)) as client:
        answer = client.request("/", [*headers, ("x-bluegreen-override", "green")])
    assert answer.one("x-variant") == ("green" if internal else "blue")
