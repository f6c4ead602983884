"""A new weight, pushed while users are being served."""

from collections import defaultdict

import pytest

from tests.harness.envoy import Envoy
from tests.harness.load import Load, Served
from tests.harness.prediction import side, target, users
from tests.harness.standalone import Standalone

CONNECTIONS = 8
USERS = users(50 * CONNECTIONS)
"""A multiple of the connections: so each user keeps to one connection, and the answers come in order."""


def test_a_weight_change_under_load_moves_only_the_users_in_between(standalone: Standalone, proxy: Envoy) -> None:
    weights = [10, 40, 25]
    with Load(target(proxy.port("ingress")), USERS, CONNECTIONS) as load:
        load.wait_for(len(USERS))
        for weight in weights[1:]:
            standalone.set_green_weight(weight)
            load.wait_until(lambda served: agree(served[-len(USERS) :], weight), 10, f"everybody to be where {weight} puts them")

    assert {served.status for served in load.served} == {200}
    for user, variants in variants_by_user(load.served).items():
        assert without_repetition(variants) == without_repetition([side(user, weight) for weight in weights])


def agree(served: list[Served], weight: float) -> bool:
    """Whether each user was served once, and by the side that the weight puts them on."""
    return len(served) == len(USERS) and all(one.variant == side(one.user, weight) for one in served)


def variants_by_user(answers: list[Served]) -> dict[str, list[str | None]]:
    """The variants that each user saw, in order."""
    variants = defaultdict(list)
    for served in answers:
        variants[served.user].append(served.variant)
    return variants


def without_repetition(values: list[str | None]) -> list[str | None]:
    return [value for index, value in enumerate(values) if index == 0 or values[index - 1] != value]


@pytest.mark.parametrize(("weight", "expected"), [(0, {"blue"}), (100, {"green"})])
def test_the_ends_of_the_scale_hold_for_everybody(standalone: Standalone, proxy: Envoy, weight: int, expected: set[str]) -> None:
    standalone.set_green_weight(weight)
    with Load(target(proxy.port("ingress")), USERS, CONNECTIONS) as load:
        load.wait_until(lambda served: agree(served[-len(USERS) :], weight), 10, f"{weight} to be in force")
        settled = len(load.served)
        load.wait_for(len(USERS))
    assert {served.variant for served in load.served[settled:]} == expected
