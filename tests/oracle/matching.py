"""Which deployment a request belongs to: every one is ranked, the best wins."""

import re
from typing import Any

from tests.oracle.host import request_host
from tests.oracle.keys import cookie_value, query_value
from tests.oracle.request import Request

Json = Any

KEPT_ESCAPES = {*b"/?#%", *range(0x20), 0x7F}
"""Bytes of a path that stay percent-encoded: what divides a path, and control characters."""


def matching_deployment(deployments: list[Json], request: Request) -> Json | None:
    """The first in the order of precedence among all of which a match holds."""
    ranked = []
    for deployment in deployments:
        ranks = [rank_of_match(match, request) for match in matches_of(deployment)]
        ranks = [rank for rank in ranks if rank is not None]
        if ranks:
            ranked.append((max(ranks), deployment))
    # Of equal ranks max returns the first: the earlier in the file.
    return max(ranked, key=lambda each: each[0], default=(None, None))[1]


def matches_of(deployment: Json) -> list[Json]:
    """The matches of a deployment, any of which is enough."""
    matches = deployment.get("match", {})
    return matches if isinstance(matches, list) else [matches]


def rank_of_match(match: Json, request: Request) -> Json | None:
    """How particular a match is, more is better; None if it does not hold."""
    host = rank_of_hosts(match.get("hosts"), request_host(request.host))
    path = rank_of_path(match, request.path)
    methods = match.get("methods")
    conditions = [match.get(kind, []) for kind in ("headers", "query", "cookies")]
    all_hold = all(
        not is_repeated(kind, condition["name"], request) and holds(condition, value_of(kind, condition["name"], request))
        for kind, each in zip(("headers", "query", "cookies"), conditions, strict=True)
        for condition in each
    )
    if host is None or path is None or not all_hold or (methods and request.method not in methods):
        return None
    return host, path, methods is not None, *(len(each) for each in conditions)


def rank_of_hosts(patterns: list[str] | None, host: str | None) -> tuple[int, int] | None:
    """(2, 0) exact, (1, length) wildcard, (0, 0) any host, None: no match. More is better."""
    if patterns is None:
        return (0, 0)
    if host is None:
        return None
    ranks = []
    for pattern in patterns:
        pattern = pattern.lower()
        if pattern.startswith("*."):
            suffix = pattern[1:]
            if host.endswith(suffix) and len(host) > len(suffix):
                ranks.append((1, len(suffix)))
        elif host == pattern:
            ranks.append((2, 0))
    return max(ranks, default=None)


def rank_of_path(match: Json, path: str) -> tuple[int, int] | None:
    """(2, 0) exact, (1, length) prefix, (0, 0) any path, None: no match. More is better."""
    if "path" not in match and "path_prefix" not in match:
        return (0, 0)
    path = compared_path(path)
    exact = [compared_path(each) for each in as_list(match.get("path", []))]
    prefixes = [compared_path(each) for each in as_list(match.get("path_prefix", []))]
    ranks = [(2, 0) for each in exact if each == path]
    ranks += [(1, len(prefix)) for prefix in prefixes if is_prefix(prefix, path)]
    return max(ranks, default=None)


def as_list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]


def is_prefix(prefix: bytes, path: bytes) -> bool:
    """Whether a path starts so and the prefix ends where a part of the path does."""
    rest = path.removeprefix(prefix)
    return path.startswith(prefix) and (rest[:1] in (b"", b"/", b":", b";") or prefix.endswith(b"/"))


def compared_path(path: str) -> bytes:
    """The path with its escapes decoded, but for those that are kept, which have upper-case digits."""

    def decoded(escape: re.Match[bytes]) -> bytes:
        byte = int(escape[1], 16)
        return escape[0].upper() if byte in KEPT_ESCAPES else bytes([byte])

    return re.sub(rb"%([0-9A-Fa-f]{2})", decoded, path.encode())


def is_repeated(kind: str, name: str, request: Request) -> bool:
    """Whether it is a header in several lines, for which no condition holds."""
    return kind == "headers" and len(request.lines(name)) > 1


def value_of(kind: str, name: str, request: Request) -> bytes | None:
    """The value of a header, or the first of a parameter or a cookie."""
    match kind:
        case "headers":
            return request.line(name)
        case "query":
            return query_value(name, request.query)
        case "cookies":
            return cookie_value(name, request.lines("cookie"))
    raise ValueError(f"no such condition: {kind}")


def holds(condition: Json, value: bytes | None) -> bool:
    """Whether a condition holds for a value, or for its absence."""
    return test_holds(condition, value) != condition.get("not", False)


def test_holds(condition: Json, value: bytes | None) -> bool:
    if "present" in condition:
        return (value is not None) == condition["present"]
    if value is None:
        return False
    fold = bytes.lower if condition.get("ignore_case") else bytes
    value = fold(value)
    if "exact" in condition:
        return value == fold(condition["exact"].encode())
    if "one_of" in condition:
        return value in [fold(each.encode()) for each in condition["one_of"]]
    if "prefix" in condition:
        return value.startswith(fold(condition["prefix"].encode()))
    return value.endswith(fold(condition["suffix"].encode()))
