"""The filter at the outbound side of callers' sidecars, and a second hop that keeps the variant of the first."""

from collections.abc import Iterator

import pytest

from tests.harness.client import Answer, Client, Header
from tests.harness.polling import wait_until
from tests.harness.upstream import Upstream, received, served_by
from tests.mesh.harness import shipped
from tests.mesh.harness.figures import Figures
from tests.mesh.harness.mesh import Mesh, Proxy
from tests.mesh.harness.rollback import LIMIT_SECONDS, roll_back
from tests.mesh.harness.stage import CHURN, FRAUD, USERS, Crowd, Deployment, Stage

WEIGHT = 50
VARIANT_TAG = "x-bluegreen-variant"


@pytest.fixture(scope="module")
def sidecars(mesh: Mesh, blue: Upstream, green: Upstream) -> tuple[Proxy, Proxy]:
    """Those of a client of `fraud`, and of `fraud` itself, which calls `churn`. Churn follows the variant of fraud."""
    stage = Stage(mesh, blue, green, ["routes", "sidecar"], WEIGHT)
    stage.configuration["deployments"][1]["trust_tags_from"] = "internal"
    mesh.kubernetes.delete(*shipped.file("sidecar/edge.yaml"))
    stage.push()
    return mesh.sidecar(), mesh.sidecar()


@pytest.fixture
def hops(sidecars: tuple[Proxy, Proxy]) -> Iterator[tuple[Client, Client]]:
    first, second = (Client(proxy.workload.port) for proxy in sidecars)
    with first, second:
        for client, deployment in ((first, FRAUD), (second, CHURN)):
            wait_until(lambda: ask(client, deployment, USERS[0]).status == 200, 20, f"{deployment.name} to be served")
        yield first, second


def ask(client: Client, deployment: Deployment, user: str, headers: list[Header] | None = None) -> Answer:
    return client.request(deployment.path, [("x-user-id", user), *(headers or [])], deployment.service)


def test_the_outbound_side_tags_and_routes(hops: tuple[Client, Client]) -> None:
    for user in USERS:
        answer = ask(hops[0], FRAUD, user)
        assert (served_by(answer), received(answer, VARIANT_TAG)) == (FRAUD.variant_of(user, WEIGHT), [FRAUD.variant_of(user, WEIGHT)])


def test_a_second_hop_keeps_the_variant_of_the_first(hops: tuple[Client, Client]) -> None:
    on_another_variant = {"blue": 0, "green": 0}
    for user in USERS:
        [tag] = received(ask(hops[0], FRAUD, user), VARIANT_TAG)
        answer = ask(hops[1], CHURN, user, [(VARIANT_TAG, tag)])
        assert (served_by(answer), received(answer, VARIANT_TAG)) == (tag, [tag])
        on_another_variant[tag] += CHURN.variant_of(user, WEIGHT) != tag
    assert min(on_another_variant.values()) > 10, "users whom their own bucket would have put on the other variant"


def test_without_a_tag_the_second_hop_decides_for_itself(hops: tuple[Client, Client]) -> None:
    for user in USERS:
        assert served_by(ask(hops[1], CHURN, user)) == CHURN.variant_of(user, WEIGHT)


def test_a_tag_is_not_believed_where_the_deployment_does_not_say_so(hops: tuple[Client, Client]) -> None:
    for user in USERS:
        for tag in ("blue", "green"):
            assert served_by(ask(hops[0], FRAUD, user, [(VARIANT_TAG, tag)])) == FRAUD.variant_of(user, WEIGHT)


def test_a_rollback_reaches_the_outbound_side_within_a_second(mesh: Mesh, sidecars: tuple[Proxy, Proxy], figures: Figures) -> None:
    with Crowd(FRAUD, sidecars[0]) as fraud, Crowd(CHURN, sidecars[1]) as churn:
        fraud.wait_for_weight(WEIGHT)
        churn.wait_for_weight(WEIGHT)
        everybody = roll_back(mesh.kubernetes, shipped.file("rollback/all.yaml"), {fraud: 0, churn: 0}, WEIGHT)
        one_model = roll_back(mesh.kubernetes, shipped.file("rollback/one.yaml"), {fraud: 0, churn: WEIGHT}, WEIGHT)
    everybody.show(figures)
    assert max(everybody.seconds, one_model.seconds) <= LIMIT_SECONDS
