"""Whatever a client sends, the filter stays up and the next request is right."""

import json
import socket

import pytest

from tests.harness.bootstrap import LARGEST_HEADERS_KIB, bootstrap, cluster, listener
from tests.harness.client import Client
from tests.harness.envoy import Envoy
from tests.harness.fleet import Fleet
from tests.harness.http_filters import bluegreen_filter
from tests.harness.prediction import VARIANT_HEADER, predict, users, variant, variant_of
from tests.harness.routes import route_by_tag, route_table, route_to
from tests.harness.upstream import Upstream

WEIGHT = 50
CONFIGURATION = json.dumps(
    {
        "deployments": [
            {
                "name": "fraud-scorer",
                "clusters": {"blue": "blue", "green": "green"},
                "green_weight": WEIGHT,
                "sticky": {"keys": [{"header": "x-user-id"}, {"cookie": "uid"}], "issue_cookie": {}},
            }
        ],
        "tags": {"response_header": VARIANT_HEADER},
    }
)
START = b"GET /v1/models/fraud:predict HTTP/1.1\r\nhost: a\r\n"
END = b"connection: close\r\n\r\n"
REFUSED_BY_ENVOY = {
    "garbage": bytes(range(256)),
    "no_version": b"GET /\r\n\r\n",
    "lower_case_method": b"get / HTTP/1.1\r\nhost: a\r\n\r\n",
    "unknown_method": b"BREW / HTTP/1.1\r\nhost: a\r\n" + END,
    "no_host": b"GET / HTTP/1.1\r\n" + END,
    "no_host_in_http_1_0": b"GET / HTTP/1.0\r\n\r\n",
    "host_with_odd_bytes": b"GET / HTTP/1.1\r\nhost: \xff\xfe..:99999\r\n" + END,
    "path_with_odd_bytes": b"GET /\xff\xfe%00%zz HTTP/1.1\r\nhost: a\r\n" + END,
    "options_asterisk": b"OPTIONS * HTTP/1.1\r\nhost: a\r\n" + END,
    "nul_in_a_header": START + b"x-user-id: a\x00b\r\n" + END,
    "two_lengths": START + b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "http_2_without_preface": b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n",
    "http_2_with_garbage": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 100,
}
"""The filter hears of some of these at most when they are over."""
SEEN_BY_THE_FILTER = {
    "unknown_version": b"GET / HTTP/9.9\r\nhost: a\r\n" + END,
    "empty_host": b"GET / HTTP/1.1\r\nhost:\r\n" + END,
    "two_hosts": START + b"host: b\r\n" + END,
    "host_of_dots": b"GET / HTTP/1.1\r\nhost: ....\r\n" + END,
    "huge_host": b"GET / HTTP/1.1\r\nhost: " + b"a" * 60_000 + b"\r\n" + END,
    "huge_path": b"GET /" + b"a" * 60_000 + b"?" + b"b" * 60_000 + b" HTTP/1.1\r\nhost: a\r\n" + END,
    "absolute_form": b"GET http://fraud.example.com:80/v1/models/fraud:predict HTTP/1.1\r\nhost: other\r\n" + END,
    "connect": b"CONNECT a:443 HTTP/1.1\r\nhost: a:443\r\n\r\n",
    "huge_header": START + b"x-user-id: " + b"u" * 60_000 + b"\r\n" + END,
    "many_headers": START + b"".join(b"x-%d: y\r\n" % number for number in range(900)) + END,
    "same_header_many_times": START + b"x-user-id: u\r\n" * 900 + END,
    "500_cookies": START + b"cookie: " + b"; ".join(b"c%d=v" % number for number in range(500)) + b"\r\n" + END,
    "500_cookie_headers": START + b"".join(b"cookie: c%d=v\r\n" % number for number in range(500)) + END,
    "cookies_of_nothing": START + b"cookie: " + b";=;" * 20_000 + b"\r\n" + END,
    "cookie_of_quotes": START + b'cookie: uid="; uid=""; uid=""";\r\n' + END,
    "header_not_utf_8": START + b"x-user-id: \xff\xfe\x80\r\n" + END,
    "cookie_not_utf_8": START + b"cookie: \xff=\xfe; uid=\xff\xfe\x80\r\n" + END,
    "tag_not_utf_8": START + b"x-bluegreen-variant: \xff\xfe\r\nx-bluegreen-cluster: \xff\r\n" + END,
    "empty_headers": START + b"x-user-id:\r\ncookie:\r\n" + END,
    "folded_header": START + b"x-user-id: a\r\n b\r\n" + END,
    "broken_chunk": START + b"transfer-encoding: chunked\r\n\r\nZZ\r\n",
}
NEVER_ENDED = [b"\r\n\r\n", START, START + b"x-user-id: u", START + b"content-length: 10\r\n\r\nhalf"]


@pytest.fixture(scope="module")
def proxy(fleet: Fleet, blue: Upstream, green: Upstream) -> Envoy:
    lax = {
        "delayed_close_timeout": "0.01s",
        "max_request_headers_kb": LARGEST_HEADERS_KIB,
        "common_http_protocol_options": {"max_headers_count": 10_000},
        "http_protocol_options": {"accept_http_10": True},
    }
    routes = route_table([route_by_tag(), route_to("blue")])
    ingress = listener("ingress", bluegreen_filter(CONFIGURATION), routes, **lax)
    return fleet.run(bootstrap([ingress], [cluster("blue", blue.port), cluster("green", green.port)]))


def exchange(port: int, request: bytes) -> bytes:
    """Sends bytes and reads until the proxy closes."""
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        answer = b""
        try:
            connection.sendall(request)
            while part := connection.recv(65536):
                answer += part
        except ConnectionError:
            pass
        return answer


def next_requests_are_right(proxy: Envoy) -> bool:
    with Client(proxy.port("ingress")) as client:
        return all(variant(predict(client, user)) == variant_of(user, WEIGHT) for user in users(5))


@pytest.mark.parametrize("name", REFUSED_BY_ENVOY)
def test_what_envoy_refuses_harms_nobody(proxy: Envoy, name: str) -> None:
    answer = exchange(proxy.port("ingress"), REFUSED_BY_ENVOY[name])
    assert not answer.startswith(b"HTTP/1.1 200"), answer[:300]
    assert VARIANT_HEADER.encode() not in answer
    assert next_requests_are_right(proxy)


@pytest.mark.parametrize("name", SEEN_BY_THE_FILTER)
def test_a_hostile_request_is_decided_like_any_other(proxy: Envoy, name: str) -> None:
    answer = exchange(proxy.port("ingress"), SEEN_BY_THE_FILTER[name])
    assert VARIANT_HEADER.encode() in answer, answer[:300]
    assert next_requests_are_right(proxy)


@pytest.mark.parametrize("beginning", NEVER_ENDED)
def test_a_request_that_never_ends_harms_nobody(proxy: Envoy, beginning: bytes) -> None:
    with socket.create_connection(("127.0.0.1", proxy.port("ingress")), 10) as connection:
        connection.sendall(beginning)
    assert next_requests_are_right(proxy)


def test_a_client_that_goes_away_harms_nobody(proxy: Envoy, blue: Upstream, green: Upstream) -> None:
    blue.delay_seconds = green.delay_seconds = 0.2
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", proxy.port("ingress")), 10) as connection:
            connection.sendall(START + b"\r\n")
    blue.delay_seconds = green.delay_seconds = 0
    proxy.wait_for_stat("http.ingress.downstream_rq_rx_reset", 5)
    assert next_requests_are_right(proxy)
