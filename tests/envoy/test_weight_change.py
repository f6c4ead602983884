"""A new weight, pushed while users are being served."""

from collections.abc import Callable
from itertools import groupby

import pytest

from tests.harness.envoy import Envoy
from tests.harness.load import Load, Served, last_variants, variants_in_turn
from tests.harness.prediction import target, users, variant_of
from tests.harness.standalone import Standalone

CONNECTIONS = 8
USERS = users(50 * CONNECTIONS)
"""A multiple of the connections: so each user keeps to one connection, and the answers come in order."""


def test_a_weight_change_under_load_moves_only_the_users_in_between(standalone: Standalone, proxy: Envoy) -> None:
    weights = [10, 40, 25]
    with Load(target(proxy.port("ingress")), USERS, CONNECTIONS) as load:
        load.wait_until(served_by_weight(weights[0]), 10, "everybody to be on their variant")
        for weight in weights[1:]:
            standalone.set_green_weight(weight)
            load.wait_until(served_by_weight(weight), 10, f"everybody to be where {weight} puts them")

    assert {served.status for served in load.served} == {200}
    for user, variants in variants_in_turn(load.served).items():
        expected = [variant_of(user, weight) for weight in weights]
        assert variants == [one for one, _ in groupby(expected)]


def served_by_weight(green_weight: float) -> Callable[[list[Served]], bool]:
    """Whether everybody was last served by the variant that the weight puts them on."""
    expected = {user: variant_of(user, green_weight) for user in USERS}
    return lambda served: last_variants(served) == expected


@pytest.mark.parametrize(("weight", "expected"), [(0, {"blue"}), (100, {"green"})])
def test_the_ends_of_the_scale_hold_for_everybody(standalone: Standalone, proxy: Envoy, weight: int, expected: set[str]) -> None:
    standalone.set_green_weight(weight)
    with Load(target(proxy.port("ingress")), USERS, CONNECTIONS) as load:
        load.wait_until(served_by_weight(weight), 10, f"{weight} to be in force")
        settled = len(load.served)
        load.wait_for(len(USERS))
    assert {served.variant for served in load.served[settled:]} == expected
