"""The cookie for those who bring no key."""

import re
from collections.abc import Iterator

import pytest

from tests.harness.client import Client
from tests.harness.envoy import Envoy
from tests.harness.prediction import predict, variant, variant_of
from tests.harness.standalone import Standalone

WEIGHT = 50


@pytest.fixture(scope="module", autouse=True)
def weight(standalone: Standalone) -> None:
    standalone.set_green_weight(WEIGHT)


@pytest.fixture
def client(proxy: Envoy) -> Iterator[Client]:
    with Client(proxy.port("ingress")) as client:
        yield client


def issue(client: Client) -> tuple[str, str | None]:
    """The id in the cookie that an unknown client gets, and the variant that served it."""
    answer = predict(client)
    cookie = answer.one("set-cookie")
    assert cookie is not None
    return cookie.partition(";")[0].removeprefix("bluegreen_id="), variant(answer)


def test_the_cookie_holds_a_random_id_for_thirty_days(client: Client) -> None:
    first, *attributes = (predict(client).one("set-cookie") or "").split("; ")
    assert re.fullmatch(r"bluegreen_id=[0-9a-f]{32}", first)
    assert sorted(attribute.lower() for attribute in attributes) == ["httponly", "max-age=2592000", "path=/", "samesite=lax", "secure"]


def test_no_two_clients_get_the_same_id(client: Client) -> None:
    assert len({issue(client)[0] for _ in range(200)}) == 200


def test_the_id_decides_the_request_that_it_is_issued_for(client: Client) -> None:
    issued = [issue(client) for _ in range(60)]
    assert [variant for _, variant in issued] == [variant_of(id, WEIGHT) for id, _ in issued]
    assert {variant for _, variant in issued} == {"blue", "green"}


def test_the_cookie_keeps_its_client_on_that_variant(client: Client) -> None:
    for id, first in [issue(client) for _ in range(20)]:
        answers = [predict(client, headers=[("cookie", f"a=b; bluegreen_id={id}")]) for _ in range(3)]
        assert {variant(answer) for answer in answers} == {first}
        assert {answer.one("set-cookie") for answer in answers} == {None}


def test_who_brings_a_key_gets_no_cookie(client: Client) -> None:
    assert predict(client, "user-1").one("set-cookie") is None
    assert predict(client, headers=[("cookie", "uid=user-1")]).one("set-cookie") is None


def test_where_no_deployment_matches_no_cookie_is_issued(client: Client) -> None:
    assert client.request("/elsewhere").one("set-cookie") is None
