"""Random keys that carry a time: of sessions, and of cookies that are set again. Many lie on an edge, by a millisecond."""

import math
from random import Random
from typing import Any
from uuid import UUID

from tests.oracle.births import CROCKFORD
from tests.oracle.durations import seconds
from tests.oracle.weight import step_times, unix_seconds

Json = Any

LAST_MILLISECOND = 2**48 - 1
LONG_AGO = range(0, 1_600_000_000_000)
FAR_OFF = range(4_200_000_000_000, 7_300_000_000_000)


def carries_time(aim: Json) -> bool:
    """Whether the time in a key counts for a deployment."""
    sticky = aim.get("sticky", {})
    return "sessions" in sticky or sticky.get("issue_cookie", {}).get("refresh", False)


def draw_born_key(rng: Random, group: Json, aim: Json) -> bytes:
    millis = min(max(draw_birth(rng, group.get("now"), aim), 0), LAST_MILLISECOND)
    born = aim["sticky"].get("sessions", {}).get("born", "uuid_v7")
    text = ulid(rng, millis) if born == "ulid" and rng.random() < 0.8 else uuid_v7(rng, millis)
    kind = rng.random()
    if kind < 0.1:
        text = rng.choice([text.replace("-", ""), text[:-1], "8" + text[1:], text[:14] + "4" + text[15:], text + " ", text.replace("0", "O")])
    return rng.choice([text, text, text.upper(), text.lower()]).encode()


def draw_birth(rng: Random, now: int | None, aim: Json) -> int:
    """Unix milliseconds."""
    moments: list[int] = [rng.choice(LONG_AGO), rng.choice(FAR_OFF), 0, LAST_MILLISECOND]
    if "ramp" in aim:
        start = unix_seconds(aim["ramp"]["start"])
        steps = [math.ceil(each * 1000) for each in [start, *(start + after for after in step_times(aim["ramp"]))]]
        moments += steps * 3 + [rng.randint(min(steps), max(steps) + 1000) for _ in range(8)]
    if now is None:
        return rng.choice(moments) + rng.choice([0, -1, 1])
    age = seconds(aim["sticky"].get("issue_cookie", {}).get("max_age", "30d").replace("session", "30d"))
    moments += [now * 1000, now * 1000 - age * 500, now * 1000 - age * 500, now * 1000 - rng.randint(0, age * 1000)]
    return rng.choice(moments) + rng.choice([0, 0, -1, 1])


def uuid_v7(rng: Random, millis: int) -> str:
    return str(UUID(int=millis << 80 | 7 << 76 | rng.getrandbits(12) << 64 | 2 << 62 | rng.getrandbits(62)))


def ulid(rng: Random, millis: int) -> str:
    number = millis << 80 | rng.getrandbits(80)
    return "".join(CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))
