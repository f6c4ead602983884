"""Everybody back to blue, while users are being served."""

import time
from collections.abc import Callable

import pytest

from tests.harness.envoy import Envoy
from tests.harness.load import Load, Served, last_variants
from tests.harness.prediction import target, users, variant_of
from tests.harness.standalone import Standalone

WEIGHT = 50
USERS = users(400)
LIMIT_SECONDS = 0.5
"""From the push of the flag to the last answer of green."""


@pytest.fixture(autouse=True)
def weight(standalone: Standalone) -> None:
    standalone.set_green_weight(WEIGHT)


def test_a_rollback_reaches_everybody_at_once_and_loses_no_request(
    standalone: Standalone, proxy: Envoy, record_property: Callable[[str, object], None]
) -> None:
    with Load(target(proxy.port("ingress")), USERS) as load:
        load.wait_until(on_their_own_variant, 10, "everybody to be on their variant")

        pushed = time.monotonic()
        standalone.roll_back()
        load.wait_until(all_blue, 10, "everybody to be on blue")
        load.wait_for(2 * len(USERS))

        ended = time.monotonic()
        standalone.end_rollback()
        load.wait_until(on_their_own_variant, 10, "everybody to be back on their variant")

    to_last_green = max(one.received for one in load.served if one.variant == "green" and one.received < ended) - pushed
    record_property("seconds from push to last green answer", round(to_last_green, 4))
    record_property("requests", len(load.served))
    assert to_last_green <= LIMIT_SECONDS
    assert {one.variant for one in load.served if pushed + LIMIT_SECONDS < one.sent and one.received < ended} <= {"blue"}
    assert {one.status for one in load.served} == {200}


def all_blue(served: list[Served]) -> bool:
    """Whether the last answer to each user came from blue."""
    return last_variants(served) == dict.fromkeys(USERS, "blue")


def on_their_own_variant(served: list[Served]) -> bool:
    """Whether the last answer to each user came from the variant they belong to."""
    return last_variants(served) == {user: variant_of(user, WEIGHT) for user in USERS}
