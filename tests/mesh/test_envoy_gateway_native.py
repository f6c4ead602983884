"""Envoy Gateway: its own code translates envoy/gateway/native/, and an Envoy with the dynamic module serves what comes out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.harness import buckets
from tests.harness.client import Client
from tests.harness.envoy import Envoy
from tests.harness.polling import wait_until
from tests.harness.upstream import Upstream
from tests.mesh.harness import envoy_gateway
from tests.mesh.harness.envoy_gateway import LISTENER, EnvoyGateway, NotAccepted, find

Json = Any

WEIGHT = 50
USERS = [f"user-{number}" for number in range(40)]
VARIANTS = {user: buckets.variant_of("fraud-scorer", user, WEIGHT) for user in USERS}


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory) -> list[Json]:
    resources = envoy_gateway.shipped_natively(tmp_path_factory.mktemp("native"))
    find(resources, "EnvoyExtensionPolicy")["spec"]["dynamicModule"][0]["config"]["deployments"][0]["green_weight"] = WEIGHT
    return resources


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory, blue: Upstream, green: Upstream) -> EnvoyGateway:
    return EnvoyGateway(tmp_path_factory.mktemp("envoy-gateway"), "unused", blue, green)


@pytest.fixture(scope="module")
def proxy(gateway: EnvoyGateway, resources: list[Json]) -> Iterator[Envoy]:
    gateway.push(gateway.translate(resources))
    with gateway.envoy() as proxy:
        yield proxy


def variants(proxy: Envoy) -> dict[str, str]:
    with Client(proxy.port(LISTENER)) as client:
        answers = {user: client.request("/v1/models/fraud:predict", [("x-user-id", user)], "fraud.example.com") for user in USERS}
    assert {user: answer.json()["upstream"] for user, answer in answers.items()} == {
        user: answer.one("x-served-by-variant") for user, answer in answers.items()
    }
    return {user: str(answer.one("x-served-by-variant")) for user, answer in answers.items()}


def test_users_are_split_and_a_rollback_on_the_routes_moves_everybody(gateway: EnvoyGateway, proxy: Envoy, resources: list[Json]) -> None:
    assert variants(proxy) == VARIANTS
    as_before, rolled_back = gateway.translate(resources), gateway.translate([*resources, envoy_gateway.policy("native/rollback.yaml")])
    assert rolled_back["listeners"] == as_before["listeners"], "a listener would be drained"
    gateway.push(rolled_back)
    wait_until(lambda: set(variants(proxy).values()) == {"blue"}, 20, "everybody to be on blue")
    gateway.push(as_before)
    wait_until(lambda: variants(proxy) == VARIANTS, 20, "everybody to be back")


def test_a_module_that_the_proxies_may_not_load_is_not_accepted(gateway: EnvoyGateway, resources: list[Json]) -> None:
    with pytest.raises(NotAccepted):
        gateway.translate([resource for resource in resources if resource["kind"] != "EnvoyProxy"])
