"""A later proxy on the way keeps the variant that the first one chose, if it may trust it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.harness.bootstrap import bootstrap, client_addresses_by_header, cluster, listener
from tests.harness.buckets import variant_of
from tests.harness.client import Client, Header
from tests.harness.envoy import Envoy
from tests.harness.fleet import Fleet
from tests.harness.http_filters import bluegreen_filter
from tests.harness.identity import Identity, demands_client_certificate, shows_certificate
from tests.harness.routes import Json, cap, rollback_flag, route_of_variant, route_table, route_to, with_metadata
from tests.harness.upstream import Upstream, received, served_by

VARIANT = "x-bluegreen-variant"
FIRST_WEIGHT, SECOND_WEIGHT = 50, 10
USERS = [f"user-{number}" for number in range(60)]
INSIDE: Header = ("x-forwarded-for", "10.0.0.1")
OUTSIDE: Header = ("x-forwarded-for", "203.0.113.9")
TRUSTED_PREFIX = "spiffe://cluster.local/ns/ml/"
TRUSTED, STRANGER = TRUSTED_PREFIX + "sa/edge", "spiffe://cluster.local/ns/mlops/sa/edge"


def configuration(green_weight: float, trust: Json) -> Json:
    sticky = {"keys": [{"header": "x-user-id"}], "issue_cookie": {}}
    return {"deployments": [{"name": "fraud", "green_weight": green_weight, "sticky": sticky, "trust_tags_from": trust}]}


@dataclass(frozen=True)
class TwoProxies:
    """`first` splits, and sends to `second`, which splits otherwise, and sends to an upstream."""

    first: Envoy
    second: Envoy

    def variants(self, listener: str, *headers: Header) -> dict[str, str]:
        """By user, the tag that arrives at the end of the way that begins at this listener of the first proxy."""
        with Client(self.first.port(listener)) as client:
            return {user: tag(client, user, *headers) for user in USERS}


def tag(client: Client, user: str, *headers: Header) -> str:
    """The one variant tag that the upstream sees."""
    answer = client.request("/", [("x-user-id", user), *headers])
    assert answer.status == 200
    [variant] = received(answer, VARIANT)
    return variant


def by_weight(green_weight: float) -> dict[str, str]:
    return {user: variant_of("fraud", user, green_weight) for user in USERS}


@pytest.fixture(scope="module")
def identities(fleet: Fleet) -> dict[str, Identity]:
    directory: Path = fleet.directory()
    made = {}
    for name, uri in (("server", "spiffe://cluster.local/ns/ml/sa/gateway"), ("trusted", TRUSTED), ("stranger", STRANGER)):
        (directory / name).mkdir()
        made[name] = Identity.make(uri, directory / name)
    return made


@pytest.fixture(scope="module")
def second(fleet: Fleet, blue: Upstream, identities: dict[str, Identity]) -> Envoy:
    """Trusts internal requests, or peers by their certificate, or nobody."""
    clients = [identities["trusted"], identities["stranger"]]
    mtls = demands_client_certificate(identities["server"], clients)
    trusts: list[tuple[str, Json, Json | None, Json | None]] = [
        ("internal", "internal", None, None),
        ("never", "never", None, None),
        ("rolled back", "internal", rollback_flag(True), None),
        ("capped at 0", "internal", cap(0), None),
        ("capped at 1", "internal", cap(1), None),
        ("peer", {"peer_prefix": TRUSTED_PREFIX}, None, mtls),
        ("peer without tls", {"peer_prefix": TRUSTED_PREFIX}, None, None),
    ]
    listeners = [
        listener(
            name,
            bluegreen_filter(configuration(SECOND_WEIGHT, trust)),
            route_table([route_to("blue", metadata)]),
            transport_socket=socket,
            **client_addresses_by_header("10.0.0.1"),
        )
        for name, trust, metadata, socket in trusts
    ]
    return fleet.run(bootstrap(listeners, [cluster("blue", blue.port)]))


@pytest.fixture(scope="module")
def proxies(fleet: Fleet, second: Envoy, identities: dict[str, Identity]) -> TwoProxies:
    """The first proxy has a listener for each of the second one's, and two that reach `peer` by one certificate each."""
    ports = second.ports()
    peer = ports.pop("peer")
    clusters = [cluster(name, port) for name, port in ports.items()]
    for name in ("trusted", "stranger"):
        clusters.append(cluster(name, peer, transport_socket=shows_certificate(identities[name], identities["server"])))
    bluegreen = bluegreen_filter(configuration(FIRST_WEIGHT, "never"))
    addresses = client_addresses_by_header("10.0.0.1")
    listeners = [listener(to["name"], bluegreen, route_table([route_to(to["name"])]), **addresses) for to in clusters]
    return TwoProxies(fleet.run(bootstrap(listeners, clusters)), second)


@pytest.fixture
def to_second(second: Envoy) -> Iterator[Client]:
    """A client that goes past the first proxy."""
    with Client(second.port("internal")) as client:
        yield client


def test_the_second_proxy_keeps_the_variant_that_the_first_chose(proxies: TwoProxies) -> None:
    assert proxies.variants("internal", INSIDE) == by_weight(FIRST_WEIGHT) != by_weight(SECOND_WEIGHT)


def test_without_trust_the_second_proxy_decides_anew(proxies: TwoProxies) -> None:
    assert proxies.variants("never", INSIDE) == by_weight(SECOND_WEIGHT)


@pytest.mark.parametrize("listener", ["rolled back", "capped at 0"])
def test_a_rollback_at_the_second_proxy_beats_the_first_ones_choice(proxies: TwoProxies, listener: str) -> None:
    assert set(proxies.variants(listener, INSIDE).values()) == {"blue"}


def test_a_partial_rollback_leaves_the_first_ones_choice(proxies: TwoProxies) -> None:
    assert proxies.variants("capped at 1", INSIDE) == by_weight(FIRST_WEIGHT)


def test_a_tag_from_an_external_client_is_not_trusted(proxies: TwoProxies, to_second: Client) -> None:
    assert proxies.variants("internal", OUTSIDE) == by_weight(SECOND_WEIGHT)
    for forged in ("green", "blue"):
        for more in ([], [OUTSIDE], [OUTSIDE, ("x-envoy-internal", "true")]):
            assert {user: tag(to_second, user, (VARIANT, forged), *more) for user in USERS} == by_weight(SECOND_WEIGHT)


@pytest.mark.parametrize("lines", [["green", "green"], ["blue", "green"], ["Green"], ["green, green"], [""], ["red"]], ids=repr)
def test_a_tag_that_is_not_one_colour_is_not_trusted(to_second: Client, lines: list[str]) -> None:
    forged = [(VARIANT, line) for line in lines]
    assert {user: tag(to_second, user, INSIDE, *forged) for user in USERS} == by_weight(SECOND_WEIGHT)


def test_for_a_trusted_tag_no_cookie_is_issued(to_second: Client) -> None:
    assert to_second.request("/", [INSIDE, (VARIANT, "green")]).one("set-cookie") is None
    assert to_second.request("/", [INSIDE]).one("set-cookie") is not None


def test_a_peer_is_trusted_by_its_certificate(proxies: TwoProxies) -> None:
    assert proxies.variants("trusted", OUTSIDE) == by_weight(FIRST_WEIGHT)


def test_a_peer_of_another_name_is_not_trusted(proxies: TwoProxies) -> None:
    assert proxies.variants("stranger", INSIDE) == by_weight(SECOND_WEIGHT)


@pytest.fixture(scope="module")
def flagged(fleet: Fleet, blue: Upstream, green: Upstream) -> Envoy:
    """Routes on the tag as it arrives, and reads the flag from the cluster or the route that Envoy had matched by then.

    A listener is named after that source and after the clusters, or routes, that carry the flag.
    """
    flag = rollback_flag(True)
    clusters, listeners = [], []
    for name, port in (("blue", blue.port), ("green", green.port)):
        clusters += [cluster(name, port), cluster(f"{name} with flag", port, flag)]
    for source in ("cluster", "route"):
        filter_ = bluegreen_filter(configuration(100, "internal") | {"rollback": {"sources": [source]}, "tags": {"response_header": "x-variant"}})
        for flagged in (["blue"], ["blue", "green"]):
            on_cluster, on_route = (flagged, []) if source == "cluster" else ([], flagged)
            to = {name: f"{name} with flag" if name in on_cluster else name for name in ("blue", "green")}
            metadata = {name: with_metadata(flag if name in on_route else None) for name in to}
            routes = [route_of_variant("green", to["green"]) | metadata["green"], route_to(to["blue"]) | metadata["blue"]]
            name = " ".join([source, *flagged])
            listeners.append(listener(name, filter_, route_table(routes), **client_addresses_by_header("10.0.0.1")))
    return fleet.run(bootstrap(listeners, clusters))


@pytest.mark.parametrize("source", ["cluster", "route"])
@pytest.mark.parametrize("address", [INSIDE, OUTSIDE], ids=["trusted", "forged"])
def test_a_flag_on_both_variants_holds_whatever_tag_arrives(flagged: Envoy, source: str, address: Header) -> None:
    with Client(flagged.port(f"{source} blue green")) as client:
        for headers in ([], [(VARIANT, "green")], [(VARIANT, "blue")]):
            answer = client.request("/", [address, ("x-user-id", "user-1"), *headers])
            assert (served_by(answer), answer.one("x-variant")) == ("blue", "blue")


@pytest.mark.parametrize("source", ["cluster", "route"])
@pytest.mark.parametrize("address", [INSIDE, OUTSIDE], ids=["trusted", "forged"])
def test_a_flag_on_blues_variant_alone_is_not_seen_under_a_tag_of_green(flagged: Envoy, source: str, address: Header) -> None:
    with Client(flagged.port(f"{source} blue")) as client:
        assert served_by(client.request("/", [address, ("x-user-id", "user-1")])) == "blue"
        assert served_by(client.request("/", [address, ("x-user-id", "user-1"), (VARIANT, "green")])) == "green"


def test_without_a_certificate_nobody_is_trusted_as_a_peer(proxies: TwoProxies) -> None:
    assert proxies.variants("peer without tls", INSIDE) == by_weight(SECOND_WEIGHT)
