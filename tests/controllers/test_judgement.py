"""Argo Rollouts judges green by the shipped analysis, against a real Prometheus: good green goes on, bad green is aborted, and
green that nobody asks is neither."""

import time

import pytest

from tests.controllers.harness.argo_release import ArgoRelease, analysis
from tests.controllers.harness.controllers import ArgoRollouts, wait_for_weight
from tests.controllers.harness.prometheus import Prometheus
from tests.controllers.harness.release import check, failed, versions_in_turn
from tests.controllers.harness.users import NEW, OLD, Users
from tests.mesh.harness import shipped
from tests.mesh.harness.figures import Figures
from tests.mesh.harness.mesh import Mesh, Proxy

VIRTUAL_SERVICE = "fraud-rollout"
QUICK = {"window": "5s", "interval": "3s", "minimum": "10"}
STEPS = [{"setWeight": 50}, {"pause": {"duration": "20s"}}]
ANALYSIS = {"analysis": {"startingStep": 1, "templates": [{"templateName": "bluegreen"}]}}


@pytest.fixture(scope="module")
def gateway(mesh: Mesh, prometheus: Prometheus) -> Proxy:
    gateway = mesh.gateway()
    prometheus.scrape([gateway.admin_address()])
    return gateway


@pytest.fixture
def release(mesh: Mesh, argo_rollouts: ArgoRollouts, prometheus: Prometheus) -> ArgoRelease:
    return ArgoRelease(mesh, argo_rollouts, steps=STEPS, beside=analysis(prometheus.url, **QUICK), **ANALYSIS)


def test_good_green_is_promoted(release: ArgoRelease, gateway: Proxy, figures: Figures) -> None:
    with release.users(gateway) as users:
        release.start()
        users.wait_for_weight(100, 120)
        release.controller.wait_for("Healthy")
        users.wait_for_round()
    check(users.served, figures)
    assert versions_in_turn(users.served) == {(OLD, NEW)}


def test_bad_green_is_aborted(release: ArgoRelease, gateway: Proxy, failing: set[str], figures: Figures) -> None:
    with release.users(gateway) as users:
        release.start()
        wait_for_weight(release.kubernetes, VIRTUAL_SERVICE, 50)
        users.wait_for_weight(50)
        failing.add(NEW)
        bad_from = len(users.served)
        release.controller.wait_for("Degraded")
        users.wait_for_weight(0)
    bad = failed(users.served[bad_from:])
    assert {one.variant for one in bad} == {NEW}
    figures.seconds("from the first bad answer to the last", bad[-1].received - bad[0].received)
    assert versions_in_turn(users.served) == {(OLD,), (OLD, NEW, OLD)}


def test_silent_green_is_not_promoted(release: ArgoRelease, gateway: Proxy, figures: Figures) -> None:
    """Only users of blue ask: the rollout pauses, and stays so past the end of its step."""
    with release.users(gateway) as users:
        asking = [user for user, version in users.expected(50).items() if version == OLD]
    with Users(gateway, asking) as users:
        release.start()
        wait_for_weight(release.kubernetes, VIRTUAL_SERVICE, 50)
        release.controller.wait_until(lambda: "Inconclusive" in release.controller.message(), 60, "the analysis to be inconclusive")
        past_the_step = time.monotonic() + 25
        users.wait_until(lambda _: time.monotonic() > past_the_step, 40, "the end of the step")
        assert versions_in_turn(users.served) == {(OLD,)}
    assert failed(users.served) == []


def test_a_rollback_that_the_filter_reports_aborts(release: ArgoRelease, gateway: Proxy, figures: Figures) -> None:
    with release.users(gateway) as users:
        release.start()
        wait_for_weight(release.kubernetes, VIRTUAL_SERVICE, 50)
        users.wait_for_weight(50)
        applied = release.kubernetes.apply(*shipped.file("rollback/all.yaml"))
        release.controller.wait_for("Degraded")
        wait_for_weight(release.kubernetes, VIRTUAL_SERVICE, 0)
        figures.seconds("from the rollback to the abort", time.monotonic() - applied.done)
        users.wait_for_weight(0)
    assert failed(users.served) == []
