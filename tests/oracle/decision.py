"""Which side a request gets, and why."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tests.oracle.keys import BUCKETS, bucket, issued_cookie_name, targeting_key
from tests.oracle.override import accepted_override, trusted_upstream_tag
from tests.oracle.request import Request
from tests.oracle.rollback import limit
from tests.oracle.weight import share, threshold, weight_in_force

Json = Any


@dataclass(frozen=True)
class Decision:
    """`variant` is None where the route decides. `bucket` and `weight` are None where they did not matter."""

    variant: str | None
    reason: str
    fixed: bool = False
    """Whether the side is certain whatever weight a route holds."""
    bucket: int | None = None
    weight: Fraction | None = None
    limit: Fraction | None = None
    key: str = "none"
    issued_cookie: str | None = None
    mirrored: bool = False
    override: bool = False
    """Whether an override was accepted."""


def possible_decisions(config: Json, deployment: Json, variant_header: str | None, request: Request) -> list[Decision]:
    """One decision, or where chance draws the bucket one for each outcome that it can have."""
    name = deployment["name"]
    side = accepted_override(deployment.get("override"), name, request)
    if deployment.get("rollback", False):
        return [Decision("blue", "rollback", fixed=True, override=side is not None)]
    most = limit(config.get("rollback", {}), name, request)
    if side:
        return [wished(side, "override", most, override=True)]
    if side := trusted_upstream_tag(deployment.get("trust_upstream_tags", "never"), variant_header, request):
        return [wished(side, "upstream", most)]
    sticky = deployment.get("sticky", {})
    found = targeting_key(sticky, request)
    if found is None:
        issued = issued_cookie_name(sticky["issue_cookie"]) if "issue_cookie" in sticky else None
        reason, source = ("weight", "issued") if issued else ("random", "none")
        buckets = telling_buckets(deployment, request, most)
        return [by_bucket(deployment, request, most, each, reason, source, issued) for each in buckets]
    key, source = found
    for side, pinned in deployment.get("pins", {}).items():
        if key in [each.encode() for each in pinned]:
            return [wished(side, "pin", most, key=source)]
    return [by_bucket(deployment, request, most, bucket(sticky.get("salt", name), key), "weight", source)]


def wished(side: str, reason: str, most: Fraction, *, key: str = "none", override: bool = False) -> Decision:
    if side == "green" and most == 0:
        side, reason = "blue", "rollback"
    return Decision(side, reason, fixed=True, key=key, override=override)


def by_bucket(
    deployment: Json, request: Request, most: Fraction, at: int, reason: str, source: str, issued: str | None = None
) -> Decision:
    """What a bucket leads to under the weight in force, or under a route that holds the weight."""
    taken_back = at >= threshold(most)
    if deployment.get("split_by", "filter") == "route":
        variant, weight = "blue" if taken_back else None, None
    else:
        weight = weight_in_force(deployment, request.now)
        above = at >= threshold(weight)
        taken_back = taken_back and not above
        variant = "blue" if above or taken_back else "green"
    return Decision(
        variant,
        "rollback" if taken_back else reason,
        fixed=taken_back,
        bucket=at,
        weight=weight,
        limit=most,
        key=source,
        issued_cookie=issued,
        mirrored=is_next_in_line(deployment, weight, most, at),
    )


def is_next_in_line(deployment: Json, weight: Fraction | None, most: Fraction, at: int) -> bool:
    """Whether a bucket lies in the cohort just above the weight in force, whose requests are mirrored."""
    if not deployment.get("mirror") or weight is None or most == 0:
        return False
    start = threshold(min(weight, most))
    return start <= at < start + threshold(share(deployment["mirror"]["percent"]))


def telling_buckets(deployment: Json, request: Request, most: Fraction) -> list[int]:
    """Buckets such that whatever chance may draw is decided like one of them."""
    weight = weight_in_force(deployment, request.now)
    ends = {0, BUCKETS, threshold(weight), threshold(most)}
    if deployment.get("mirror"):
        ends.add(threshold(min(weight, most)) + threshold(share(deployment["mirror"]["percent"])))
    return sorted({each for end in ends for each in (end - 1, end) if 0 <= each < BUCKETS})
