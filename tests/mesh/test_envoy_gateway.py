"""Envoy Gateway: its own code translates envoy/gateway/ and pulls the image, and an Envoy serves what comes out."""

import json
import time
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.harness import buckets
from tests.harness.client import Answer, Client, Header
from tests.harness.envoy import Envoy
from tests.harness.filter_health import filter_failures
from tests.harness.load import Load, Target, last_variants
from tests.harness.polling import wait_until
from tests.harness.upstream import Upstream, received, served_by
from tests.mesh.harness import envoy_gateway
from tests.mesh.harness.envoy_gateway import LISTENER, EnvoyGateway, NotAccepted, find
from tests.mesh.harness.figures import Figures
from tests.mesh.harness.models import UPSTREAM_HEADER, tell_names
from tests.mesh.harness.registry import Registry
from tests.mesh.harness.rollback import LIMIT_SECONDS

Json = Any

WEIGHT = 50
USERS = [f"user-{number}" for number in range(200)]
VARIANTS = {user: buckets.variant_of("fraud-scorer", user, WEIGHT) for user in USERS}
ALL_BLUE = dict.fromkeys(USERS, "blue")
HOST = "fraud.example.com"
ANNOTATION = "gateway.envoyproxy.io/bluegreen-rollback"


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with Registry(tmp_path_factory.mktemp("registry")) as registry:
        yield registry.push("test")


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory, image: str, blue: Upstream, green: Upstream) -> EnvoyGateway:
    tell_names(blue, green)
    return EnvoyGateway(tmp_path_factory.mktemp("envoy-gateway"), image, blue, green)


@pytest.fixture
def resources() -> list[Json]:
    """The shipped files, with a weight that makes both variants big."""
    resources = envoy_gateway.shipped()
    plugin(resources)["config"]["deployments"][0]["green_weight"] = WEIGHT
    return resources


@pytest.fixture(scope="module")
def proxy(gateway: EnvoyGateway) -> Iterator[Envoy]:
    gateway.push(gateway.translate(envoy_gateway.shipped()))
    with gateway.envoy() as proxy:
        yield proxy
        assert filter_failures(proxy) == {}


@pytest.fixture
def load(gateway: EnvoyGateway, proxy: Envoy, resources: list[Json]) -> Iterator[Load]:
    """The users, all the time, and each on their variant."""
    gateway.push(gateway.translate(resources))
    url = f"http://127.0.0.1:{proxy.port(LISTENER)}/v1/models/fraud:predict"
    with Load(Target(url, {"host": "fraud.example.com", "x-user-id": "{user}"}, UPSTREAM_HEADER), USERS) as load:
        wait_for(load, VARIANTS)
        yield load
    assert {one.status for one in load.served} == {200}


def plugin(resources: list[Json]) -> Json:
    """What the extension policy says of the filter."""
    return find(resources, "EnvoyExtensionPolicy")["spec"]["wasm"][0]


def wait_for(load: Load, variants: dict[str, str]) -> None:
    load.wait_until(lambda served: last_variants(served) == variants, 20, "everybody to be on their variants")


def by_annotation(resources: list[Json]) -> list[Json]:
    """As `kubectl annotate` leaves them."""
    resources = deepcopy(resources)
    find(resources, "HTTPRoute")["metadata"]["annotations"] = {ANNOTATION: "true"}
    return resources


def by_patch(resources: list[Json]) -> list[Json]:
    return [*resources, envoy_gateway.policy("rollback.yaml")]


def test_users_are_split_and_stay(load: Load) -> None:
    """The fixture has waited for the split; nobody leaves their variant for three more rounds."""
    start = len(load.served)
    load.wait_for(3 * len(USERS))
    assert {(one.user, one.variant) for one in load.served[start:]} == set(VARIANTS.items())


@pytest.mark.parametrize("roll_back", [by_annotation, by_patch])
def test_a_rollback_moves_everybody_to_blue_and_ends(
    roll_back: Any, gateway: EnvoyGateway, load: Load, resources: list[Json], figures: Figures
) -> None:
    rolled_back, as_before = gateway.translate(roll_back(resources)), gateway.translate(resources)
    assert rolled_back["listeners"] == as_before["listeners"], "a listener would be drained"
    pushed = time.monotonic()
    gateway.push(rolled_back)
    wait_for(load, ALL_BLUE)
    ended = time.monotonic()
    gateway.push(as_before)
    wait_for(load, VARIANTS)
    seconds = max(one.received for one in load.served if one.variant == "green" and one.received < ended) - pushed
    figures.seconds("from the push of the routes to the last green answer", seconds)
    assert seconds <= LIMIT_SECONDS


SPELLINGS = [HOST, HOST + ".", HOST + ":80", HOST + ".:80"]


@pytest.mark.parametrize(("has_edge", "expected"), [(True, set()), (False, {HOST + ".", HOST + ".:80"})], ids=["as_shipped", "without_edge"])
def test_no_spelling_of_the_host_evades_a_rollback(
    gateway: EnvoyGateway, proxy: Envoy, resources: list[Json], has_edge: bool, expected: set[str]
) -> None:
    """A second route takes the requests for all other hosts by the same tags, and nobody rolls it back."""
    others = deepcopy(find(resources, "HTTPRoute"))
    others["metadata"]["name"] = "others"
    del others["spec"]["hostnames"]
    if not has_edge:
        del find(resources, "ClientTrafficPolicy")["spec"]["headers"]["host"]
    plugin(resources)["config"]["deployments"][0].get("match", {}).pop("hosts", None)
    gateway.push(gateway.translate([*by_annotation(resources), others]))
    [user] = [user for user in USERS if VARIANTS[user] == "green"][:1]

    def variant(host: str) -> str | None:
        with Client(proxy.port(LISTENER)) as client:
            return client.request("/v1/models/fraud:predict", [("x-user-id", user)], host).one("x-served-by-variant")

    wait_until(lambda: variant("other.example.com") == "green" and variant(HOST) == "blue", 10, "the rollback of one host")
    assert {host for host in SPELLINGS if variant(host) != "blue"} == expected


def test_a_new_weight_is_taken_over(gateway: EnvoyGateway, load: Load, resources: list[Json]) -> None:
    plugin(resources)["config"]["deployments"][0]["green_weight"] = 20
    gateway.push(gateway.translate(resources))
    wait_for(load, {user: buckets.variant_of("fraud-scorer", user, 20) for user in USERS})


def test_a_client_cannot_choose_its_route_while_the_filter_is_away(gateway: EnvoyGateway, proxy: Envoy, resources: list[Json]) -> None:
    gateway.push(gateway.translate([resource for resource in resources if resource["kind"] != "EnvoyExtensionPolicy"]))
    with Client(proxy.port(LISTENER)) as client:
        wait_until(lambda: predict(client, []).one("x-served-by-variant") is None, 10, "the filter to go")
        answer = predict(client, [("X-Bluegreen-Variant", "green")])
    assert (served_by(answer), received(answer, "x-bluegreen-variant")) == ("blue", [])


def predict(client: Client, headers: list[Header]) -> Answer:
    return client.request("/v1/models/fraud:predict", [("x-user-id", USERS[0]), *headers], "fraud.example.com")


def test_the_filter_is_made_anew_if_it_crashes(gateway: EnvoyGateway, resources: list[Json]) -> None:
    before = gateway.translate(resources)["listeners"]
    after = gateway.translate([*resources, envoy_gateway.policy("fail-reload.yaml")])["listeners"]
    assert json.dumps(before).count("failure_policy") == 0
    assert json.dumps(after).count('"failure_policy": "FAIL_RELOAD"') == 1


def test_an_image_that_is_not_there_is_not_accepted_and_the_routes_answer_500(
    image: str, resources: list[Json], blue: Upstream, green: Upstream, tmp_path: Path
) -> None:
    with pytest.raises(NotAccepted, match="(?s)setting 500 direct response.*Wasm"):
        EnvoyGateway(tmp_path, f"{image}-absent", blue, green).translate(resources)


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        ("extension-policy.yaml", ["wasm", 0, "code", "typ"], "Image"),
        ("extension-policy.yaml", ["targetRefs", 0, "name"], "nobody"),
        ("edge.yaml", ["targetRefs", 0, "name"], "nobody"),
        ("rollback.yaml", ["jsonPatches", 0, "name"], "models/models/htp"),
        ("rollback.yaml", ["jsonPatches", 0, "operation", "jsonPath"], "$.virtual_host[*].metadata"),
        ("fail-reload.yaml", ["jsonPatches", 0, "operation", "value"], "FAIL_RELOADED"),
    ],
)
def test_a_wrong_file_is_not_accepted(
    gateway: EnvoyGateway, resources: list[Json], name: str, path: list[str | int], value: Json, tmp_path: Path
) -> None:
    wrong = envoy_gateway.policy(name)
    part = wrong["spec"]
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    resources = [resource for resource in resources if resource["kind"] != wrong["kind"]]
    with pytest.raises(NotAccepted):
        gateway.translate([*resources, wrong])
