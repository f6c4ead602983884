"""What chance does to the share of green, by the bound of BluegreenShareDiffersFromWeight (rules.yaml)."""

from math import sqrt

import pytest

from tests.harness.buckets import variant_of

USERS = 1_000
"""As many choices as the rule takes a deployment to have."""
RELEASES = 300


def tolerance(weight: float, choices: int) -> float:
    """As the rule has it; test_rules.py holds the rule against the same number."""
    return 5 * sqrt(weight * (1 - weight) / choices) + 0.005


def shares(weight: float) -> list[float]:
    """Of as many releases, each with a salt and so with a split of its own."""
    users = [f"user-{number}" for number in range(USERS)]
    return [sum(variant_of(f"release-{salt}", user, weight) == "green" for user in users) / USERS for salt in range(RELEASES)]


@pytest.mark.parametrize("percent", [1, 10, 50])
def test_a_split_by_chance_stays_within_the_bound(percent: int) -> None:
    assert max(abs(share - percent / 100) for share in shares(percent)) < tolerance(percent / 100, USERS)


def test_twice_the_weight_is_beyond_the_bound() -> None:
    assert min(abs(share - 0.1) for share in shares(20)) > tolerance(0.1, USERS)


def test_the_same_users_ten_times_are_no_ten_times_as_many_choices() -> None:
    """Counted by requests, an honest split would be beyond the bound."""
    assert max(abs(share - 0.5) for share in shares(50)) > tolerance(0.5, 10 * USERS)
