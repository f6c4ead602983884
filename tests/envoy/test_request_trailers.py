"""What a client sends under a tag's name in trailers does not get through either."""

import socket
import threading
from collections.abc import Iterator

import pytest

from tests.harness.bootstrap import bootstrap, cluster, listener
from tests.harness.client import Client
from tests.harness.fleet import Fleet
from tests.harness.http_filters import bluegreen_filter
from tests.harness.routes import Json, route_table, route_to

CONFIGURATION = {"deployments": [{"name": "fraud", "green_weight": 100, "override": {"allow": "internal"}}], "tags": {"bucket_header": {}}}
TRAILERS = {"enable_trailers": True}
REMOVED = ["X-Bluegreen-Variant", "x-bluegreen-cluster", "x-bluegreen-mirror-cluster", "x-bluegreen-bucket", "x-bluegreen-override"]


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server that answers each request with its own bytes, trailers included."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer_all, args=(server,), daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def answer_all(server: socket.socket) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection:
            seen = b""
            while b"\r\n0\r\n" not in seen or not seen.endswith(b"\r\n\r\n"):
                seen += connection.recv(65536)
            head = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: %d\r\n\r\n"
            connection.sendall(head % len(seen) + seen)


def with_trailers(cluster: Json) -> Json:
    options = {"@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions"}
    explicit = {"explicit_http_config": {"http_protocol_options": TRAILERS}}
    return cluster | {"typed_extension_protocol_options": {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": options | explicit}}


def test_trailers_under_the_names_of_tags_are_removed_and_others_are_not(fleet: Fleet, echo: int) -> None:
    ingress = listener("ingress", bluegreen_filter(CONFIGURATION), route_table([route_to("blue")]), http_protocol_options=TRAILERS)
    proxy = fleet.run(bootstrap([ingress], [with_trailers(cluster("blue", echo))]))
    trailers = "".join(f"{name}: blue\r\n" for name in [*REMOVED, "x-checksum"])
    request = f"POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n{trailers}\r\n"
    with Client(proxy.port("ingress")) as client:
        head, _, rest = client.send(request.encode(), "POST").body.partition(b"\r\n\r\n")
    assert b"x-bluegreen-variant: green" in head
    assert rest.partition(b"\r\n0\r\n")[2] == b"x-checksum: blue\r\n\r\n"
