"""Measures how long a bad green is served before the guard takes it back."""

import time

from tests.tour.crowd import Answer
from tests.tour.placement import Placement

PATIENCE = 30.0  # seconds that a guard may take at most


class GuardWatch:
    """Hears every answer of a crowd, before the bad version is loaded and after it."""

    def __init__(self, users: int, steady_answers: int) -> None:
        self._users = users
        self._steady_answers = steady_answers
        self._heard = 0
        self._loaded_at: float | None = None
        self._last_green_at: float | None = None
        self.green = 0
        """Answers of green, since it is bad."""
        self.failures: list[str] = []
        """Requests that failed, since green is bad."""
        self.failures_before: list[str] = []
        self.after = Placement()
        """Since green's last answer, or its last failure."""

    def hear(self, answer: Answer) -> None:
        self._heard += 1
        failures = self.failures_before if self._loaded_at is None else self.failures
        if answer.variant is None:
            failures.append(f"{answer.user.id}: {answer.failure}")
        if self._loaded_at is None:
            return
        if answer.variant == "blue":
            self.after.hear(answer)
        else:
            self.green += answer.variant == "green"
            self._last_green_at = answer.at
            self.after = Placement()

    def loaded(self) -> None:
        """To be called when the bad version serves."""
        self._loaded_at = time.perf_counter()

    def is_due(self) -> bool:
        """Enough was heard to load the bad version."""
        return self._loaded_at is None and self._heard >= self._steady_answers

    def is_over(self) -> bool:
        """Everybody has been answered by blue since green's last answer."""
        return len(self.after.on("blue")) == self._users

    def is_complete(self) -> bool:
        """There is nothing more to wait for."""
        return self._loaded_at is not None and (self.is_over() or time.perf_counter() - self._loaded_at > PATIENCE)

    def met(self) -> int:
        """Requests that the bad version answered or failed."""
        return self.green + len(self.failures)

    def seconds(self) -> float:
        """From the load to green's last answer."""
        if self._loaded_at is None or self._last_green_at is None:
            return 0.0
        return max(0.0, self._last_green_at - self._loaded_at)
