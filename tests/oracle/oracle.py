"""What the contract says of one request, done the slow and obvious way.

A linear scan over all deployments and exact fractions: nothing here is shared with the filter.
The one public function is `expectation`; the shapes it reads and returns are those of
`tests/vectors/README.md`.
"""

import re
from fractions import Fraction
from numbers import Number
from typing import Any

import xxhash

Json = Any
Headers = list[tuple[str, bytes]]

REQUEST_TAGS = {"variant_header": "x-bluegreen-variant", "cluster_header": "x-bluegreen-cluster"}
DEFAULT_TAGS = {**REQUEST_TAGS, "response_header": None, "blue": "write"}
DEFAULT_ROLLBACK_SOURCES = ["virtual_host", "route"]
LONGEST_HOST = 253  # bytes
BUCKETS = 2**64
NAME = re.compile(r"[A-Za-z0-9._-]+")
TRUE_TEXTS = {"true", "yes", "on", "1"}
FALSE_TEXTS = {"false", "no", "off", "0"}


def expectation(config: Json, metadata: dict[str, Json], request: Json) -> dict[str, Json]:
    """The `expect` object of a decision vector.

    `metadata` maps a source to the value of its rollback flag. What chance decides
    (the side of a key that is drawn at random) is left out of the result.
    """
    headers = header_lines(request)
    tags = {**DEFAULT_TAGS, **config.get("tags", {})}
    deployment = matching_deployment(config["deployments"], request.get("host"), request["path"])
    if deployment is None:
        outcomes, issued_cookie = {(None, None)}, None
    else:
        outcomes, issued_cookie = possible_outcomes(config, deployment, metadata, headers)
    variants = {variant for variant, _ in outcomes}
    reasons = {reason for _, reason in outcomes}
    expect = {"deployment": deployment and deployment["name"]}
    if len(variants) == 1:
        expect["variant"] = min(variants)
    if len(reasons) == 1:
        expect["reason"] = min(reasons)
    expect["tags"] = expected_tags(tags, deployment, variants, headers)
    expect["response"] = expected_response(tags, variants)
    expect["issued_cookie"] = issued_cookie
    return expect


def as_bytes(value: str | dict[str, str]) -> bytes:
    """A value of a vector: text stands for its UTF-8 bytes, {"hex": …} for any bytes."""
    return value.encode() if isinstance(value, str) else bytes.fromhex(value["hex"])


def header_lines(request: Json) -> Headers:
    """The header lines in order, names in lower case as Envoy hands them over."""
    return [(name.lower(), as_bytes(value)) for name, value in request.get("headers", [])]


def matching_deployment(deployments: list[Json], authority: str | None, path: str) -> Json | None:
    """The first in the order of precedence among all whose host and path both match."""
    host = request_host(authority)
    path = path.split("?", 1)[0]
    ranked = []
    for deployment in deployments:
        match = deployment.get("match", {})
        host_rank = rank_of_hosts(match.get("hosts"), host)
        path_rank = rank_of_path(match, path)
        if host_rank is not None and path_rank is not None:
            ranked.append(((host_rank, path_rank), deployment))
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


def targeting_key(sticky: Json, headers: Headers) -> bytes | None:
    """The first non-empty value of the keys in order, the issued cookie last."""
    keys = list(sticky.get("keys", []))
    if "issue_cookie" in sticky:
        keys.append({"cookie": issued_cookie_name(sticky["issue_cookie"])})
    for key in keys:
        value = header_value(key["header"], headers) if "header" in key else cookie_value(key["cookie"], headers)
        if value:
            return value
    return None


def issued_cookie_name(issue_cookie: Json) -> str:
    return issue_cookie.get("name", "bluegreen_id")


def header_value(name: str, headers: Headers) -> bytes | None:
    """The first line of that name."""
    for line_name, value in headers:
        if line_name == name.lower():
            return value
    return None


def cookie_value(name: str, headers: Headers) -> bytes | None:
    """The first cookie of that name over all Cookie headers in order."""
    for line_name, line in headers:
        if line_name != "cookie":
            continue
        for piece in line.split(b";"):
            if b"=" not in piece:
                continue
            cookie_name, value = piece.split(b"=", 1)
            if cookie_name.strip(b" \t") != name.encode():
                continue
            value = value.strip(b" \t")
            if len(value) >= 2 and value.startswith(b'"') and value.endswith(b'"'):
                value = value[1:-1]
            return value
    return None


def bucket(salt: str, key: bytes) -> int:
    """Frozen: xxh64(salt, 0x00, key) with seed 0."""
    return xxhash.xxh64_intdigest(salt.encode() + b"\0" + key, seed=0)


def possible_outcomes(
    config: Json, deployment: Json, metadata: dict[str, Json], headers: Headers
) -> tuple[set[tuple[str, str]], str | None]:
    """All (variant, reason) that the request may get, and the name of the cookie that is issued."""
    if deployment.get("rollback", False):
        return {("blue", "rollback")}, None
    share = Fraction(deployment.get("green_weight", 0)) / 100
    sticky = deployment.get("sticky", {})
    key = targeting_key(sticky, headers)
    issued_cookie = None
    if key is not None:
        green = Fraction(bucket(sticky.get("salt", deployment["name"]), key), BUCKETS) < share
        sides = {"green" if green else "blue"}
    else:
        sides = {"blue"} if share == 0 else {"green"} if share == 1 else {"blue", "green"}
        if "issue_cookie" in sticky:
            issued_cookie = issued_cookie_name(sticky["issue_cookie"])
    reason = "weight" if key is not None or issued_cookie is not None else "random"
    flagged = rolled_back(config, deployment["name"], metadata)
    outcomes = {("blue", "rollback") if side == "green" and flagged else (side, reason) for side in sides}
    return outcomes, issued_cookie


def rolled_back(config: Json, name: str, metadata: dict[str, Json]) -> bool:
    """Whether the flag of any source that the configuration lists takes this deployment back."""
    sources = config.get("rollback", {}).get("sources", DEFAULT_ROLLBACK_SOURCES)
    return any(flag_holds(metadata[source], name) for source in sources if source in metadata)


def flag_holds(flag: Json, name: str) -> bool:
    """What cannot be understood holds; what is empty does not."""
    if isinstance(flag, bool):
        return flag
    if isinstance(flag, Number):
        return flag != 0
    if isinstance(flag, str):
        text = flag.strip()
        if text.lower() in TRUE_TEXTS | FALSE_TEXTS:
            return text.lower() in TRUE_TEXTS
        return names_hold([piece.strip() for piece in text.split(",") if piece.strip()], name)
    if isinstance(flag, list):
        return names_hold(flag, name)
    return flag is None or flag != {}


def names_hold(names: list[Json], name: str) -> bool:
    readable = all(isinstance(each, str) and NAME.fullmatch(each) for each in names)
    return name in names if readable else True


def expected_tags(tags: Json, deployment: Json | None, variants: set[str | None], headers: Headers) -> dict[str, Json]:
    """Header name → its value upstream, None if it must be absent."""
    sent = {name for name, _ in headers}
    # Under the default name of a tag that is renamed or off, nothing is written.
    expected = {name: None for name in REQUEST_TAGS.values() if name not in sent}
    for tag in REQUEST_TAGS:
        if tags[tag] is None:
            continue
        name = tags[tag].lower()
        expected.pop(name, None)
        values = {tag_value(tag, tags["blue"], deployment, variant) for variant in variants}
        if len(values) == 1:
            expected[name] = values.pop()
    return expected


def tag_value(tag: str, blue: str, deployment: Json | None, variant: str | None) -> str | None:
    if deployment is None or (variant == "blue" and blue == "omit"):
        return None
    if tag == "variant_header":
        return variant
    return deployment["clusters"][variant] if "clusters" in deployment else None


def expected_response(tags: Json, variants: set[str | None]) -> dict[str, str | None]:
    """The response header → the variant, or None where no deployment matched and nothing is set."""
    if tags["response_header"] is None or len(variants) > 1:
        return {}
    return {tags["response_header"].lower(): min(variants)}
