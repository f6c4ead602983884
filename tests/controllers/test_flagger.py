"""Flagger moves the weights: users stay on their variant, each changes once at most, and no request fails."""

import time

import pytest

from tests.controllers.harness.controllers import Flagger, wait_for_weight
from tests.controllers.harness.flagger_release import VIRTUAL_SERVICE, FlaggerRelease
from tests.controllers.harness.prometheus import Prometheus
from tests.controllers.harness.release import check, failed, versions_in_turn
from tests.controllers.harness.users import NEW, OLD, Users
from tests.mesh.harness import shipped
from tests.mesh.harness.figures import Figures
from tests.mesh.harness.mesh import Mesh, Proxy
from tests.mesh.harness.rollback import LIMIT_SECONDS

RELEASE_SECONDS = 180.0
NO_WEIGHTS = {"stepWeights": None, "metrics": None}


@pytest.fixture(scope="module")
def gateway(mesh: Mesh, prometheus: Prometheus) -> Proxy:
    gateway = mesh.gateway()
    prometheus.scrape([gateway.admin_address()])
    return gateway


def step_to(release: FlaggerRelease, users: Users, weight: int) -> None:
    """Waits until Flagger has written a weight, and until all users are where it puts them."""
    wait_for_weight(release.kubernetes, VIRTUAL_SERVICE, weight)
    users.wait_for_weight(weight)


def test_from_the_first_weight_to_promotion(mesh: Mesh, flagger: Flagger, prometheus: Prometheus, gateway: Proxy, figures: Figures) -> None:
    release = FlaggerRelease(mesh, flagger, prometheus.url)
    with release.users(gateway) as users:
        release.start()
        for weight in (10, 50, 100):
            step_to(release, users, weight)
        # Manifests that are applied again move nobody.
        mesh.kubernetes.apply(*shipped.overlay("flagger", mesh.directory()), *release.canary(), release.deployment("2"))
        flagger.wait_for("Succeeded", RELEASE_SECONDS)
        wait_for_weight(mesh.kubernetes, VIRTUAL_SERVICE, 0)
        users.wait_for_round()
    check(users.served, figures)
    assert versions_in_turn(users.served) == {(OLD, NEW)}


def test_a_promotion_by_steps_and_ports_that_flagger_finds(
    mesh: Mesh, flagger: Flagger, prometheus: Prometheus, gateway: Proxy, figures: Figures
) -> None:
    analysis = {"stepWeights": [50, 100], "stepWeightPromotion": 50, "metrics": None}
    release = FlaggerRelease(mesh, flagger, prometheus.url, analysis, {"portDiscovery": True})
    with release.users(gateway) as users:
        release.start()
        flagger.wait_for("Succeeded", RELEASE_SECONDS)
        users.wait_for_round()
    check(users.served, figures)
    assert versions_in_turn(users.served) == {(OLD, NEW)}


@pytest.mark.parametrize("analysis", [{"mirror": True, "mirrorWeight": 20, "stepWeights": [100]}, NO_WEIGHTS | {"iterations": 2}], ids=["mirror", "iterations"])
def test_all_at_once(
    mesh: Mesh, flagger: Flagger, prometheus: Prometheus, gateway: Proxy, analysis: dict[str, object], figures: Figures
) -> None:
    """Blue/green by `iterations`, and a step of copies before the weight."""
    release = FlaggerRelease(mesh, flagger, prometheus.url, analysis | {"metrics": None})
    with release.users(gateway) as users:
        release.start()
        flagger.wait_for("Succeeded", RELEASE_SECONDS)
        users.wait_for_round()
    check(users.served, figures)
    assert versions_in_turn(users.served) == {(OLD, NEW)}


def test_its_own_cookie_goes_with_ours(mesh: Mesh, flagger: Flagger, prometheus: Prometheus, gateway: Proxy, figures: Figures) -> None:
    """Flagger's cookie keeps on green who has it; a rollback takes them back too."""
    analysis = {"stepWeights": [10, 50, 100], "metrics": None, "sessionAffinity": {"cookieName": "flagger-cookie", "maxAge": 600}}
    release = FlaggerRelease(mesh, flagger, prometheus.url, analysis)
    with release.users(gateway) as users:
        release.start()
        step_to(release, users, 50)
        cookie = flagger.status()["sessionAffinityCookie"]
        with Users(gateway, headers={"cookie": cookie}) as keepers:
            keepers.wait_for_weight(100)
            roll_back(mesh, [users, keepers], figures)
            flagger.wait_for("Succeeded", RELEASE_SECONDS)
        users.wait_for_round()
    for crowd in (users, keepers):
        figures.count("failed", len(failed(crowd.served)))
        assert failed(crowd.served) == []


def test_a_rollback_arrives_in_an_ab_test(mesh: Mesh, flagger: Flagger, prometheus: Prometheus, gateway: Proxy, figures: Figures) -> None:
    analysis = NO_WEIGHTS | {"iterations": 4, "match": [{"headers": {"x-qa": {"exact": "1"}}}]}
    release = FlaggerRelease(mesh, flagger, prometheus.url, analysis)
    with release.users(gateway) as users, Users(gateway, headers={"x-qa": "1"}) as testers:
        release.start()
        testers.wait_for_weight(100, 60)
        users.wait_for_round()
        assert versions_in_turn(users.served) == {(OLD,)}
        roll_back(mesh, [testers], figures)
        testers.wait_for_weight(100)
        flagger.wait_for("Succeeded", RELEASE_SECONDS)
        users.wait_for_weight(100)
    for crowd in (users, testers):
        figures.count("failed", len(failed(crowd.served)))
        assert failed(crowd.served) == []
    assert gateway.stat("http.rds_rejected") == 0


def roll_back(mesh: Mesh, crowds: list[Users], figures: Figures) -> None:
    """For a moment, by the routes' names. All are back within the limit."""
    rollback = shipped.file("rollback/one.yaml")
    applied = mesh.kubernetes.apply(*rollback)
    try:
        for crowd in crowds:
            crowd.wait_for_weight(0)
            seconds = max(one.received for one in crowd.served if one.variant == NEW) - applied.done
            figures.seconds("from the end of a rollback to the last green answer", seconds)
            assert seconds <= LIMIT_SECONDS
    finally:
        mesh.kubernetes.delete(*rollback)


def test_a_bad_green_fails_and_everybody_is_back(
    mesh: Mesh, flagger: Flagger, prometheus: Prometheus, gateway: Proxy, failing: set[str], figures: Figures
) -> None:
    release = FlaggerRelease(mesh, flagger, prometheus.url, {"threshold": 1})
    with release.users(gateway) as users:
        release.start()
        step_to(release, users, 10)
        failing.add(NEW)
        began = time.monotonic()
        flagger.wait_for("Failed", RELEASE_SECONDS)
        users.wait_for_weight(0)
        users.wait_for_round()
    assert versions_in_turn(users.served) == {(OLD,), (OLD, NEW, OLD)}
    assert {one.variant for one in failed(users.served)} == {NEW}
    figures.seconds("from the first bad answer to the last green one", max(one.received for one in users.served if one.variant == NEW) - began)


@pytest.mark.parametrize("stop", ["suspend", "silence"])
def test_a_rollback_stops_flagger_too(
    mesh: Mesh, flagger: Flagger, prometheus: Prometheus, gateway: Proxy, stop: str, figures: Figures
) -> None:
    """By what the runbook types, and by itself: green that nobody asks is not good."""
    release = FlaggerRelease(mesh, flagger, prometheus.url, {"threshold": 1} | ({"metrics": None} if stop == "suspend" else {}))
    with release.users(gateway) as users:
        release.start()
        step_to(release, users, 10)
        rollback = shipped.file("rollback/all.yaml")
        applied = mesh.kubernetes.apply(*rollback)
        if stop == "suspend":
            mesh.kubernetes.kubectl("patch", "canary", "fraud", "-n", "models", "--type=merge", "-p", '{"spec":{"suspend":true}}')
            users.wait_for_weight(0)
            three_intervals = time.monotonic() + 30
            users.wait_until(lambda _: time.monotonic() > three_intervals, 40, "three intervals")
            assert flagger.status()["phase"] == "Progressing"
        else:
            flagger.wait_for("Failed", RELEASE_SECONDS)
            mesh.kubernetes.delete(*rollback)
        users.wait_for_round()
    figures.seconds("from the end of kubectl apply to the last green answer", max(one.received for one in users.served if one.variant == NEW) - applied.done)
    assert failed(users.served) == []
    assert versions_in_turn(users.served) == {(OLD,), (OLD, NEW, OLD)}
