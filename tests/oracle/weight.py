"""Shares of the buckets: weights, ramps. A share is a fraction from 0 to 1."""

import math
import re
from datetime import datetime
from fractions import Fraction
from itertools import pairwise
from typing import Any

from tests.oracle.births import birth
from tests.oracle.durations import seconds
from tests.oracle.keys import BUCKETS

Json = Any


def share(percent: Json) -> Fraction:
    """The share of a weight, which is a number or the text of one."""
    return Fraction(percent) / 100


def threshold(part: Fraction) -> int:
    """The first bucket beyond a share: 0 to 2^64."""
    return math.ceil(part * BUCKETS)


def weight_in_force(deployment: Json, now: Fraction | int) -> Fraction:
    if "ramp" in deployment:
        return ramp_share(deployment["ramp"], now)
    return share(deployment.get("green_weight", 0))


def ramp_share(ramp: Json, now: Fraction | int) -> Fraction:
    """The share at a time: nothing before the start, the last step's for ever after."""
    elapsed = now - unix_seconds(ramp["start"])
    steps = [(after, share(step["green_weight"])) for after, step in zip(step_times(ramp), ramp["steps"], strict=True)]
    if elapsed < 0:
        return Fraction(0)
    if ramp.get("shape", "step") == "step" or elapsed >= steps[-1][0]:
        return [Fraction(0), *(part for after, part in steps if after <= elapsed)][-1]
    # A first step after 0 makes the first pair one that holds no time.
    (start, low), (end, high) = next(each for each in pairwise([(0, Fraction(0)), *steps]) if each[0][0] <= elapsed < each[1][0])
    low, high = threshold(low), threshold(high)
    return Fraction(math.floor(low + (high - low) * (elapsed - start) / (end - start)), BUCKETS)


def time_that_counts(deployment: Json, key: Json, value: bytes, now: int) -> Fraction | int:
    """When the weight of a key is looked up: now, or when its session was born, but not before the ramp's start and not in the future."""
    sessions = deployment.get("sticky", {}).get("sessions")
    if sessions is None:
        return now
    # Of a key of several parts the first counts that carries a time.
    parts = value.split(b"\0") if "all" in key else [value]
    born = next((time for time in (birth(sessions["born"], part) for part in parts) if time is not None), None)
    return now if born is None else min(max(Fraction(born, 1000), unix_seconds(deployment["ramp"]["start"])), now)


def step_times(ramp: Json) -> list[Fraction]:
    """When each step is reached, in seconds since the start."""
    start = unix_seconds(ramp["start"])
    return [Fraction(seconds(step["after"])) if "after" in step else unix_seconds(step["at"]) - start for step in ramp["steps"]]


def unix_seconds(text: str) -> Fraction:
    """A time of RFC 3339, to the nanosecond."""
    date_time, fraction, offset = re.fullmatch(r"([^.]{19})(?:\.([0-9]{1,9}))?(Z|[+-][0-9:]{5})", text).groups()
    whole = datetime.fromisoformat(date_time + offset.replace("Z", "+00:00")).timestamp()
    return int(whole) + Fraction(f"0.{fraction or 0}")
