"""Random requests that are aimed at a configuration.

Most hit a deployment, many by a hair: boundaries of paths, odd cookies, keys that lie on a
threshold. What is `sendable` can go through Envoy over HTTP/1.1 unchanged.
"""

from random import Random
from typing import Any
from urllib.parse import quote, quote_plus

from tests.oracle.draw_configuration import CONDITION_NAMES, CONDITION_VALUES, HOSTS, METHODS, PATHS, PREFIXES, WILDCARDS
from tests.oracle.draw_keys import draw_key_lines, draw_query, key_names
from tests.oracle.draw_override import draw_override_lines
from tests.oracle.explain import HEADER as EXPLAIN
from tests.oracle.matching import as_list, matches_of

Json = Any

TAG_HEADERS = ["x-bluegreen-variant", "X-BlueGreen-Variant", "x-bluegreen-cluster", "X-Bluegreen-CLUSTER"]
TAG_HEADERS += ["x-bluegreen-mirror-cluster", "x-bluegreen-bucket", "X-Bluegreen-Bucket"]
FORGED_VALUES = ["green", "blue", "", "m0-green", "green, blue", "0", "99"]
ADDRESSES = ["198.51.100.7", "203.0.113.9", "2001:db8::7", "2001:db8:0:1::2"]
INTERNAL_ADDRESS = "10.0.0.1"


def draw_request(rng: Random, group: Json, sendable: bool) -> Json:
    """The `request` object of a decision vector."""
    config = group["config"]
    aim = config.get("defaults", {}) | rng.choice(config["deployments"] or [{"name": "nobody"}])
    match = rng.choice(matches_of(aim))
    request: Json = {}
    if sendable or rng.random() < 0.95:
        request["host"] = draw_host(rng, match)
    request["path"] = draw_path(rng, match) + with_parameters(rng, draw_query(rng, group, aim), match)
    if rng.random() < 0.3 or "methods" in match:
        request["method"] = rng.choice(METHODS + match.get("methods", []) * 4)
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
    if rng.random() < 0.03:
        host += rng.choice([":", ":x", ":8o", ":80:80"])
    return host


def draw_path(rng: Random, match: Json) -> str:
    exact, prefixes = as_list(match.get("path", [])), as_list(match.get("path_prefix", []))
    start = rng.choice(exact + prefixes or PATHS + PREFIXES)
    is_exact = start in exact
    if rng.random() < 0.08:
        start = rng.choice(PATHS + PREFIXES)
    if not is_exact or rng.random() < 0.2:
        ends = ["", "", "", "", "/x", ":predict", "/", "/x:y", "x/y", "-eu", "~", "%20x", ";v=1", "%3Apredict", "%3bv", "%2Fx", "%2"]
        start = (start + rng.choice(ends)).replace("//", "/")
    return "".join(draw_escape(rng, each) for each in start) if rng.random() < 0.2 else start


def draw_escape(rng: Random, character: str) -> str:
    """Now and then a character of a path as its escape."""
    if character in "/%" or rng.random() < 0.8:
        return character
    escape = f"%{ord(character):02X}"
    return rng.choice([escape, escape.lower()])


def draw_origin(rng: Random, config: Json, sendable: bool) -> Json:
    """Where a request comes from. One through Envoy always has an address, and an internal one an internal address."""
    origin: Json = {"internal": True} if rng.random() < 0.45 else {}
    stickies = [config.get("defaults", {}), *config["deployments"]]
    reads_address = any(key_names(each.get("sticky", {}), "source_address") for each in stickies)
    if reads_address and (sendable or rng.random() < 0.8):
        origin["source_address"] = INTERNAL_ADDRESS if origin and sendable else rng.choice(ADDRESSES)
    return origin


def draw_condition_lines(rng: Random, match: Json) -> list[list[Json]]:
    """Headers and cookies that mostly make the conditions of a match hold."""
    lines = []
    for condition in match.get("headers", []):
        for value in draw_values(rng, condition):
            lines.append([rng.choice([condition["name"], condition["name"].upper()]), value])
    for condition in match.get("cookies", []):
        for value in draw_values(rng, condition):
            lines.append(["cookie", f"{condition['name']}={value}"])
    while rng.random() < 0.1:
        lines.insert(rng.randint(0, len(lines)), [rng.choice(CONDITION_NAMES["headers"]), rng.choice([*CONDITION_VALUES, ""])])
    return lines


def draw_values(rng: Random, condition: Json) -> list[str]:
    """No value, or one that mostly makes a condition hold."""
    wants_nothing = condition.get("present") is False or condition.get("not", False)
    if rng.random() < (0.7 if wants_nothing else 0.06):
        return []
    value = rng.choice(as_list(condition.get("one_of", condition.get("exact", CONDITION_VALUES))))
    if "prefix" in condition:
        value = condition["prefix"] + rng.choice(["", "-eu", "x"])
    if "suffix" in condition:
        value = rng.choice(["", "x-", "a"]) + condition["suffix"]
    return [rng.choice([value, value, value, value.swapcase(), value + "x"])]


def with_parameters(rng: Random, query: str, match: Json) -> str:
    """A query with parameters that mostly make the conditions of a match hold."""
    pairs = []
    for condition in match.get("query", []):
        for value in draw_values(rng, condition):
            encode = rng.choice([quote, quote_plus, quote_every])
            pairs.append(f"{encode(condition['name'])}={rng.choice([quote, quote_every])(value)}")
    own = [query.removeprefix("?")] if query else []
    return "?" + "&".join(rng.choice([own + pairs, pairs + own])) if own or pairs else ""


def quote_every(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


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
