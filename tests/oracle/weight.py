"""Shares of the buckets: weights, ramps, durations. A share is a fraction from 0 to 1."""

import math
import re
from datetime import datetime
from fractions import Fraction
from itertools import pairwise
from typing import Any

from tests.oracle.keys import BUCKETS

Json = Any

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def share(percent: Json) -> Fraction:
    """The share of a weight, which is a number or the text of one."""
    return Fraction(percent) / 100


def threshold(part: Fraction) -> int:
    """The first bucket beyond a share: 0 to 2^64."""
    return math.ceil(part * BUCKETS)


def weight_in_force(deployment: Json, now: int) -> Fraction:
    if "ramp" in deployment:
        return ramp_share(deployment["ramp"], now)
    return share(deployment.get("green_weight", 0))


def ramp_share(ramp: Json, now: int) -> Fraction:
    """The share at a time: nothing before the start, the last step's for ever after."""
    elapsed = now - unix_seconds(ramp["start"])
    steps = [(seconds(step["after"]), share(step["green_weight"])) for step in ramp["steps"]]
    if elapsed < 0:
        return Fraction(0)
    if ramp.get("shape", "step") == "step" or elapsed >= steps[-1][0]:
        return [Fraction(0), *(part for after, part in steps if after <= elapsed)][-1]
    # A first step after 0 makes the first pair one that holds no time.
    (start, low), (end, high) = next(each for each in pairwise([(0, Fraction(0)), *steps]) if each[0][0] <= elapsed < each[1][0])
    low, high = threshold(low), threshold(high)
    return Fraction(math.floor(low + (high - low) * (elapsed - start) / (end - start)), BUCKETS)


def unix_seconds(text: str) -> Fraction:
    """A time of RFC 3339, to the nanosecond."""
    date_time, fraction, offset = re.fullmatch(r"([^.]{19})(?:\.([0-9]{1,9}))?(Z|[+-][0-9:]{5})", text).groups()
    whole = datetime.fromisoformat(date_time + offset.replace("Z", "+00:00")).timestamp()
    return int(whole) + Fraction(f"0.{fraction or 0}")


def seconds(duration: str) -> int:
    """A whole number and a unit, such as `10m`."""
    return int(duration[:-1]) * SECONDS[duration[-1]]
