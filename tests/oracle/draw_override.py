"""Random override headers: plain and signed, accepted and refused for every cause."""

import hmac
from base64 import b64decode
from random import Random
from typing import Any

from tests.oracle.draw_deployment import SECRETS
from tests.oracle.override import override_header
from tests.oracle.durations import seconds

Json = Any

PLAIN = [*["green", "blue"] * 8, "Green", "yellow", "", "green,blue", "green;", "green;sig=", "1"]


def draw_override_lines(rng: Random, group: Json, aim: Json) -> list[list[Json]]:
    settings = aim.get("override") or {}
    if rng.random() < (0.5 if settings else 0.95):
        return []
    name = override_header(settings) if rng.random() < 0.9 else "x-bluegreen-override"
    return [[name, draw_value(rng, group, aim, settings)] for _ in range(rng.choice([1] * 9 + [2]))]


def draw_value(rng: Random, group: Json, aim: Json, settings: Json) -> Json:
    if rng.random() < (0.3 if "keys" in settings else 0.9):
        return rng.choice(PLAIN)
    key = rng.choice(settings["keys"])["id"] if "keys" in settings else "a"
    fields = [
        "dep=" + (aim["name"] if rng.random() < 0.9 else rng.choice(["m0", aim["name"].upper(), ""])),
        f"exp={draw_lifetime(rng, settings, 'now' in group):+}",
    ]
    if rng.random() < 0.6:
        fields.append("kid=" + (key if rng.random() < 0.9 else rng.choice(["a", "b", "none", ""])))
    rng.shuffle(fields)
    if rng.random() < 0.15:
        spoil(rng, fields)
    variant = rng.choice(["green"] * 9 + ["blue"] * 9 + ["Green", ""])
    token = ";".join([variant, *fields])
    secret = SECRETS[key if rng.random() < 0.9 else rng.choice("abc")]
    if rng.random() < 0.85 or "=+" in token or "=-" in token:
        return {"signed": token, "secret": secret}
    return token + ";sig=" + hmac.digest(b64decode(secret), token.encode(), "sha256").hex().upper()


def draw_lifetime(rng: Random, settings: Json, to_the_second: bool) -> int:
    """Seconds from now, on the edges where the clock stands still and far from them where it runs."""
    longest = seconds(settings.get("max_age", "24h"))
    return rng.choice([-1, 0, 1, 60, 60, longest, longest, longest + 1] if to_the_second else [-600, 600, 600, 900, longest - 600, longest + 600])


def spoil(rng: Random, fields: list[str]) -> None:
    """Makes a token malformed: a field too many, too few, or of a form that none may have."""
    kind = rng.randrange(4)
    if kind == 0:
        fields.pop()
    elif kind == 1:
        fields.append(rng.choice([*fields, "role=admin", "", "kid", "exp", "sig=" + "0" * 64]))
    elif kind == 2:
        fields[0] = rng.choice([fields[0].upper(), " " + fields[0], fields[0].replace("=", ":")])
    else:
        fields[:] = ["dep=m0", rng.choice(["exp=", "exp=soon", "exp=1.5", "exp=99999999999999999999"])]
