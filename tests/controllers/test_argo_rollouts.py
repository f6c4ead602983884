"""Argo Rollouts moves the weights: users stay on their variant, each changes once at most, and no request fails."""

import time
from contextlib import ExitStack

import pytest

from tests.controllers.harness.argo_release import LEVELS, ArgoRelease
from tests.controllers.harness.controllers import ArgoRollouts, wait_for_weight
from tests.controllers.harness.release import check, failed, versions_in_turn
from tests.controllers.harness.users import NEW, OLD, Users
from tests.mesh.harness import shipped
from tests.mesh.harness.figures import Figures
from tests.mesh.harness.kubernetes import KubectlFailed
from tests.mesh.harness.mesh import Mesh, Proxy
from tests.mesh.harness.rollback import LIMIT_SECONDS

VIRTUAL_SERVICE = "fraud-rollout"


@pytest.fixture(scope="module")
def gateway(mesh: Mesh) -> Proxy:
    return mesh.gateway()


def step_to(release: ArgoRelease, users: Users, weight: int) -> None:
    """Waits until Argo Rollouts has written a weight, and until all users are where it puts them."""
    wait_for_weight(release.kubernetes, VIRTUAL_SERVICE, weight)
    users.wait_for_weight(weight)
    users.wait_for_round()


@pytest.mark.parametrize("level", LEVELS)
def test_from_the_first_weight_to_promotion(mesh: Mesh, argo_rollouts: ArgoRollouts, gateway: Proxy, level: str, figures: Figures) -> None:
    release = ArgoRelease(mesh, argo_rollouts, level)
    with release.users(gateway) as users:
        release.start()
        for weight in (10, 50):
            step_to(release, users, weight)
            release.promote()
        users.wait_for_weight(100, 60)
        argo_rollouts.wait_for("Healthy")
        wait_for_weight(mesh.kubernetes, VIRTUAL_SERVICE, 0)
        # The pods of version 1 leave, and a while later answer no more.
        mesh.kubernetes.kubectl("wait", "--for=delete", "pod", "-l", f"rollouts-pod-template-hash={old_hash(release)}", "-n", "models")
        users.wait_for_round()
    check(users.served, figures)
    assert versions_in_turn(users.served) == {(OLD, NEW)}


def old_hash(release: ArgoRelease) -> str:
    """Of the ReplicaSet of version 1."""
    sets = release.kubernetes.read("apis/apps/v1/namespaces/models/replicasets")["items"]
    [old] = [one for one in sets if one["spec"]["template"]["spec"]["containers"][0]["image"].endswith(":1")]
    return old["metadata"]["labels"]["rollouts-pod-template-hash"]


def test_an_abort_brings_everybody_back_and_nobody_changes_before_it(
    mesh: Mesh, argo_rollouts: ArgoRollouts, gateway: Proxy, figures: Figures
) -> None:
    release = ArgoRelease(mesh, argo_rollouts)
    with release.users(gateway) as users:
        release.start()
        step_to(release, users, 10)
        release.promote()
        step_to(release, users, 50)
        before = len(users.served)
        check(users.served[:before], figures)
        release.abort()
        aborted = time.monotonic()
        users.wait_for_weight(0)
        argo_rollouts.wait_for("Degraded")
        users.wait_for_round()
    assert failed(users.served) == []
    assert versions_in_turn(users.served) == {(OLD,), (OLD, NEW, OLD)}
    figures.seconds("from the end of abort to the last green answer", max(one.received for one in users.served if one.variant == NEW) - aborted)


def test_manifests_that_are_applied_again_move_nobody(mesh: Mesh, argo_rollouts: ArgoRollouts, gateway: Proxy, figures: Figures) -> None:
    release = ArgoRelease(mesh, argo_rollouts)
    with release.users(gateway) as users:
        release.start()
        step_to(release, users, 10)
        release.promote()
        step_to(release, users, 50)
        users.forget()
        release.start()
        mesh.kubernetes.apply(*shipped.overlay(release.overlay, mesh.directory()))
        routes = shipped.overlay(f"{release.overlay}/routes", mesh.directory())
        with pytest.raises(KubectlFailed, match="AlreadyExists"):
            mesh.kubernetes.create(*routes)
        users.wait_for_round()
        assert versions_in_turn(users.served) == {(OLD,), (NEW,)}
    check(users.served, figures)


HEADER = {"setHeaderRoute": {"name": "header", "match": [{"headerName": "x-qa", "headerValue": {"exact": "1"}}]}}
MIRROR = {"setMirrorRoute": {"name": "mirror", "percentage": 20, "match": [{"path": {"prefix": "/v1"}, "method": {"exact": "POST"}}]}}


def test_users_stay_on_their_variant_on_managed_routes(mesh: Mesh, argo_rollouts: ArgoRollouts, gateway: Proxy, figures: Figures) -> None:
    steps = [{"setWeight": 10}, HEADER, MIRROR, {"pause": {}}, {"setWeight": 50}, {"pause": {}}]
    release = ArgoRelease(mesh, argo_rollouts, steps=steps)
    with release.users(gateway) as users, Users(gateway, method="POST") as posting, Users(gateway, headers={"x-qa": "1"}) as testers:
        release.start()
        step_to(release, users, 10)
        posting.wait_for_weight(10)
        testers.wait_for_weight(100)
        testers.forget()
        release.promote()
        step_to(release, users, 50)
        posting.wait_for_weight(50)
        rollback = shipped.file("rollback/one.yaml")
        applied = mesh.kubernetes.apply(*rollback)
        for crowd in (users, posting, testers):
            crowd.wait_for_weight(0)
            seconds = max(one.received for one in crowd.served if one.variant == NEW) - applied.done
            figures.seconds("from the end of a rollback to the last green answer", seconds)
            assert seconds <= LIMIT_SECONDS
        mesh.kubernetes.delete(*rollback)
        users.wait_for_weight(50)
        posting.wait_for_weight(50)
        testers.wait_for_weight(100)
    for crowd in (users, posting):
        assert versions_in_turn(crowd.served) == {(OLD,), (OLD, NEW), (OLD, NEW, OLD, NEW)} - {(OLD, NEW)}
    assert versions_in_turn(testers.served) == {(NEW, OLD, NEW)}
    for crowd in (users, posting, testers):
        figures.count("failed", len(failed(crowd.served)))
        assert failed(crowd.served) == []


def test_a_rollback_and_an_abort_end_a_rollout_that_would_go_on(
    mesh: Mesh, argo_rollouts: ArgoRollouts, gateway: Proxy, figures: Figures
) -> None:
    steps = [{"setWeight": 10}, {"pause": {"duration": "2s"}}, {"setWeight": 50}, {"pause": {"duration": "20s"}}]
    release = ArgoRelease(mesh, argo_rollouts, steps=steps)
    with release.users(gateway) as users:
        release.start()
        step_to(release, users, 50)
        rollback = shipped.file("rollback/all.yaml")
        applied = mesh.kubernetes.apply(*rollback)
        release.abort()
        users.wait_for_weight(0)
        argo_rollouts.wait_for("Degraded")
        mesh.kubernetes.delete(*rollback)
        users.wait_for_round()
        # Well past the time of its next step.
        time_of_the_step = applied.done + 22
        users.wait_until(lambda _: time.monotonic() > time_of_the_step, 30, "the time of the next step")
    figures.seconds("from the end of kubectl apply to the last green answer", max(one.received for one in users.served if one.variant == NEW) - applied.done)
    assert failed(users.served) == []
    assert versions_in_turn(users.served) == {(OLD,), (OLD, NEW, OLD)}


def test_a_gateway_scales_and_istiod_restarts_while_a_rollout_moves(
    mesh: Mesh, argo_rollouts: ArgoRollouts, gateway: Proxy, figures: Figures
) -> None:
    release = ArgoRelease(mesh, argo_rollouts)
    with release.users(gateway) as users, ExitStack() as more:
        release.start()
        step_to(release, users, 10)
        crowds = [users]
        for _ in range(4):
            crowds.append(more.enter_context(Users(mesh.gateway())))
        mesh.istiod.crash()
        release.promote()
        wait_for_weight(mesh.kubernetes, VIRTUAL_SERVICE, 50)
        mesh.istiod.start()
        for crowd in crowds:
            crowd.wait_for_weight(50, 60)
        release.promote()
        for crowd in crowds:
            crowd.wait_for_weight(100, 60)
        argo_rollouts.wait_for("Healthy")
        for crowd in crowds:
            crowd.wait_for_round()
    for crowd in crowds:
        check(crowd.served, figures)
