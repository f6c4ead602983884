"""Random plugin configurations and rollback flags.

Hosts and paths come from small pools, so that precedence decides most requests.
Every configuration is a valid one.
"""

from random import Random
from typing import Any

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
KEY_HEADERS = ["x-user-id", "X-Tenant", "x-session"]
KEY_COOKIES = ["uid", "UID", "session", "id"]
SALTS = ["release-7", "shared", "2026-11"]
SOURCES = ["virtual_host", "route", "cluster", "listener", "node"]
WEIGHTS = ["0", "100", "1e2", "50", "33.3", "0.5", "99.99999999999999999", "5e-36", "0.30000000000000004"]
PLAIN_FLAGS = [True, False, 1, 0, 2, -1, "", " ", "true", "FALSE", " Yes ", "no", "On", "off", "1", "0", [], {}]
UNREADABLE_FLAGS = [None, {"on": True}, {"fraud": None}, [None], [True], [7], "fraud;ham", "all of them", "früher"]


def draw_configuration(rng: Random) -> Json:
    """A configuration of 1 to 40 deployments. Weights are texts: see `generate.as_line`."""
    taken: set[tuple[str | None, str | None]] = set()
    deployments = []
    for number in range(rng.choice([1, 2, 3, rng.randint(4, 12), rng.randint(13, 40)])):
        match = draw_match(rng, taken)
        if match is not None:
            deployments.append(draw_deployment(rng, number, match))
    config: Json = {"deployments": deployments}
    if rng.random() < 0.6:
        config["tags"] = draw_tags(rng)
    if rng.random() < 0.6:
        config["rollback"] = draw_rollback(rng)
    return config


def draw_match(rng: Random, taken: set[tuple[str | None, str | None]]) -> Json | None:
    """A match that shares no pair of host and path with those before it; None if none was found."""
    for _ in range(20):
        match: Json = {}
        if rng.random() < 0.85:
            match["hosts"] = rng.sample(HOSTS + WILDCARDS, rng.choice([1, 1, 1, 2, 3]))
        kind = rng.choice(["path", "path_prefix", "path_prefix", "path_prefix", None])
        if kind is not None:
            match[kind] = rng.choice(PATHS if kind == "path" else PREFIXES)
        pairs = {(host, f"{kind} {match.get(kind)}") for host in match.get("hosts", [None])}
        if not pairs & taken:
            taken |= pairs
            return match
    return None


def draw_deployment(rng: Random, number: int, match: Json) -> Json:
    name = rng.choice(["m{}", "model-{}", "Fraud_{}.v2"]).format(number)
    deployment: Json = {"name": name}
    if match or rng.random() < 0.5:
        deployment["match"] = match
    if rng.random() < 0.7:
        deployment["clusters"] = {"blue": f"{name}-blue", "green": f"{name}-green"}
    if rng.random() < 0.95:
        deployment["green_weight"] = draw_weight(rng)
    if rng.random() < 0.9:
        deployment["sticky"] = draw_sticky(rng)
    if rng.random() < 0.15:
        deployment["rollback"] = rng.random() < 0.7
    return deployment


def draw_weight(rng: Random) -> str:
    """The JSON text of a weight: at most 19 significant digits and 36 decimals."""
    kind = rng.randrange(4)
    if kind == 0:
        return rng.choice(WEIGHTS)
    if kind == 1:
        return str(rng.randint(0, 100))
    if kind == 2:
        decimals = rng.randint(1, 17)
        return f"{rng.randrange(100)}.{rng.randrange(10**decimals):0{decimals}d}" + rng.choice(["", "", "000"])
    return f"{rng.randrange(1, 10**19)}e-{rng.randint(17, 22)}" if rng.random() < 0.7 else f"{rng.randint(1, 9)}E+1"


def draw_sticky(rng: Random) -> Json:
    sources = [{"header": name} for name in KEY_HEADERS] + [{"cookie": name} for name in KEY_COOKIES]
    sticky: Json = {"keys": rng.sample(sources, rng.choice([1, 1, 2, 3]))}
    if rng.random() < 0.4:
        sticky["salt"] = rng.choice(SALTS)
    if rng.random() < 0.3:
        sticky["issue_cookie"] = rng.choice(
            [
                {},
                {"name": "who"},
                {"max_age": "1h", "path": "/v1", "same_site": "strict"},
                {"name": "uid", "secure": False},
            ]
        )
    return sticky


def draw_tags(rng: Random) -> Json:
    tags: Json = {}
    if rng.random() < 0.4:
        tags["variant_header"] = rng.choice([None, "x-colour", "X-Variant"])
    if rng.random() < 0.4:
        tags["cluster_header"] = rng.choice([None, "x-upstream", "X-Cluster"])
    if rng.random() < 0.5:
        tags["response_header"] = rng.choice([None, "x-served-by", "X-Served-By"])
    if rng.random() < 0.4:
        tags["blue"] = rng.choice(["omit", "write"])
    return tags


def draw_rollback(rng: Random) -> Json:
    rollback: Json = {}
    if rng.random() < 0.5:
        rollback["namespace"] = rng.choice(["bluegreen", "ml-platform", "com.example.release"])
    if rng.random() < 0.8:
        rollback["sources"] = rng.sample(SOURCES, rng.randint(1, 5))
    return rollback


def draw_metadata(rng: Random, config: Json) -> dict[str, Json]:
    """The flag of each source that carries one; some are in sources that are not listed."""
    if rng.random() < 0.4:
        return {}
    names = [deployment["name"] for deployment in config["deployments"]]
    return {source: draw_flag(rng, names) for source in rng.sample(SOURCES, rng.choice([1, 1, 2, 3]))}


def draw_flag(rng: Random, names: list[str]) -> Json:
    kind = rng.random()
    if kind < 0.35:
        return rng.choice(PLAIN_FLAGS)
    if kind < 0.45:
        return rng.choice(UNREADABLE_FLAGS)
    some = rng.sample(names, rng.randint(1, min(4, len(names)))) + rng.choice([[], [], ["nobody"]])
    if kind < 0.75:
        return some
    return rng.choice([",", ", ", " ,\t", ",,"]).join(some) + rng.choice(["", ","])
