"""Which variant a request gets, and why."""

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from tests.oracle.keys import BUCKETS, bucket, issued_cookie_name, kind_of, refreshed_cookie, source_text, targeting_key
from tests.oracle.override import Accepted, accepted_override, trusted_peer_tag
from tests.oracle.request import Request
from tests.oracle.rollback import max_green_weight
from tests.oracle.weight import share, threshold, time_that_counts, weight_in_force

Json = Any


@dataclass(frozen=True)
class Decision:
    """`variant` is None where the route decides. `bucket` and `weight` are None where they did not matter."""

    variant: str | None
    reason: str
    fixed: bool = False
    """Whether the variant is certain whatever weight a route holds."""
    bucket: int | None = None
    weight: Fraction | None = None
    max_green_weight: Fraction | None = None
    key: str = "none"
    issued_cookie: str | None = None
    mirrored: bool = False
    override: Accepted | None = None
    """An override that was accepted, even where a rollback beats it."""


def possible_decisions(config: Json, deployment: Json, variant_header: str | None, request: Request) -> list[Decision]:
    """One decision, or where chance draws the bucket one for each outcome that it can have."""
    name = deployment["name"]
    accepted = accepted_override(deployment.get("override"), name, request)
    if deployment.get("rollback", False):
        return [Decision("blue", "rollback", fixed=True, override=accepted)]
    max_green = max_green_weight(config, name, request)
    if accepted:
        return [proposed(accepted.variant, "override", max_green, override=accepted)]
    if variant := trusted_peer_tag(deployment.get("trust_tags_from", "never"), variant_header, request):
        return [proposed(variant, "peer", max_green)]
    sticky = deployment.get("sticky", {})
    found = targeting_key(sticky, request)
    if found is None:
        issued = issued_cookie_name(sticky["issue_cookie"]) if "issue_cookie" in sticky else None
        reason, source = ("weight", "issued") if issued else ("random", "none")
        # An id that is issued now was born now.
        weight = weight_in_force(deployment, request.now)
        buckets = telling_buckets(deployment, weight, max_green)
        return [by_bucket(deployment, weight, max_green, each, reason, source, issued) for each in buckets]
    value, key = found
    source, refreshed = source_text(*kind_of(key)), refreshed_cookie(sticky, key, value, request.now)
    for variant, pinned in deployment.get("pins", {}).items():
        if value in [each.encode() for each in pinned]:
            return [replace(proposed(variant, "pin", max_green, key=source), issued_cookie=refreshed)]
    weight = weight_in_force(deployment, time_that_counts(deployment, key, value, request.now))
    return [by_bucket(deployment, weight, max_green, bucket(sticky.get("salt", name), value), "weight", source, refreshed)]


def proposed(variant: str, reason: str, max_green: Fraction, *, key: str = "none", override: Accepted | None = None) -> Decision:
    if variant == "green" and max_green == 0:
        variant, reason = "blue", "rollback"
    return Decision(variant, reason, fixed=True, key=key, override=override)


def by_bucket(
    deployment: Json, weight: Fraction | None, max_green: Fraction, at: int, reason: str, source: str, issued: str | None = None
) -> Decision:
    """What a bucket leads to under the weight in force, or under a route that holds the weight."""
    rolled_back = at >= threshold(max_green)
    if deployment.get("split_by", "filter") == "route":
        variant, weight = "blue" if rolled_back else None, None
    else:
        above = at >= threshold(weight)
        rolled_back = rolled_back and not above
        variant = "blue" if above or rolled_back else "green"
    return Decision(
        variant,
        "rollback" if rolled_back else reason,
        fixed=rolled_back,
        bucket=at,
        weight=weight,
        max_green_weight=max_green,
        key=source,
        issued_cookie=issued,
        mirrored=is_next_in_line(deployment, weight, max_green, at),
    )


def is_next_in_line(deployment: Json, weight: Fraction | None, max_green: Fraction, at: int) -> bool:
    """Whether a bucket lies in the cohort just above the weight in force, whose requests are mirrored."""
    if not deployment.get("mirror") or weight is None or max_green == 0:
        return False
    start = threshold(min(weight, max_green))
    return start <= at < start + threshold(share(deployment["mirror"]["percent"]))


def telling_buckets(deployment: Json, weight: Fraction, max_green: Fraction) -> list[int]:
    """Buckets such that whatever chance may draw is decided like one of them."""
    ends = {0, BUCKETS, threshold(weight), threshold(max_green)}
    if deployment.get("mirror"):
        ends.add(threshold(min(weight, max_green)) + threshold(share(deployment["mirror"]["percent"])))
    return sorted({each for end in ends for each in (end - 1, end) if 0 <= each < BUCKETS})
