"""What the filter writes: tags of the request, response headers, filter state."""

from typing import Any

from tests.oracle.decision import Decision
from tests.oracle.keys import BUCKETS, cookie_values
from tests.oracle.override import DEFAULT_HEADER, carriers
from tests.oracle.request import Request

Json = Any

HEADER_TAGS = {
    "variant_header": "x-bluegreen-variant",
    "cluster_header": "x-bluegreen-cluster",
    "mirror_header": "x-bluegreen-mirror-cluster",
}
DEFAULT_TAGS = {**HEADER_TAGS, "bucket_header": None, "filter_state": None, "record": None, "response_header": None, "blue": "write", "cache_control": "private"}
BUCKET_HEADER = {"name": "x-bluegreen-bucket", "buckets": 100, "green": "first"}


def expected_tags(config: Json, tags: Json, deployment: Json | None, decision: Decision | None, request: Request) -> dict[str, Json]:
    """Header name → its value upstream, None if it must be absent."""
    # Under the default name of a tag that is renamed or off, nothing is touched.
    expected = {}
    for name in [*HEADER_TAGS.values(), BUCKET_HEADER["name"], DEFAULT_HEADER]:
        expected |= left_alone(name, request)
    for tag in HEADER_TAGS:
        if tags[tag] is not None:
            expected[tags[tag].lower()] = decision and tag_value(tag, tags, deployment, decision)
    if tags["bucket_header"] is not None:
        settings = BUCKET_HEADER | tags["bucket_header"]
        expected[settings["name"].lower()] = decision and bucket_value(settings, decision)
    headers, cookies = carriers(config)
    kept = kept_override(deployment, decision)
    for name in headers:
        expected.pop(name, None)
        expected |= left_alone(name, request) if kept == ("header", name) else {name: None}
    return expected | expected_cookies({name for name in cookies if kept != ("cookie", name)}, request)


def tag_value(tag: str, tags: Json, deployment: Json, decision: Decision) -> str | None:
    if tag == "mirror_header":
        return deployment["clusters"]["green"] if decision.mirrored else None
    if decision.variant is None or is_left_untagged(tags, deployment, decision):
        return None
    if tag == "variant_header":
        return decision.variant
    return deployment["clusters"][decision.variant] if "clusters" in deployment else None


def is_left_untagged(tags: Json, deployment: Json, decision: Decision) -> bool:
    """Blue may go without a tag where the filter holds the weight; a route at 100 would send it to green."""
    return decision.variant == "blue" and tags["blue"] == "omit" and deployment.get("split_by", "filter") == "filter"


def bucket_value(settings: Json, decision: Decision) -> str:
    """A number below `buckets`: green's end comes first or last."""
    last = settings["buckets"] - 1
    if decision.fixed:
        from_green = 0 if decision.variant == "green" else last
    else:
        from_green = decision.bucket * settings["buckets"] // BUCKETS
    return str(from_green if settings["green"] == "first" else last - from_green)


def kept_override(deployment: Json | None, decision: Decision | None) -> tuple[str, str] | None:
    """What brought an override that was accepted and is to be forwarded; all others are removed."""
    if decision is None or decision.override is None or not deployment["override"].get("forward", False):
        return None
    return decision.override.kind, decision.override.name


def expected_cookies(removed: set[str], request: Request) -> dict[str, Json]:
    """What is left without the cookies that bring overrides, in one line; empty where none comes or a vector cannot tell."""
    lines = request.lines("cookie")
    if not any(cookie_values(name, lines) for name in removed):
        return {}
    pieces = [piece.strip(b" \t") for line in lines for piece in line.split(b";")]
    names = {name.encode() for name in removed}
    left = b"; ".join(piece for piece in pieces if piece and not (b"=" in piece and piece.split(b"=", 1)[0].strip(b" \t") in names))
    return {"cookie": left.decode() or None} if left.isascii() else {}


def left_alone(name: str, request: Request) -> dict[str, Json]:
    """The header as the client sent it; empty where a vector cannot tell: several lines, no ASCII, a token of any time."""
    lines = request.lines(name)
    if not lines:
        return {name: None}
    can_tell = len(lines) == 1 and lines[0].isascii() and (request.clock_is_fixed or b";sig=" not in lines[0])
    return {name: lines[0].decode()} if can_tell else {}


def expected_response(tags: Json, decision: Decision | None) -> dict[str, str | None]:
    """The response header → the variant, or None where the filter sets nothing."""
    return {tags["response_header"].lower(): decision and decision.variant} if tags["response_header"] else {}


def expected_cache_control(tags: Json, decision: Decision | None, explained: bool) -> dict[str, str | None]:
    """What the filter adds where the answer is for one client alone."""
    is_private = decision is not None and (decision.issued_cookie is not None or explained or decision.override is not None)
    return {"cache-control": "private" if is_private and tags["cache_control"] == "private" else None}


def expected_filter_state(tags: Json, deployment: Json | None, decision: Decision | None) -> dict[str, str | None]:
    """The name in the filter state → the variant, or the record; None where the filter sets nothing."""
    expected = {}
    if tags["filter_state"] is not None:
        is_absent = decision is None or is_left_untagged(tags, deployment, decision)
        expected[tags["filter_state"]] = None if is_absent else decision.variant
    if tags["record"] is not None:
        expected[tags["record"]] = decision and record(deployment, decision)
    return expected


def record(deployment: Json, decision: Decision) -> str:
    """The decision as logs keep it; a bucket in percent, truncated to four decimals."""
    millionths = None if decision.bucket is None else decision.bucket * 10**6 // BUCKETS
    bucket = "none" if millionths is None else f"{millionths // 10**4}.{millionths % 10**4:04}"
    return f"deployment={deployment['name']}; variant={decision.variant or 'route'}; reason={decision.reason}; bucket={bucket}"
