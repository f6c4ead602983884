"""Envoy redirects a request internally, which runs the filter a second time: what the first pass decided by still holds."""

from collections.abc import Iterator

import pytest

from tests.harness.bootstrap import bootstrap, client_addresses_by_header, cluster, listener
from tests.harness.client import Answer, Client, Header
from tests.harness.envoy import Envoy
from tests.harness.fleet import Fleet
from tests.harness.http_filters import bluegreen_filter
from tests.harness.routes import Json, route_table, route_to
from tests.harness.signed_override import override
from tests.harness.upstream import Upstream, received

SECRET = b"a secret of some length"
KEYS = [{"id": "ci", "secret_base64": "YSBzZWNyZXQgb2Ygc29tZSBsZW5ndGg="}]
INSIDE: Header = ("x-forwarded-for", "10.0.0.1")
VARIANT = "x-bluegreen-variant"


def configuration() -> Json:
    """All under /first and /second; everybody is on blue but for `fresh`, of which half are on green."""
    deployments = {
        "signed": {"override": {"keys": KEYS, "cookie": "try"}},
        "fresh": {"green_weight": 50, "sticky": {"issue_cookie": {}}},
        "trusting": {"trust_tags_from": "internal", "green_weight": 100},
    }
    return {
        "deployments": [{"name": name, "match": {"hosts": [f"{name}.example.com"]}, **rest} for name, rest in deployments.items()],
        "tags": {"response_header": "x-variant"},
        "explain": "internal",
    }


@pytest.fixture(scope="module")
def redirector() -> Iterator[Upstream]:
    with Upstream("redirector") as redirector:
        redirector.status = 302
        yield redirector


@pytest.fixture(scope="module")
def proxy(fleet: Fleet, blue: Upstream, redirector: Upstream) -> Envoy:
    """What is asked for under /first is redirected to /second, by Envoy itself."""
    policy = {"max_internal_redirects": 1, "redirect_response_codes": [302]}
    first = {"match": {"path": "/first"}, "route": {"cluster": "redirector", "internal_redirect_policy": policy}}
    routes = route_table([first, route_to("blue")])
    ingress = listener("ingress", bluegreen_filter(configuration()), routes, **client_addresses_by_header("10.0.0.1"))
    return fleet.run(bootstrap([ingress], [cluster("blue", blue.port), cluster("redirector", redirector.port)]))


@pytest.fixture
def client(proxy: Envoy) -> Iterator[Client]:
    with Client(proxy.port("ingress")) as client:
        yield client


def ask(client: Client, redirector: Upstream, deployment: str, *headers: Header) -> Answer:
    """The answer of the upstream to which Envoy redirects a request for /first."""
    host = f"{deployment}.example.com"
    redirector.response_headers["location"] = f"http://{host}/second"
    answer = client.request("/first", headers, host)
    assert (answer.status, answer.json()["path"]) == (200, "/second")
    return answer


@pytest.mark.parametrize("carrier", ["header", "cookie"])
def test_an_override_holds_on_the_second_pass_and_reaches_no_upstream(client: Client, redirector: Upstream, carrier: str) -> None:
    token = override("green", "signed", SECRET)
    sent = ("x-bluegreen-override", token) if carrier == "header" else ("cookie", f"try={token.replace(';', '%3B')}")
    answer = ask(client, redirector, "signed", sent)
    assert answer.one("x-variant") == "green"
    assert received(answer, VARIANT) == ["green"]
    assert received(answer, "x-bluegreen-override") + received(answer, "cookie") == []
    assert ask(client, redirector, "signed").one("x-variant") == "blue"


def test_an_issued_id_holds_on_the_second_pass(client: Client, redirector: Upstream) -> None:
    seen = set()
    for _ in range(40):
        answer = ask(client, redirector, "fresh")
        cookie = (answer.one("set-cookie") or "").partition(";")[0]
        assert cookie.startswith("bluegreen_id=")
        [tag_of_first_pass] = [value for name, value in redirector.received[-1]["headers"] if name == VARIANT]
        again = client.request("/second", [("cookie", cookie)], "fresh.example.com")
        assert [answer.one("x-variant"), again.one("x-variant")] == [tag_of_first_pass] * 2
        seen.add(tag_of_first_pass)
    assert seen == {"blue", "green"}


def test_a_tag_of_the_first_pass_does_not_count_as_a_peer_s(client: Client, redirector: Upstream) -> None:
    """The host stays, so both passes belong to one deployment: what it decided it decides again, and no tag makes a peer of it."""
    answer = ask(client, redirector, "trusting", INSIDE, ("x-bluegreen-explain", "1"))
    assert "reason=random" in (answer.one("x-bluegreen-explain") or "")


def test_a_peer_s_tag_still_counts_on_the_second_pass(client: Client, redirector: Upstream) -> None:
    answer = ask(client, redirector, "trusting", INSIDE, (VARIANT, "blue"), ("x-bluegreen-explain", "1"))
    assert answer.one("x-variant") == "blue"
    assert "reason=peer" in (answer.one("x-bluegreen-explain") or "")


def test_nobody_takes_over_what_another_request_left_by_claiming_to_be_redirected(proxy: Envoy, client: Client) -> None:
    for _ in range(10):
        with Client(proxy.port("ingress")) as other:
            other.request("/second", [("x-bluegreen-override", override("green", "signed", SECRET))], "signed.example.com")
        claimed = [("x-envoy-original-url", "http://signed.example.com/first"), INSIDE, (VARIANT, "blue"), ("x-bluegreen-explain", "1")]
        assert client.request("/second", claimed, "signed.example.com").one("x-variant") == "blue"
        assert "reason=peer" in (client.request("/second", claimed, "trusting.example.com").one("x-bluegreen-explain") or "")
