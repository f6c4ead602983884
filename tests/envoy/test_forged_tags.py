"""What a client sends under a tag's name never gets through, even where nothing in front of the filter strips it."""

import json
from collections.abc import Iterator

import pytest

from tests.harness.bootstrap import bootstrap, cluster, listener
from tests.harness.client import Client, Header
from tests.harness.envoy import Envoy
from tests.harness.fleet import Fleet
from tests.harness.http_filters import bluegreen_filter
from tests.harness.routes import route_by_tag, route_table, route_to
from tests.harness.upstream import Upstream, received

VARIANT, CLUSTER = "x-bluegreen-variant", "x-bluegreen-cluster"
FORGERIES: list[list[Header]] = [
    [(VARIANT, "green"), (CLUSTER, "green")],
    [(VARIANT, "green"), (VARIANT, "green"), (CLUSTER, "green"), (CLUSTER, "green")],
    [("X-BlueGreen-Variant", "green"), ("X-BLUEGREEN-CLUSTER", "green")],
    [(VARIANT, "blue, green"), (CLUSTER, "blue,green")],
    [(VARIANT, ""), (CLUSTER, "")],
    [(VARIANT, b"\xff\xfe"), (CLUSTER, b"\xff\xfe")],
    [(CLUSTER, "no-such-cluster")],
]


def configuration(tags: dict[str, object]) -> str:
    deployments = [
        {"name": variant, "match": {"path": f"/{variant}"}, "clusters": {"blue": "blue", "green": "green"}, "green_weight": weight}
        for variant, weight in (("blue", 0), ("green", 100))
    ]
    return json.dumps({"deployments": deployments, "tags": tags})


@pytest.fixture(scope="module")
def proxy(fleet: Fleet, blue: Upstream, green: Upstream) -> Envoy:
    routes = route_table([route_by_tag(), route_to("blue")])
    renamed = {"variant_header": "x-colour", "cluster_header": "x-upstream"}
    listeners = [
        listener("write", bluegreen_filter(configuration({"blue": "write"})), routes),
        listener("omit", bluegreen_filter(configuration({"blue": "omit"})), routes),
        listener("renamed", bluegreen_filter(configuration(renamed)), route_table([route_by_tag("x-upstream"), route_to("blue")])),
    ]
    return fleet.run(bootstrap(listeners, [cluster("blue", blue.port), cluster("green", green.port)]))


@pytest.fixture(params=["write", "omit"])
def client(request: pytest.FixtureRequest, proxy: Envoy) -> Iterator[Client]:
    with Client(proxy.port(request.param)) as client:
        yield client


@pytest.mark.parametrize("forged", FORGERIES)
def test_a_client_cannot_forge_the_tags_of_green(client: Client, forged: list[Header]) -> None:
    answer = client.request("/green", forged)
    assert answer.json()["upstream"] == "green"
    assert (received(answer, VARIANT), received(answer, CLUSTER)) == (["green"], ["green"])


@pytest.mark.parametrize("forged", FORGERIES)
def test_a_client_cannot_reach_green_from_blue(client: Client, forged: list[Header]) -> None:
    answer = client.request("/blue", forged)
    assert answer.json()["upstream"] == "blue"
    untagged = client.request("/blue")
    assert [received(answer, name) for name in (VARIANT, CLUSTER)] == [received(untagged, name) for name in (VARIANT, CLUSTER)]


@pytest.mark.parametrize("forged", FORGERIES)
def test_a_client_cannot_bring_tags_where_no_deployment_matches(client: Client, forged: list[Header]) -> None:
    answer = client.request("/elsewhere", forged)
    assert answer.json()["upstream"] == "blue"
    assert (received(answer, VARIANT), received(answer, CLUSTER)) == ([], [])


def test_blue_carries_tags_only_where_they_are_written(proxy: Envoy) -> None:
    with Client(proxy.port("write")) as write, Client(proxy.port("omit")) as omit:
        assert [received(write.request("/blue"), name) for name in (VARIANT, CLUSTER)] == [["blue"], ["blue"]]
        assert [received(omit.request("/blue"), name) for name in (VARIANT, CLUSTER)] == [[], []]


@pytest.mark.parametrize("path", ["/blue", "/elsewhere"])
def test_renamed_tags_are_guarded_too(proxy: Envoy, path: str) -> None:
    with Client(proxy.port("renamed")) as client:
        answer = client.request(path, [("x-colour", "green"), ("X-Upstream", "green"), ("x-upstream", "green")])
    assert answer.json()["upstream"] == "blue"
    assert "green" not in received(answer, "x-colour") + received(answer, "x-upstream")
