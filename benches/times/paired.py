"""Differences between contenders that took turns: what disturbs one round disturbs all of its contenders."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True)
class Spread:
    """A median and the quartiles around it."""

    low: float
    middle: float
    high: float

    def text(self, digits: int = 1, sign: str = "") -> str:
        low, middle, high = (f"{value:{sign},.{digits}f}" for value in (self.low, self.middle, self.high))
        return f"{middle} ({low} to {high})"


def spread(values: Sequence[float]) -> Spread:
    """Of at least two values."""
    low, _, high = quantiles(values, n=4, method="inclusive")
    return Spread(low, median(values), high)


def differences(values: Sequence[float], base: Sequence[float]) -> Spread:
    """Of each round's value to the base's in the same round."""
    return spread([value - other for value, other in zip(values, base, strict=True)])
