"""A new version of the filter at one gateway first: its chain holds that one filter and no other, and nobody changes the variant."""

from copy import deepcopy
from typing import Any

from tests.harness.client import Client
from tests.harness.polling import wait_until
from tests.harness.upstream import Upstream, served_by
from tests.mesh.harness.mesh import GATEWAY_LABELS, Mesh, Proxy
from tests.mesh.harness.stage import FRAUD, Stage

Json = Any

WEIGHT = 50
USERS = [f"user-{number}" for number in range(60)]
REPEATED = "wasmcustom.bluegreen.filter.repeated"


def of(extension: Json, name: str, **labels: str) -> Json:
    """The same filter under another name, at the gateways with these labels too."""
    copy = deepcopy(extension)
    copy["metadata"]["name"] = name
    copy["spec"]["selector"]["matchLabels"] |= labels
    return copy


def served(proxy: Proxy) -> dict[str, str]:
    with Client(proxy.workload.port) as client:
        return {user: served_by(client.request(FRAUD.path, [("x-user-id", user)], FRAUD.host)) for user in USERS}


def gateways(mesh: Mesh) -> tuple[Proxy, Proxy]:
    """A stable one, and one that tries new versions."""
    stable, canary = (mesh.gateway(GATEWAY_LABELS | {"bluegreen": kind}) for kind in ("stable", "canary"))
    for proxy in (stable, canary):
        wait_until(lambda proxy=proxy: serves(proxy), 30, "a gateway to serve")
    return stable, canary


def serves(proxy: Proxy) -> bool:
    try:
        with Client(proxy.workload.port) as client:
            return client.request(FRAUD.path, host=FRAUD.host).status == 200
    except ConnectionError:
        return False


def test_a_general_selector_that_leaves_the_canary_out_keeps_one_filter_in_each_chain(
    mesh: Mesh, blue: Upstream, green: Upstream
) -> None:
    mesh.control_plane.clear()
    stage = Stage(mesh, blue, green, ["routes", "gateway"], WEIGHT)
    mesh.kubernetes.apply(of(stage.extension, "bluegreen", bluegreen="stable"), of(stage.extension, "bluegreen-canary", bluegreen="canary"))
    proxies = gateways(mesh)
    expected = FRAUD.variants_of(USERS, WEIGHT)
    for proxy in proxies:
        wait_until(lambda proxy=proxy: served(proxy) == expected, 30, "the filter")
        for _ in range(5):
            assert served(proxy) == expected
        assert proxy.stats(REPEATED).get(REPEATED, 0) == 0


def test_a_general_selector_that_finds_the_canary_too_puts_two_filters_into_its_chain_which_are_counted(
    mesh: Mesh, blue: Upstream, green: Upstream
) -> None:
    mesh.control_plane.clear()
    stage = Stage(mesh, blue, green, ["routes", "gateway"], WEIGHT)
    mesh.kubernetes.apply(of(stage.extension, "bluegreen-canary", bluegreen="canary"))
    stable, canary = gateways(mesh)
    wait_until(lambda: served(canary) and proxy_has_two(canary), 60, "two filters to be counted")
    assert stable.stats(REPEATED).get(REPEATED, 0) == 0


def proxy_has_two(proxy: Proxy) -> bool:
    return proxy.stats(REPEATED).get(REPEATED, 0) > 0
