"""The filter explains a decision to those who may ask."""

from collections.abc import Iterator

import pytest

from tests.harness.bootstrap import bootstrap, client_addresses_by_header, cluster, listener
from tests.harness.buckets import SIZE, bucket, users_between
from tests.harness.client import Client, Header
from tests.harness.envoy import Envoy
from tests.harness.fleet import Fleet
from tests.harness.http_filters import bluegreen_filter
from tests.harness.routes import Json, cap, rollback_flag, route_table, route_to
from tests.harness.upstream import Upstream

EXPLAIN: Header = ("x-bluegreen-explain", "1")
OVERRIDE: Header = ("x-bluegreen-override", "green")
INSIDE: Header = ("x-forwarded-for", "10.0.0.1")
OUTSIDE: Header = ("x-forwarded-for", "203.0.113.9")
WEIGHT = 12.5
GREEN_USER, LAST_TO_COME = users_between("fraud", 0, 5, 1)[0], users_between("fraud", 5, WEIGHT, 1)[0]
BLUE_USER = users_between("fraud", WEIGHT, 100, 1)[0]


def configuration(explain: str) -> Json:
    keys = [{"header": "x-user-id"}, {"cookie": "uid"}, {"query": "user"}, {"property": ["metadata", "filter_metadata", "none"]}]
    fraud = {
        "name": "fraud",
        "match": {"path_prefix": "/fraud"},
        "green_weight": WEIGHT,
        "sticky": {"keys": keys, "issue_cookie": {}},
        "pins": {"green": ["qa-1"]},
        "override": {"allow": "anyone"},
    }
    by_address = {"name": "by-address", "match": {"path": "/address"}, "sticky": {"keys": [{"source_address": True}]}}
    by_dice = {"name": "by-dice", "match": {"path": "/dice"}, "green_weight": 100}
    by_route = {"name": "by-route", "match": {"path": "/route"}, "split_by": "route", "sticky": {"keys": [{"header": "x-user-id"}]}}
    return {"deployments": [fraud, by_address, by_dice, by_route], "explain": explain, "tags": {"bucket_header": {}}}


@pytest.fixture(scope="module")
def proxy(fleet: Fleet, blue: Upstream) -> Envoy:
    def ingress(name: str, explain: str, metadata: Json | None = None) -> Json:
        routes = route_table([route_to("blue")], metadata)
        return listener(name, bluegreen_filter(configuration(explain)), routes, **client_addresses_by_header("10.0.0.1"))

    listeners = [ingress(explain, explain) for explain in ("never", "override", "internal")]
    listeners += [ingress("rolled back", "internal", rollback_flag(True)), ingress("capped", "internal", cap(5))]
    return fleet.run(bootstrap(listeners, [cluster("blue", blue.port)]))


@pytest.fixture
def client(proxy: Envoy) -> Iterator[Client]:
    with Client(proxy.port("internal")) as client:
        yield client


def explanation(client: Client, *headers: Header, path: str = "/fraud") -> str | None:
    return client.request(path, headers).one("x-bluegreen-explain")


def percent(key: str, salt: str = "fraud") -> str:
    """The bucket of a key as it is written: four decimals, the rest cut off."""
    parts = bucket(salt, key) * 100 * 10_000 // SIZE
    return f"{parts // 10_000}.{parts % 10_000:04}"


@pytest.mark.parametrize(
    ("user", "explained"),
    [
        (GREEN_USER, f"deployment=fraud; variant=green; reason=weight; bucket={percent(GREEN_USER)}; weight=12.5000; key=header:x-user-id"),
        (BLUE_USER, f"deployment=fraud; variant=blue; reason=weight; bucket={percent(BLUE_USER)}; weight=12.5000; key=header:x-user-id"),
    ],
)
def test_a_decision_by_weight_is_explained_with_its_bucket(client: Client, user: str, explained: str) -> None:
    assert explanation(client, EXPLAIN, INSIDE, ("x-user-id", user)) == explained


@pytest.mark.parametrize(
    ("headers", "path", "source"),
    [
        ([("cookie", f"uid={BLUE_USER}")], "/fraud", "cookie:uid"),
        ([], f"/fraud?user={BLUE_USER}", "query:user"),
        ([], "/fraud", "issued"),
        ([], "/address", "source_address"),
        ([], "/dice", "none"),
    ],
)
def test_the_source_of_the_key_is_told_and_never_the_key(client: Client, headers: list[Header], path: str, source: str) -> None:
    explained = explanation(client, EXPLAIN, INSIDE, *headers, path=path) or ""
    assert explained.endswith(f"; key={source}")
    assert BLUE_USER not in explained
    assert "10.0.0.1" not in explained


def test_a_pin_is_told_as_the_reason(client: Client) -> None:
    explained = explanation(client, EXPLAIN, INSIDE, ("x-user-id", "qa-1")) or ""
    assert explained.startswith("deployment=fraud; variant=green; reason=pin; ")
    assert "qa-1" not in explained


def test_an_override_may_ask(proxy: Envoy) -> None:
    explained = "deployment=fraud; variant=green; reason=override; bucket=none; weight=none; key=none"
    for listener in ("override", "internal"):
        with Client(proxy.port(listener)) as client:
            assert explanation(client, EXPLAIN, OVERRIDE, OUTSIDE) == explained


def test_a_rollback_is_told_with_the_weight_that_it_leaves(proxy: Envoy) -> None:
    with Client(proxy.port("rolled back")) as client:
        explained = explanation(client, EXPLAIN, INSIDE, ("x-user-id", GREEN_USER))
    start = f"deployment=fraud; variant=blue; reason=rollback; bucket={percent(GREEN_USER)}; "
    assert explained == start + "weight=0.0000; key=header:x-user-id"
    with Client(proxy.port("capped")) as client:
        explained = explanation(client, EXPLAIN, INSIDE, ("x-user-id", LAST_TO_COME))
    start = f"deployment=fraud; variant=blue; reason=rollback; bucket={percent(LAST_TO_COME)}; "
    assert explained == start + "weight=5.0000; key=header:x-user-id"


def test_where_routes_hold_the_weight_only_the_bucket_is_explained(client: Client) -> None:
    explained = explanation(client, EXPLAIN, INSIDE, ("x-user-id", GREEN_USER), path="/route")
    start = f"deployment=by-route; variant=route; reason=weight; bucket={percent(GREEN_USER, 'by-route')}; "
    assert explained == start + "weight=route; key=header:x-user-id"


@pytest.mark.parametrize(
    ("listener", "headers"),
    [
        ("never", [EXPLAIN, OVERRIDE, INSIDE]),
        ("override", [EXPLAIN, INSIDE]),
        ("override", [EXPLAIN, ("x-bluegreen-override", "red"), INSIDE]),
        ("internal", [EXPLAIN, OUTSIDE]),
        ("internal", [EXPLAIN, OUTSIDE, ("x-envoy-internal", "true")]),
        ("internal", [INSIDE]),
        ("internal", [("x-bluegreen-explain", "0"), INSIDE]),
        ("internal", [("x-bluegreen-explain", "11"), INSIDE]),
    ],
)
def test_nobody_else_is_told_anything(proxy: Envoy, listener: str, headers: list[Header]) -> None:
    with Client(proxy.port(listener)) as client:
        assert explanation(client, *headers, ("x-user-id", GREEN_USER)) is None


def test_where_no_deployment_matches_there_is_nothing_to_tell(client: Client) -> None:
    assert explanation(client, EXPLAIN, INSIDE, path="/elsewhere") is None
