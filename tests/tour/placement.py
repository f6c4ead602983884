"""Which user is on which variant, and who moved between two looks."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

import xxhash

from tests.tour.crowd import Answer


@dataclass
class Placement:
    """The variant of every user, learned from the answers they got."""

    variants: dict[str, str] = field(default_factory=dict)
    asked: int = 0
    failures: list[str] = field(default_factory=list)
    wavering: set[str] = field(default_factory=set)
    """Users who were answered by both variants."""

    def hear(self, answer: Answer) -> None:
        self.asked += 1
        if answer.variant is None:
            self.failures.append(f"{answer.user.id}: {answer.failure}")
        elif self.variants.setdefault(answer.user.id, answer.variant) != answer.variant:
            self.wavering.add(answer.user.id)

    def on(self, variant: str) -> set[str]:
        return {user for user, where in self.variants.items() if where == variant}

    def share(self) -> float:
        """The share of users on green, 0 to 1."""
        return len(self.on("green")) / max(len(self.variants), 1)


@dataclass(frozen=True)
class Moves:
    to_green: int
    to_blue: int
    stayed: int

    @classmethod
    def between(cls, before: Placement, after: Placement) -> "Moves":
        return cls(
            to_green=len(before.on("blue") & after.on("green")),
            to_blue=len(before.on("green") & after.on("blue")),
            stayed=len(before.on("blue") & after.on("blue")) + len(before.on("green") & after.on("green")),
        )

    def __str__(self) -> str:
        return f"{self.to_green:,} blue → green, {self.to_blue:,} green → blue, {self.stayed:,} stayed"


def computed(users: Iterable[str], salt: str, green_weight: int) -> dict[str, str]:
    """Where the users belong, computed by another implementation of the hash than the filter's; weight in percent."""
    edge = Fraction(green_weight) / 100 * 2**64
    return {user: "green" if xxhash.xxh64_intdigest(f"{salt}\0{user}".encode()) < edge else "blue" for user in users}
