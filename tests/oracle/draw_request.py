"""Random requests that are aimed at a configuration.

Most hit a deployment, many by a hair: boundaries of paths, odd cookies, keys that lie on the
threshold of a weight. What is `sendable` can go through Envoy over HTTP/1.1 unchanged.
"""

import math
from fractions import Fraction
from random import Random
from typing import Any

from draw_configuration import HOSTS, KEY_COOKIES, KEY_HEADERS, PATHS, PREFIXES, WILDCARDS
from edge import key_with_bucket
from oracle import BUCKETS

Json = Any

TAG_HEADERS = ["x-bluegreen-variant", "X-BlueGreen-Variant", "x-bluegreen-cluster", "X-Bluegreen-CLUSTER"]
SENDABLE_BYTES = bytes([*range(0x21, 0x7F), *range(0x80, 0x100)])
FORGED_VALUES = ["green", "blue", "", "m0-green", "green, blue"]
OTHER_COOKIES = [b"theme=dark", b"xuid=other", b"uid2=other", b"Session=other", b"uid", b"", b" ", b"=nobody"]


def draw_request(rng: Random, config: Json, sendable: bool) -> Json:
    """The `request` object of a decision vector."""
    aim = rng.choice(config["deployments"])
    match = aim.get("match", {})
    request: Json = {}
    if sendable or rng.random() < 0.95:
        request["host"] = draw_host(rng, match)
    request["path"] = draw_path(rng, match)
    lines = draw_key_lines(rng, aim, sendable) + draw_forged_tags(rng, config)
    if rng.random() < 0.2:
        rng.shuffle(lines)
    if lines:
        request["headers"] = [[name, as_json(value)] for name, value in lines]
    return request


def as_json(value: bytes) -> Json:
    """Text where the bytes are UTF-8, {"hex": …} where they are not."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"hex": value.hex()}


def draw_host(rng: Random, match: Json) -> str:
    pattern = rng.choice(match.get("hosts", HOSTS + WILDCARDS))
    if rng.random() < 0.08:
        pattern = rng.choice(HOSTS + WILDCARDS)
    host = pattern
    if pattern.startswith("*"):
        long = ".".join(["a" * 60] * 5)
        host = rng.choice(["www", "api", "eu", "a.b.c", long]) + pattern[1:] if rng.random() < 0.9 else pattern[2:]
    if rng.random() < 0.2:
        host = rng.choice([host.upper(), host.lower(), host.title()])
    if rng.random() < 0.15 and not host.startswith("["):
        host += "."
    if rng.random() < 0.3:
        host += rng.choice([":80", ":8443", ":10000"])
    return host


def draw_path(rng: Random, match: Json) -> str:
    start = match.get("path") or match.get("path_prefix") or rng.choice(PATHS + PREFIXES)
    if rng.random() < 0.08:
        start = rng.choice(PATHS + PREFIXES)
    end = rng.choice(["", "", "", "/x", "x/y", ":predict", "-eu", "~", "/", "%20x", "/x:y"])
    query = rng.choice(["", "", "?", "?a=/v1/models/fraud", "?a?b", "?:predict"])
    return (start + end).replace("//", "/") + query


def draw_key_lines(rng: Random, aim: Json, sendable: bool) -> list[tuple[str, bytes]]:
    """Header and Cookie lines that carry the keys of one deployment, or nearly so."""
    sticky = aim.get("sticky", {})
    keys = sticky.get("keys", [])
    headers = [key["header"] for key in keys if "header" in key]
    cookies = [key["cookie"] for key in keys if "cookie" in key]
    if "issue_cookie" in sticky:
        cookies.append(sticky["issue_cookie"].get("name", "bluegreen_id"))
    lines: list[tuple[str, bytes]] = []
    for name in headers + rng.sample(KEY_HEADERS, rng.choice([0, 0, 1])):
        while rng.random() < 0.7:
            spelling = rng.choice([name, name.lower(), name.upper()])
            lines.append((spelling, draw_key(rng, aim, sendable)))
    pieces: list[bytes] = []
    for name in cookies + rng.sample(KEY_COOKIES, rng.choice([0, 0, 1])):
        pieces += rng.sample(OTHER_COOKIES, rng.choice([0, 0, 1, 2]))
        while rng.random() < 0.7:
            pieces.append(draw_cookie(rng, name, draw_key(rng, aim, sendable)))
    while pieces:
        count = rng.randint(1, len(pieces))
        line = rng.choice([b"; ", b"; ", b";", b" ;\t"]).join(pieces[:count])
        lines.append(("cookie", line.strip(b" \t") if sendable else line))
        pieces = pieces[count:]
    return lines


def draw_cookie(rng: Random, name: str, value: bytes) -> bytes:
    form = rng.choice([b"%b=%b"] * 6 + [b'%b="%b"', b" %b = %b ", b'%b=\t"%b"', b'%b="%b', b'%b=%b"', b'%b=""%b""'])
    return form % (name.encode(), value)


def draw_key(rng: Random, aim: Json, sendable: bool) -> bytes:
    kind = rng.random()
    if kind < 0.5:
        return b"u%d" % rng.randrange(100_000)
    if kind < 0.65:
        return draw_edge_key(rng, aim, sendable)
    if kind < 0.72:
        return b""
    if kind < 0.8:
        return rng.choice(["jürgen", "用户-7", "👩‍🔬", "ana@example.com", "a=b", "a,b", "a b"]).encode()
    if kind < 0.82:
        return b"x" * rng.choice([255, 256, 1000, 4096])
    if not sendable:
        return rng.randbytes(rng.randint(1, 40))
    return bytes(rng.choice(SENDABLE_BYTES) for _ in range(rng.randint(1, 40)))


def draw_edge_key(rng: Random, aim: Json, sendable: bool) -> bytes:
    """A key whose bucket is the last one on green, or the first one on blue."""
    salt = aim.get("sticky", {}).get("salt", aim["name"])
    threshold = math.ceil(Fraction(aim.get("green_weight", 0)) / 100 * BUCKETS)
    wanted = min(max(threshold - rng.choice([0, 1]), 0), BUCKETS - 1)
    return key_with_bucket(salt, wanted, lambda key: not sendable or all(byte in SENDABLE_BYTES for byte in key))


def draw_forged_tags(rng: Random, config: Json) -> list[tuple[str, bytes]]:
    if rng.random() < 0.6:
        return []
    tags = config.get("tags", {})
    names = TAG_HEADERS + [name for tag in ("variant_header", "cluster_header") if (name := tags.get(tag))]
    return [(rng.choice(names), rng.choice(FORGED_VALUES).encode()) for _ in range(rng.randint(1, 3))]
