"""The issued cookie with other settings than those of the shipped files."""

import asyncio
import re
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.harness.bootstrap import bootstrap, cluster, listener
from tests.harness.client import Answer, Client
from tests.harness.envoy import Envoy
from tests.harness.fleet import Fleet
from tests.harness.http_filters import bluegreen_filter
from tests.harness.routes import route_table, route_to
from tests.harness.time_ids import seconds_of, uuid_v7
from tests.harness.upstream import Upstream

DAY = 86_400
COOKIES: dict[str, dict[str, Any]] = {
    "domain": {"domain": ".example.com", "http_only": False, "max_age": "session"},
    "frame": {"partitioned": True, "same_site": "none"},
    "refresh": {"refresh": True, "max_age": "10d"},
    "connection": {"per": "connection"},
    "request": {},
}
PARALLEL = 20


def configuration(**tags: str) -> dict[str, Any]:
    deployments = [
        {"name": name, "match": {"path": f"/{name}"}, "green_weight": 50, "sticky": {"keys": [{"header": "x-user-id"}], "issue_cookie": cookie}}
        for name, cookie in COOKIES.items()
    ]
    return {"deployments": deployments, "explain": "internal", "tags": {"response_header": "x-variant", **tags}}


@pytest.fixture(scope="module")
def envoy(fleet: Fleet, blue: Upstream) -> Envoy:
    routes = route_table([route_to("blue")])
    listeners = [
        listener("ingress", bluegreen_filter(configuration()), routes),
        listener("uncached", bluegreen_filter(configuration(cache_control="omit")), routes),
    ]
    return fleet.run(bootstrap(listeners, [cluster("blue", blue.port)]))


@pytest.fixture
def client(envoy: Envoy) -> Iterator[Client]:
    with Client(envoy.port("ingress")) as client:
        yield client


def issued(answer: Answer) -> tuple[str, list[str]]:
    """The id, and the attributes in lower case."""
    first, *attributes = (answer.one("set-cookie") or "").split("; ")
    return first.removeprefix("bluegreen_id="), sorted(attribute.lower() for attribute in attributes)


def test_a_cookie_for_a_domain_that_lives_as_long_as_the_browser(client: Client) -> None:
    assert issued(client.request("/domain"))[1] == ["domain=example.com", "path=/", "samesite=lax", "secure"]


def test_a_cookie_for_frames_in_other_sites(client: Client) -> None:
    expected = ["httponly", "max-age=2592000", "partitioned", "path=/", "samesite=none", "secure"]
    assert issued(client.request("/frame"))[1] == expected


def test_an_id_that_can_be_set_again_carries_the_time_of_now(client: Client) -> None:
    before = time.time()
    id, attributes = issued(client.request("/refresh"))
    assert before - 0.001 <= seconds_of(id) <= time.time()
    assert "max-age=864000" in attributes


def test_the_cookie_is_set_again_once_half_of_its_time_has_passed(client: Client) -> None:
    for age_days, is_set_again in ((0, False), (4.99, False), (5.01, True), (300, True)):
        id = uuid_v7(time.time() - age_days * DAY)
        answer = client.request("/refresh", [("cookie", f"a=b; bluegreen_id={id}")])
        if is_set_again:
            assert issued(answer)[0] == id
            assert answer.all("cache-control") == ["private"]
        else:
            assert answer.all("set-cookie") + answer.all("cache-control") == []


def test_all_requests_of_a_connection_get_one_id(envoy: Envoy) -> None:
    ids = []
    for _ in range(5):
        with Client(envoy.port("ingress")) as client:
            answers = [client.request("/connection") for _ in range(5)]
            assert len({issued(answer)[0] for answer in answers}) == 1
            assert len({answer.one("x-variant") for answer in answers}) == 1
            ids.append(issued(answers[0])[0])
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch("[0-9a-f]{32}", id) for id in ids)


@pytest.mark.parametrize(("path", "ids"), [("/connection", 1), ("/request", PARALLEL)])
def test_parallel_first_requests_over_http_2(envoy: Envoy, path: str, ids: int) -> None:
    async def ask() -> list[httpx.Response]:
        one_connection = httpx.Limits(max_connections=1)
        base = f"http://127.0.0.1:{envoy.port('ingress')}"
        async with httpx.AsyncClient(http1=False, http2=True, base_url=base, limits=one_connection) as client:
            # Without a cookie jar, for all are sent before the first answer.
            return list(await asyncio.gather(*(client.get(path) for _ in range(PARALLEL))))

    connections = "http.ingress.downstream_cx_http2_total"
    before = envoy.stat(connections)
    answers = asyncio.run(ask())
    assert envoy.stat(connections) == before + 1
    cookies = [answer.headers["set-cookie"].partition(";")[0] for answer in answers]
    assert len(set(cookies)) == ids
    assert len({answer.headers["x-variant"] for answer in answers}) == min(ids, 2)


def test_who_brings_a_key_gets_no_cookie_of_the_connection(client: Client) -> None:
    assert client.request("/connection", [("x-user-id", "u1")]).one("set-cookie") is None


@pytest.fixture
def cacheable(blue: Upstream) -> Iterator[None]:
    blue.response_headers = {"cache-control": "public, max-age=60"}
    yield
    blue.response_headers = {}


@pytest.mark.usefixtures("cacheable")
def test_a_shared_cache_must_not_keep_an_answer_with_a_cookie(envoy: Envoy, client: Client) -> None:
    directives = ",".join(client.request("/request").all("cache-control")).split(",")
    assert [directive.strip() for directive in directives] == ["public", "max-age=60", "private"]
    known = client.request("/request", [("x-user-id", "u1")])
    assert known.all("cache-control") == ["public, max-age=60"]
    with Client(envoy.port("uncached")) as uncached:
        assert uncached.request("/request").all("cache-control") == ["public, max-age=60"]
