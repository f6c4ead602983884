"""The routing configuration changes by `kubectl apply`, under load; one with errors is refused, and that can be seen."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from tests.harness.client import Client
from tests.harness.load import variants_in_turn
from tests.harness.polling import wait_until
from tests.harness.upstream import Upstream
from tests.mesh.harness.figures import Figures
from tests.mesh.harness.mesh import Mesh, Proxy
from tests.mesh.harness.stage import FRAUD, Crowd, Stage

Json = Any

FIRST_WEIGHT = 10
ERROR = "deployments[0].green_weight: 120 is not between 0 and 100"
EXTENSIONS = "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig"


@pytest.fixture(scope="module")
def stage(mesh: Mesh, blue: Upstream, green: Upstream) -> Stage:
    return Stage(mesh, blue, green, ["routes", "gateway"], FIRST_WEIGHT)


@pytest.fixture(scope="module")
def gateway(mesh: Mesh, stage: Stage) -> Proxy:
    return mesh.gateway()


@pytest.fixture
def crowd(stage: Stage, gateway: Proxy) -> Iterator[Crowd]:
    """Users on their variants by the first weight. No request of theirs fails."""
    stage.set_green_weight(FIRST_WEIGHT)
    stage.push()
    with Crowd(FRAUD, gateway) as crowd:
        crowd.wait_for_weight(FIRST_WEIGHT)
        yield crowd
    assert crowd.failed() == []


def refusal(mesh: Mesh, proxy: Proxy) -> str | None:
    """What istiod heard when the proxy last refused an extension's configuration; None if the last one was taken."""
    [status] = [one for one in mesh.istiod.debug("syncz") if one["proxy"].startswith(proxy.workload.name + ".")]
    return status["resources"][EXTENSIONS].get("lastError")


def test_a_weight_moves_only_those_whom_it_must(stage: Stage, crowd: Crowd, figures: Figures) -> None:
    weight = FIRST_WEIGHT
    for next_weight in (50, 20, 100, 0, FIRST_WEIGHT):
        start = len(crowd.served)
        stage.set_green_weight(next_weight)
        applied = stage.push()
        crowd.wait_for_weight(next_weight)

        before, after = FRAUD.variants_of(crowd.users, weight), FRAUD.variants_of(crowd.users, next_weight)
        served = crowd.served[start:]
        for user, variants in variants_in_turn(served).items():
            assert variants in ([[before[user], after[user]], [after[user]]] if before[user] != after[user] else [[after[user]]])
        last_old = max(one.received for one in served if one.variant != after[one.user])
        figures.seconds(f"{weight} to {next_weight} percent: from the end of kubectl apply to the last answer as before", last_old - applied.done)
        weight = next_weight


def test_a_configuration_with_errors_is_refused_and_the_last_good_one_serves(
    mesh: Mesh, stage: Stage, gateway: Proxy, crowd: Crowd, figures: Figures
) -> None:
    rejections = mesh.istiod.metric("pilot_total_xds_rejects")
    log = gateway.log_size()
    good = copy.deepcopy(stage.configuration)
    stage.set_green_weight(120)
    start = len(crowd.served)
    stage.push()
    gateway.wait_for_log(ERROR, since=log)
    wait_until(lambda: refusal(mesh, gateway), 10, "istiod to hear of the refusal")
    assert mesh.istiod.metric("pilot_total_xds_rejects") == rejections + 1
    figures.text("what istiod hears", refusal(mesh, gateway) or "")
    crowd.wait_for(3 * len(crowd.users))
    assert {(one.user, one.variant) for one in crowd.served[start:]} == set(FRAUD.variants_of(crowd.users, FIRST_WEIGHT).items())

    stage.configuration.clear()
    stage.configuration.update(good)
    stage.set_green_weight(30)
    repaired = stage.push()
    crowd.wait_for_weight(30)
    wait_until(lambda: refusal(mesh, gateway) is None, 10, "istiod to hear that all is well")
    moved = min(one.received for one in crowd.served[start:] if one.variant != FRAUD.variant_of(one.user, FIRST_WEIGHT))
    figures.seconds("repaired: from the end of kubectl apply to the first answer by it", moved - repaired.done)


def test_a_proxy_that_starts_under_a_configuration_with_errors_answers_500_until_it_is_repaired(
    mesh: Mesh, stage: Stage, gateway: Proxy, crowd: Crowd
) -> None:
    """It has no last good one, and counts as ready all the same. The proxy that has one serves on."""
    log, start = gateway.log_size(), len(crowd.served)
    stage.set_green_weight(120)
    stage.push()
    gateway.wait_for_log(ERROR, since=log)
    late = mesh.gateway()
    late.wait_for_log(ERROR)
    with Client(late.workload.port) as client:
        assert {client.request(FRAUD.path, [("x-user-id", user)], FRAUD.host).status for user in crowd.users} == {500}
    assert late.state() == "LIVE"
    crowd.wait_for(2 * len(crowd.users))
    assert {(one.user, one.variant) for one in crowd.served[start:]} == set(FRAUD.variants_of(crowd.users, FIRST_WEIGHT).items())

    stage.set_green_weight(30)
    stage.push()
    with Crowd(FRAUD, late) as at_the_late_one:
        at_the_late_one.wait_for_weight(30)
    crowd.wait_for_weight(30)
