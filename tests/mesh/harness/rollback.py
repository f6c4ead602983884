"""A rollback under load, watched user by user and timed."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.harness.load import Served, variants_in_turn
from tests.mesh.harness.figures import Figures
from tests.mesh.harness.kubernetes import Applied, Kubernetes
from tests.mesh.harness.stage import Crowd

Json = Any

LIMIT_SECONDS = 1.0
"""The promise: from the end of what rolls back (a command, a push) to the last answer of green."""


@dataclass(frozen=True)
class Rollback:
    """What a rollback did that was applied, and then deleted. Times are those of time.monotonic()."""

    applied: Applied
    deleted: Applied
    last_green: list[float]
    """For each crowd of which somebody was rolled back: when one of these got the last answer from green."""
    first_back: float
    """When the first of them got an answer from green again."""

    @property
    def seconds(self) -> float:
        """From the end of `kubectl apply` to the last answer from green. Below 0: it was in force before kubectl had ended."""
        return max(self.last_green) - self.applied.done

    def show(self, figures: Figures) -> None:
        figures.seconds("kubectl apply", self.applied.seconds)
        figures.seconds("from its end to the last green answer", self.seconds)
        figures.seconds("from the end of kubectl delete to the first green answer", self.first_back - self.deleted.done)


def roll_back(kubernetes: Kubernetes, resources: list[Json | Path], crowds: dict[Crowd, float], weight: float) -> Rollback:
    """Applies `resources`, waits until each crowd is where its given weight puts it, and deletes them again.

    Raises AssertionError if a request fails, or if anybody is for a moment where they should not be. Whatever it raises, they
    are deleted.
    """
    starts = {crowd: len(crowd.served) for crowd in crowds}
    applied = kubernetes.apply(*resources)
    try:
        for crowd, left in crowds.items():
            crowd.wait_for_weight(left)
    finally:
        ended = time.monotonic()
        deleted = kubernetes.delete(*resources)
    for crowd in crowds:
        crowd.wait_for_weight(weight)

    last_green, first_back = [], []
    for crowd, left in crowds.items():
        served = crowd.served[starts[crowd] :]
        rolled_back = {user for user in crowd.users if crowd.deployment.variant_of(user, left) != crowd.deployment.variant_of(user, weight)}
        _check(crowd, served, rolled_back, weight)
        green = [one for one in served if one.user in rolled_back and one.variant == "green"]
        if rolled_back:
            last_green.append(max((one.received for one in green if one.received < ended), default=applied.done))
            first_back.append(min(one.received for one in green if one.sent > ended))
    return Rollback(applied, deleted, last_green, min(first_back))


def _check(crowd: Crowd, served: list[Served], rolled_back: set[str], weight: float) -> None:
    assert [one for one in served if one.status != 200] == []
    for user, variants in variants_in_turn(served).items():
        if user in rolled_back:
            assert variants in (["green", "blue", "green"], ["blue", "green"]), user
        else:
            assert variants == [crowd.deployment.variant_of(user, weight)], user
