"""Which deployment a request belongs to: every one is ranked, the best wins."""

import re
from typing import Any

from tests.oracle.request import Request

Json = Any

LONGEST_HOST = 253  # bytes


def matching_deployment(deployments: list[Json], request: Request) -> Json | None:
    """The first in the order of precedence among all whose host, path and headers match."""
    host = request_host(request.host)
    ranked = []
    for deployment in deployments:
        match = deployment.get("match", {})
        host_rank = rank_of_hosts(match.get("hosts"), host)
        path_rank = rank_of_path(match, request.path)
        conditions = match.get("headers", [])
        if host_rank is not None and path_rank is not None and all(holds(each, request) for each in conditions):
            ranked.append(((host_rank, path_rank, len(conditions)), deployment))
    # Of equal ranks max returns the first: the earlier in the file.
    return max(ranked, key=lambda each: each[0], default=(None, None))[1]


def request_host(authority: str | None) -> str | None:
    """The authority without port and trailing dot, in lower case; None if no named host can match."""
    if authority is None:
        return None
    host = re.sub(r":[0-9]+$", "", authority)
    host = host.removesuffix(".").lower()
    return None if len(host.encode()) > LONGEST_HOST else host


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
    if "path" in match:
        return (2, 0) if path == match["path"] else None
    if "path_prefix" not in match:
        return (0, 0)
    prefix = match["path_prefix"]
    if not path.startswith(prefix):
        return None
    rest = path[len(prefix) :]
    if rest == "" or rest[0] in "/:" or prefix.endswith("/"):
        return (1, len(prefix))
    return None


def holds(condition: Json, request: Request) -> bool:
    """Whether a header condition holds for the first line of that name."""
    value = request.line(condition["name"])
    if "present" in condition:
        return (value is not None) == condition["present"]
    if value is None:
        return False
    if "exact" in condition:
        return value == condition["exact"].encode()
    return value.startswith(condition["prefix"].encode())
