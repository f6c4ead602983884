"""Random requests that are aimed at a configuration.

Most hit a deployment, many by a hair: boundaries of paths, odd cookies, keys that lie on a
threshold. What is `sendable` can go through Envoy over HTTP/1.1 unchanged.
"""

from random import Random
from typing import Any

from tests.oracle.draw_configuration import CONDITION_HEADERS, CONDITION_VALUES, HOSTS, PATHS, PREFIXES, WILDCARDS
from tests.oracle.draw_keys import draw_key_lines, draw_query
from tests.oracle.draw_override import draw_override_lines
from tests.oracle.explain import HEADER as EXPLAIN

Json = Any

TAG_HEADERS = ["x-bluegreen-variant", "X-BlueGreen-Variant", "x-bluegreen-cluster", "X-Bluegreen-CLUSTER"]
TAG_HEADERS += ["x-bluegreen-mirror-cluster", "x-bluegreen-bucket", "X-Bluegreen-Bucket"]
FORGED_VALUES = ["green", "blue", "", "m0-green", "green, blue", "0", "99"]
ADDRESSES = ["198.51.100.7", "203.0.113.9", "2001:db8::7", "2001:db8:0:1::2"]
INTERNAL_ADDRESS = "10.0.0.1"


def draw_request(rng: Random, group: Json, sendable: bool) -> Json:
    """The `request` object of a decision vector."""
    config = group["config"]
    aim = config.get("defaults", {}) | rng.choice(config["deployments"])
    match = aim.get("match", {})
    request: Json = {}
    if sendable or rng.random() < 0.95:
        request["host"] = draw_host(rng, match)
    request["path"] = draw_path(rng, match) + draw_query(rng, group, aim)
    request |= draw_origin(rng, config, sendable)
    lines = [[name, as_json(value)] for name, value in draw_key_lines(rng, group, aim, sendable)]
    lines += draw_condition_lines(rng, match) + draw_tag_lines(rng, config, aim) + draw_override_lines(rng, group, aim)
    if config.get("explain", "never") != "never" and rng.random() < 0.7:
        lines.append([EXPLAIN, rng.choice(["1", "1", "1", "true", ""])])
    if rng.random() < 0.2:
        rng.shuffle(lines)
    if lines:
        request["headers"] = lines
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
    if "path" in match and rng.random() < 0.8:
        return start
    end = rng.choice(["", "", "", "", "/x", ":predict", "/", "/x:y", "x/y", "-eu", "~", "%20x"])
    return (start + end).replace("//", "/")


def draw_origin(rng: Random, config: Json, sendable: bool) -> Json:
    """Where a request comes from. One through Envoy always has an address, and an internal one an internal address."""
    origin: Json = {"internal": True} if rng.random() < 0.45 else {}
    stickies = [config.get("defaults", {}), *config["deployments"]]
    reads_address = any({"source_address": True} in each.get("sticky", {}).get("keys", []) for each in stickies)
    if reads_address and (sendable or rng.random() < 0.8):
        origin["source_address"] = INTERNAL_ADDRESS if origin and sendable else rng.choice(ADDRESSES)
    return origin


def draw_condition_lines(rng: Random, match: Json) -> list[list[Json]]:
    """Headers that mostly make the conditions of a match hold."""
    lines = []
    for condition in match.get("headers", []):
        if rng.random() < 0.06 or condition.get("present") is False:
            continue
        value = condition.get("exact") or condition.get("prefix", "") + rng.choice(["", "-eu", "x"])
        lines.append([rng.choice([condition["name"], condition["name"].upper()]), value])
    while rng.random() < 0.1:
        lines.insert(rng.randint(0, len(lines)), [rng.choice(CONDITION_HEADERS), rng.choice([*CONDITION_VALUES, ""])])
    return lines


def draw_tag_lines(rng: Random, config: Json, aim: Json) -> list[list[Json]]:
    """Tags as an earlier proxy sets them, or as a client forges them."""
    tags = config["tags"]
    variant_header = tags.get("variant_header", "x-bluegreen-variant")
    if variant_header and aim.get("trust_tags_from", "never") != "never" and rng.random() < 0.6:
        return [[variant_header, rng.choice(["green", "blue", "green", "blue", "Green", ""])] for _ in range(rng.choice([1] * 5 + [2]))]
    if rng.random() < 0.6:
        return []
    named = [tags.get(tag) for tag in ("variant_header", "cluster_header", "mirror_header")]
    named.append(tags.get("bucket_header", {}).get("name"))
    names = TAG_HEADERS + [name for name in named if name]
    return [[rng.choice(names), rng.choice(FORGED_VALUES)] for _ in range(rng.randint(1, 3))]
