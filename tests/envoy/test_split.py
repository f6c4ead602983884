"""Who goes to green: the share, and that everybody stays on one variant."""

import math

import httpx

from tests.harness.client import Client
from tests.harness.envoy import Envoy
from tests.harness.prediction import PATH, VARIANT_HEADER, predict, users, users_on, variant, variant_of
from tests.harness.upstream import Upstream

WEIGHT = 10


def test_the_share_on_green_is_the_weight(proxy: Envoy) -> None:
    asked = 3000
    with Client(proxy.port("ingress")) as client:
        green = sum(variant(predict(client, user)) == "green" for user in users(asked))
    deviation = math.sqrt(asked * WEIGHT / 100 * (1 - WEIGHT / 100))
    assert abs(green - asked * WEIGHT / 100) < 4 * deviation


def test_another_xxhash_knows_where_each_user_is(proxy: Envoy) -> None:
    with Client(proxy.port("ingress")) as client:
        assert {user: variant(predict(client, user)) for user in users(300)} == {user: variant_of(user, WEIGHT) for user in users(300)}


def test_the_cluster_of_the_variant_serves(proxy: Envoy) -> None:
    with Client(proxy.port("ingress")) as client:
        for expected in ("blue", "green"):
            for user in users_on(expected, WEIGHT, 20):
                answer = predict(client, user)
                assert (answer.json()["upstream"], variant(answer)) == (expected, expected)


def test_what_an_upstream_says_of_its_variant_is_replaced(proxy: Envoy, blue: Upstream) -> None:
    blue.response_headers = {VARIANT_HEADER: "green"}
    with Client(proxy.port("ingress")) as client:
        answer = predict(client, users_on("blue", WEIGHT, 1)[0])
    blue.response_headers = {}
    assert answer.json()["upstream"] == "blue"
    assert answer.all(VARIANT_HEADER) == ["blue"]


def test_without_a_deployment_blue_serves_untagged(proxy: Envoy) -> None:
    with Client(proxy.port("ingress")) as client:
        answer = client.request("/v1/models/fraud-eu:predict", [("x-user-id", users_on("green", WEIGHT, 1)[0])])
    assert variant(answer) is None
    assert answer.json()["upstream"] == "blue"
    assert not [name for name, _ in answer.json()["headers"] if name.startswith("x-bluegreen")]


def test_a_user_stays_on_one_variant_over_new_connections(proxy: Envoy) -> None:
    for user in [*users_on("green", WEIGHT, 3), *users_on("blue", WEIGHT, 3)]:
        for _ in range(10):
            with Client(proxy.port("ingress")) as client:
                assert variant(predict(client, user)) == variant_of(user, WEIGHT)


def test_a_user_is_on_the_same_variant_over_http_2(proxy: Envoy) -> None:
    with httpx.Client(http1=False, http2=True, base_url=f"http://127.0.0.1:{proxy.port('ingress')}") as client:
        for user in users(100):
            answer = client.post(PATH, headers={"x-user-id": user})
            assert answer.http_version == "HTTP/2"
            assert answer.headers[VARIANT_HEADER] == variant_of(user, WEIGHT)


def test_the_cookie_is_found_among_the_crumbs_of_http_2(proxy: Envoy) -> None:
    with httpx.Client(http1=False, http2=True, base_url=f"http://127.0.0.1:{proxy.port('ingress')}") as client:
        for user in [*users_on("green", WEIGHT, 10), *users_on("blue", WEIGHT, 10)]:
            crumbs = [("cookie", "theme=dark"), ("cookie", f"uid={user}"), ("cookie", "uid=somebody-else")]
            assert client.post(PATH, headers=crumbs).headers[VARIANT_HEADER] == variant_of(user, WEIGHT)


def test_the_first_key_that_is_there_decides(proxy: Envoy) -> None:
    green, blue = users_on("green", WEIGHT, 1)[0], users_on("blue", WEIGHT, 1)[0]
    with Client(proxy.port("ingress")) as client:
        assert variant(predict(client, green, [("cookie", f"uid={blue}")])) == "green"
        assert variant(predict(client, blue, [("cookie", f"uid={green}")])) == "blue"
        assert variant(predict(client, "", [("cookie", f"uid={green}")])) == "green"
