"""Random plugin configurations: matches, tags, defaults, rollback sources.

Hosts, paths and conditions come from small pools, so that precedence decides most requests.
Every configuration is a valid one. Weights and percentages are texts: see `generate.as_line`.
"""

from random import Random
from typing import Any

from tests.oracle.draw_deployment import draw_deployment, draw_mirror, draw_override, draw_sticky, draw_trust

Json = Any

HOSTS = [
    "example.com",
    "api.example.com",
    "eu.example.com",
    "api.eu.example.com",
    "fraud.test",
    "Fraud.Example.COM",
    "127.0.0.1",
    "[2001:db8::1]",
]
WILDCARDS = ["*.example.com", "*.eu.example.com", "*.Api.Eu.Example.com", "*.test", "*.com"]
PATHS = ["/", "/health", "/v1", "/v1/models/fraud", "/v1/models/fraud:predict", "/v1/models/fraud/"]
PREFIXES = [
    "/",
    "/v1",
    "/v1/",
    "/v1/models",
    "/v1/models/",
    "/v1/models/fraud",
    "/v1/models/fraud/",
    "/v1/models/fraud-eu",
    "/v1/models/ham",
    "/v2/",
]
CONDITION_HEADERS = ["x-tenant", "X-Region", "x-debug"]
CONDITION_VALUES = ["acme", "acme-eu", "beta", "a"]
SOURCES = ["virtual_host", "route", "cluster", "listener", "node"]
FLAG_PATHS = [
    ["envoy-gateway", "resources", "0", "annotations", "rollback"],
    ["envoy-gateway", "resources", "1", "annotations", "rollback"],
    ["release", "state"],
    ["com.example", "release.io/rollback", "back"],
]


def draw_configuration(rng: Random, now: int | None) -> Json:
    """A configuration of 1 to 40 deployments; `now` is the clock its ramps are aimed at, None for the real one."""
    config: Json = {"deployments": [], "tags": draw_tags(rng)}
    if rng.random() < 0.5:
        config["defaults"] = draw_defaults(rng, config["tags"])
    if rng.random() < 0.6:
        config["rollback"] = draw_rollback(rng)
    if rng.random() < 0.6:
        config["explain"] = rng.choice(["never", "override", "internal", "internal"])
    taken: set[Json] = set()
    for number in range(rng.choice([1, 2, 3, rng.randint(4, 12), rng.randint(13, 40)])):
        match = draw_match(rng)
        if identity(match) not in taken:
            taken.add(identity(match))
            config["deployments"].append(draw_deployment(rng, number, match, config, now))
    return config


def identity(match: Json) -> Json:
    """What two deployments must not have in common."""
    hosts = frozenset(host.lower() for host in match.get("hosts", []))
    conditions = frozenset(condition_identity(condition) for condition in match.get("headers", []))
    return hosts, match.get("path"), match.get("path_prefix"), conditions


def condition_identity(condition: Json) -> Json:
    return frozenset((condition | {"name": condition["name"].lower()}).items())


def draw_match(rng: Random) -> Json:
    match: Json = {}
    if rng.random() < 0.85:
        match["hosts"] = rng.sample(HOSTS + WILDCARDS, rng.choice([1, 1, 1, 2, 3]))
    kind = rng.choice(["path", "path_prefix", "path_prefix", "path_prefix", None])
    if kind is not None:
        match[kind] = rng.choice(PATHS if kind == "path" else PREFIXES)
    if rng.random() < 0.35:
        drawn = [draw_condition(rng) for _ in range(rng.choice([1, 1, 1, 2, 3]))]
        match["headers"] = list({condition_identity(condition): condition for condition in drawn}.values())
    return match


def draw_condition(rng: Random) -> Json:
    """Of two on one header it may be that they never hold together."""
    kind = rng.choice(["exact", "exact", "prefix", "present"])
    value = rng.random() < 0.5 if kind == "present" else rng.choice(CONDITION_VALUES)
    return {"name": rng.choice(CONDITION_HEADERS), kind: value}


def draw_tags(rng: Random) -> Json:
    tags: Json = {}
    pools = {
        "variant_header": [None, "x-colour", "X-Variant"],
        "cluster_header": [None, "x-upstream", "X-Cluster"],
        "mirror_header": [None, "x-shadow", "X-Mirror"],
        "response_header": [None, "x-served-by", "X-Served-By"],
        "filter_state": [None, "bluegreen", "variant"],
        "blue": ["omit", "write"],
    }
    for tag, pool in pools.items():
        if rng.random() < 0.3:
            tags[tag] = rng.choice(pool)
    if rng.random() < 0.5:
        tags["bucket_header"] = draw_bucket_header(rng)
    return tags


def draw_bucket_header(rng: Random) -> Json:
    bucket_header: Json = {}
    if rng.random() < 0.2:
        bucket_header["name"] = rng.choice(["x-share", "X-Bucket"])
    if rng.random() < 0.6:
        bucket_header["buckets"] = rng.choice([1, 2, 3, 7, 10, 100, 1000, 9999, 10000])
    if rng.random() < 0.6:
        bucket_header["green"] = rng.choice(["first", "last"])
    return bucket_header


def draw_defaults(rng: Random, tags: Json) -> Json:
    defaults: Json = {}
    if rng.random() < 0.5:
        defaults["sticky"] = draw_sticky(rng)
    if rng.random() < 0.5:
        defaults["override"] = draw_override(rng)
    if rng.random() < 0.4:
        defaults["mirror"] = draw_mirror(rng)
    if rng.random() < 0.4:
        defaults["trust_tags_from"] = draw_trust(rng, tags)
    return defaults


def draw_rollback(rng: Random) -> Json:
    rollback: Json = {}
    if rng.random() < 0.5:
        rollback["namespace"] = rng.choice(["bluegreen", "ml-platform", "com.example.release"])
    if rng.random() < 0.8:
        rollback["sources"] = rng.sample(SOURCES, rng.randint(1, 5))
        if rng.random() < 0.5:
            rollback["sources"].insert(0, {"in": rng.choice(SOURCES), "path": rng.choice(FLAG_PATHS)})
    return rollback
