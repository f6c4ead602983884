"""The frozen bucket of a targeting key, computed by another xxHash than the filter's."""

import math
from collections.abc import Iterator
from fractions import Fraction
from itertools import count, islice

import xxhash

SIZE = 2**64
"""Buckets are 0 to SIZE - 1."""


def bucket(salt: str, key: str | bytes) -> int:
    key = key.encode() if isinstance(key, str) else key
    return xxhash.xxh64_intdigest(salt.encode() + b"\0" + key)


def threshold(percent: float | str | Fraction) -> int:
    """The buckets below it are this share of all."""
    return math.ceil(Fraction(percent) / 100 * SIZE)


def variant_of(salt: str, key: str | bytes, green_weight: float | str | Fraction) -> str:
    """The variant that a weight gives to a key."""
    return "green" if bucket(salt, key) < threshold(green_weight) else "blue"


def users_between(salt: str, low: float, high: float, amount: int) -> list[str]:
    """The first users whose buckets lie at or above `low` and below `high` percent."""
    everybody: Iterator[str] = (f"user-{number}" for number in count())
    return list(islice((user for user in everybody if threshold(low) <= bucket(salt, user) < threshold(high)), amount))
