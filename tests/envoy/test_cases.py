"""What envoy/CASES.md says of Envoy's other features beside this filter."""

from typing import Any

import pytest

from tests.harness import buckets
from tests.harness.bootstrap import bootstrap, cluster, listener
from tests.harness.client import Client
from tests.harness.fleet import Fleet
from tests.harness.http_filters import HTTP, TYPE, bluegreen_filter
from tests.harness.routes import rollback_flag, route_of_variant, route_table, route_to
from tests.harness.upstream import Upstream, served_by

Json = Any

USERS = [f"user-{number}" for number in range(300)]
KEYED = {"keys": [{"header": "x-user-id"}]}


def test_cors_before_the_filter_answers_preflights_itself(fleet: Fleet, blue: Upstream) -> None:
    config = {"deployments": [{"name": "fraud", "green_weight": 50, "sticky": KEYED}], "tags": {"response_header": "x-variant"}}
    cors = {"name": "cors", "typed_config": {"@type": HTTP + "cors.v3.Cors"}}
    policy = {"@type": HTTP + "cors.v3.CorsPolicy", "allow_origin_string_match": [{"exact": "https://app.example.com"}], "allow_methods": "POST"}
    route = route_to("blue") | {"typed_per_filter_config": {"cors": policy}}
    ingress = listener("ingress", [cors, bluegreen_filter(config)], route_table([route]))
    with Client(fleet.run(bootstrap([ingress], [cluster("blue", blue.port)])).port("ingress")) as client:
        before = blue.served
        preflight = [("origin", "https://app.example.com"), ("access-control-request-method", "POST")]
        answer = client.request("/", preflight, method="OPTIONS")
        assert (answer.status, answer.one("x-variant"), answer.one("access-control-allow-methods")) == (200, None, "POST")
        assert blue.served == before


def test_a_route_splits_users_among_three_variants_and_a_rollback_leaves_one(fleet: Fleet, blue: Upstream, green: Upstream) -> None:
    config = {
        "deployments": [{"name": "fraud", "split_by": "route", "sticky": KEYED}],
        "tags": {"cluster_header": None, "bucket_header": {"green": "last"}},
    }
    with Upstream("canary") as canary:
        clusters = [cluster(upstream.name, upstream.port) for upstream in (blue, green, canary)]
        weights = [{"name": name, "weight": weight} for name, weight in (("blue", 80), ("green", 15), ("canary", 5))]
        weighted = {"match": {"prefix": "/"}, "route": {"weighted_clusters": {"header_name": "x-bluegreen-bucket", "clusters": weights}}}
        routes = [route_of_variant("blue", "blue"), weighted]
        listeners = [
            listener("ingress", bluegreen_filter(config), route_table(routes)),
            listener("rolled back", bluegreen_filter(config), route_table(routes, rollback_flag(True))),
        ]
        proxy = fleet.run(bootstrap(listeners, clusters))
        with Client(proxy.port("ingress")) as client, Client(proxy.port("rolled back")) as rolled_back:
            for user in USERS:
                # The first percents of the buckets are the last numbers.
                expected = "canary" if buckets.variant_of("fraud", user, 5) == "green" else buckets.variant_of("fraud", user, 20)
                assert [served_by(client.request("/", [("x-user-id", user)])) for _ in range(2)] == [expected] * 2, user
                assert served_by(rolled_back.request("/", [("x-user-id", user)])) == "blue"


def session(cookie: str) -> Json:
    state = {"@type": TYPE + "envoy.extensions.http.stateful_session.cookie.v3.CookieBasedSessionState", "cookie": {"name": cookie, "path": "/"}}
    return {"session_state": {"name": "envoy.http.stateful_session.cookie", "typed_config": state}, "strict": True}


@pytest.mark.parametrize(("has_its_own", "status"), [(False, 503), (True, 200)], ids=["one-name", "a-name-of-green-s-own"])
def test_a_strict_session_answers_503_after_a_rollback_unless_green_has_a_cookie_of_its_own(
    fleet: Fleet, blue: Upstream, green: Upstream, has_its_own: bool, status: int
) -> None:
    config = {"deployments": [{"name": "fraud", "green_weight": 100, "sticky": KEYED}]}
    sessions = {"name": "sessions", "typed_config": {"@type": HTTP + "stateful_session.v3.StatefulSession", **session("session")}}
    of_green = {"@type": HTTP + "stateful_session.v3.StatefulSessionPerRoute", "stateful_session": session("session-green")}
    to_green = route_of_variant("green", "green") | ({"typed_per_filter_config": {"sessions": of_green}} if has_its_own else {})
    routes = [to_green, route_to("blue")]
    chain = [bluegreen_filter(config), sessions]
    listeners = [listener("ingress", chain, route_table(routes)), listener("rolled back", chain, route_table(routes, rollback_flag(True)))]
    proxy = fleet.run(bootstrap(listeners, [cluster("blue", blue.port), cluster("green", green.port)]))
    with Client(proxy.port("ingress")) as client, Client(proxy.port("rolled back")) as rolled_back:
        answer = client.request("/", [("x-user-id", "u")])
        cookie = (answer.one("set-cookie") or "").partition(";")[0]
        assert (served_by(answer), cookie.partition("=")[0]) == ("green", "session-green" if has_its_own else "session")
        assert rolled_back.request("/", [("x-user-id", "u"), ("cookie", cookie)]).status == status
