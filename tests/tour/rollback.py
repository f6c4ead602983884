"""Measures how long green still answers after a rollback was pushed."""

import time
from collections import deque

from tests.tour.crowd import Answer
from tests.tour.placement import Placement

LAST_ANSWERS = 200
PATIENCE = 15.0  # seconds that a rollback may take at most


class RollbackWatch:
    """Hears every answer of a crowd, before the push and after it."""

    def __init__(self, users: int, steady_answers: int) -> None:
        self._users = users
        self._steady_answers = steady_answers
        self._last_variants: deque[str | None] = deque(maxlen=LAST_ANSWERS)
        self._pushed_at: float | None = None
        self._last_green_at: float | None = None
        self.before = Placement()
        self.after = Placement()
        """Since the last green answer."""
        self.asked = 0
        self.failures: list[str] = []

    def hear(self, answer: Answer) -> None:
        self.asked += 1
        self._last_variants.append(answer.variant)
        if answer.variant is None:
            self.failures.append(f"{answer.user.id}: {answer.failure}")
        if self._pushed_at is None:
            self.before.hear(answer)
        elif answer.variant == "green":
            self._last_green_at = answer.at
            self.after = Placement()
        else:
            self.after.hear(answer)

    def pushed(self) -> None:
        """To be called right before the push."""
        self._pushed_at = time.perf_counter()

    def is_due(self) -> bool:
        """Enough was heard to push now."""
        return self._pushed_at is None and self.asked >= self._steady_answers

    def is_pushed(self) -> bool:
        return self._pushed_at is not None

    def is_over(self) -> bool:
        """Everybody has been answered by blue since the last green answer."""
        return len(self.after.on("blue")) == self._users

    def is_complete(self) -> bool:
        """There is nothing more to wait for."""
        return self._pushed_at is not None and (self.is_over() or time.perf_counter() - self._pushed_at > PATIENCE)

    def share(self) -> float:
        """The share of green among the last answers, 0 to 1."""
        return self._last_variants.count("green") / max(len(self._last_variants), 1)

    def milliseconds(self) -> float:
        """From the push to the last green answer; 0 if green did not answer any more."""
        if self._pushed_at is None or self._last_green_at is None:
            return 0.0
        return 1000 * (self._last_green_at - self._pushed_at)
