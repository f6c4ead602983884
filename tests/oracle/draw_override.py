"""Random override headers: plain and signed, accepted and refused for every cause."""

import hmac
from base64 import b64decode
from random import Random
from typing import Any
from urllib.parse import quote

from tests.oracle.draw_deployment import SECRETS
from tests.oracle.durations import seconds
from tests.oracle.override import LEEWAY, override_header

Json = Any

PLAIN = [*["green", "blue"] * 8, "Green", "yellow", "", "green,blue", "green;", "green;sig=", "1"]


def draw_override_lines(rng: Random, group: Json, aim: Json) -> list[list[Json]]:
    settings = aim.get("override") or {}
    if rng.random() < (0.5 if settings else 0.95):
        return []
    if "cookie" in settings and rng.random() < 0.6:
        return [["cookie", as_cookie(rng, settings["cookie"], draw_value(rng, group, aim, settings))] for _ in range(rng.choice([1] * 9 + [2]))]
    name = override_header(settings) if rng.random() < 0.9 else "x-bluegreen-override"
    return [[name, draw_value(rng, group, aim, settings)] for _ in range(rng.choice([1] * 9 + [2]))]


def as_cookie(rng: Random, name: str, value: Json) -> Json:
    if isinstance(value, dict):
        return value | {"cookie": name}
    return rng.choice(["", "theme=dark; ", "flag;"]) + f"{name}={quote(value, safe='=')}"


def draw_value(rng: Random, group: Json, aim: Json, settings: Json) -> Json:
    if rng.random() < (0.3 if "keys" in settings else 0.9):
        return rng.choice(PLAIN)
    key = rng.choice(settings["keys"])["id"] if "keys" in settings else "a"
    names = rng.choice([aim["name"], aim["name"], f"m0,{aim['name']}", f"{aim['name']},other"])
    fields = [
        "dep=" + (names if rng.random() < 0.9 else rng.choice(["m0", aim["name"].upper(), "", f"m0, {aim['name']}"])),
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
    edges = [-LEEWAY - 1, -LEEWAY, 1 - LEEWAY, 0, 60, 60, longest, longest + LEEWAY, longest + LEEWAY + 1]
    return rng.choice(edges if to_the_second else [-600, 600, 600, 900, longest - 600, longest + 600])


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
