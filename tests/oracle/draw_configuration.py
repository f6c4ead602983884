"""Random plugin configurations: matches, tags, defaults, rollback sources.

Hosts, paths and conditions come from small pools, so that precedence decides most requests.
Every configuration is a valid one. Weights and percentages are texts: see `generate.as_line`.
"""

from random import Random
from typing import Any

from tests.oracle.draw_deployment import add_sessions, draw_deployment, draw_guard, draw_mirror, draw_override, draw_sticky, draw_trust
from tests.oracle.matching import as_list, compared_path

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
PATHS = ["/", "/health", "/v1", "/v1/models/fraud", "/v1/models/fraud:predict", "/v1/models/fraud/", "/v1/models/fr%61ud%3Aexplain", "/a%2Fb"]
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
    "/v1/models/f%C3%BCr",
    "/v1%2fmodels",
]
METHODS = ["GET", "POST", "PUT", "DELETE"]
CONDITION_NAMES = {
    "headers": ["x-tenant", "X-Region", "x-debug"],
    "query": ["model", "Model", "für", "user"],
    "cookies": ["beta", "uid", "theme"],
}
CONDITION_VALUES = ["acme", "acme-eu", "beta", "a", "Acme", "BETA-eu"]
SOURCES = ["virtual_host", "route", "cluster", "listener", "node"]
FLAG_PATHS = [
    ["envoy-gateway", "resources", "0", "annotations", "rollback"],
    ["envoy-gateway", "resources", "1", "annotations", "rollback"],
    ["release", "state"],
    ["com.example", "release.io/rollback", "back"],
]


def draw_configuration(rng: Random, now: int | None) -> Json:
    """A configuration of up to 40 deployments; `now` is the clock its ramps are aimed at, None for the real one."""
    config: Json = {"deployments": [], "tags": draw_tags(rng)}
    if rng.random() < 0.5:
        config["defaults"] = draw_defaults(rng, config["tags"], now)
    if rng.random() < 0.6:
        config["rollback"] = draw_rollback(rng)
    if rng.random() < 0.6:
        config["explain"] = rng.choice(["never", "override", "internal", "internal"])
    taken: set[Json] = set()
    for number in range(rng.choice([0, 1, 1, 2, 2, 3, 3, rng.randint(4, 12), rng.randint(4, 12), rng.randint(13, 40), rng.randint(13, 40)])):
        matches = [match for match in draw_matches(rng) if is_new(match, taken)]
        if matches:
            match = matches[0] if len(matches) == 1 and rng.random() < 0.8 else matches
            config["deployments"].append(draw_deployment(rng, number, match, config, now))
    return config


def is_new(match: Json, taken: set[Json]) -> bool:
    """Whether no match before it is the same, which from now on it is."""
    own = identity(match)
    is_new = own not in taken
    taken.add(own)
    return is_new


def identity(match: Json) -> Json:
    """What two matches must not have in common."""
    hosts = frozenset(host.lower() for host in match.get("hosts", []))
    paths = [frozenset(compared_path(path) for path in as_list(match.get(kind, []))) for kind in ("path", "path_prefix")]
    conditions = [frozenset(condition_identity(condition) for condition in match.get(kind, [])) for kind in CONDITION_NAMES]
    return hosts, *paths, frozenset(match.get("methods", [])), *conditions


def condition_identity(condition: Json) -> Json:
    """Equal for conditions that are the same, on headers as they are compared."""
    name = condition["name"].lower() if condition["name"].lower().startswith("x-") else condition["name"]
    negated, ignore_case = condition.get("not", False), condition.get("ignore_case", False)
    if "present" in condition:
        return name, "present", condition["present"] != negated
    kind = next(kind for kind in ("exact", "one_of", "prefix", "suffix") if kind in condition)
    values = frozenset(value.lower() if ignore_case else value for value in as_list(condition[kind]))
    return name, "one_of" if kind == "exact" else kind, values, negated, ignore_case


def draw_matches(rng: Random) -> list[Json]:
    return [draw_match(rng) for _ in range(rng.choice([1, 1, 1, 1, 2, 3]))]


def draw_match(rng: Random) -> Json:
    match: Json = {}
    if rng.random() < 0.85:
        match["hosts"] = rng.sample(HOSTS + WILDCARDS, rng.choice([1, 1, 1, 2, 3]))
    for kind in rng.choice([["path"], ["path_prefix"], ["path_prefix"], ["path_prefix"], ["path", "path_prefix"], []]):
        match[kind] = draw_paths(rng, PATHS if kind == "path" else PREFIXES)
    if rng.random() < 0.15:
        match["methods"] = rng.sample(METHODS, rng.choice([1, 2, 3]))
    for kind, chance in (("headers", 0.35), ("query", 0.12), ("cookies", 0.12)):
        if rng.random() < chance:
            drawn = [draw_condition(rng, kind) for _ in range(rng.choice([1, 1, 1, 2, 3]))]
            match[kind] = list({condition_identity(condition): condition for condition in drawn}.values())
    return match


def draw_paths(rng: Random, pool: list[str]) -> Json:
    """One path, or a list of them."""
    paths = rng.sample(pool, rng.choice([1, 1, 2, 3]))
    return paths[0] if len(paths) == 1 and rng.random() < 0.8 else paths


def draw_condition(rng: Random, kind: str) -> Json:
    """Of two on one name it may be that they never hold together."""
    condition: Json = {"name": rng.choice(CONDITION_NAMES[kind])}
    test = rng.choice(["exact", "exact", "one_of", "prefix", "suffix", "present"])
    if rng.random() < 0.2:
        condition["not"] = rng.random() < 0.8
    if test == "present":
        return condition | {"present": rng.random() < 0.5}
    if rng.random() < 0.2:
        condition["ignore_case"] = rng.random() < 0.8
    if test == "one_of":
        values = rng.sample(CONDITION_VALUES, rng.choice([1, 2, 3]))
        fold = str.lower if condition.get("ignore_case") else str
        return condition | {"one_of": list({fold(value): value for value in values}.values())}
    return condition | {test: rng.choice(CONDITION_VALUES)}


def draw_tags(rng: Random) -> Json:
    tags: Json = {}
    pools = {
        "variant_header": [None, "x-colour", "X-Variant"],
        "cluster_header": [None, "x-upstream", "X-Cluster"],
        "mirror_header": [None, "x-shadow", "X-Mirror"],
        "response_header": [None, "x-served-by", "X-Served-By"],
        "filter_state": [None, "bluegreen", "variant"],
        "record": [None, "record", "decision"],
        "blue": ["omit", "write"],
        "cache_control": ["omit", "private"],
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


def draw_defaults(rng: Random, tags: Json, now: int | None) -> Json:
    defaults: Json = {}
    if rng.random() < 0.5:
        defaults["sticky"] = draw_sticky(rng, now)
        if rng.random() < 0.2:
            add_sessions(rng, defaults["sticky"])
    if rng.random() < 0.5:
        defaults["override"] = draw_override(rng)
    if rng.random() < 0.4:
        defaults["mirror"] = draw_mirror(rng)
    if rng.random() < 0.2:
        defaults["guard"] = draw_guard(rng)
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
