"""What a request that may ask learns about its decision."""

from fractions import Fraction
from typing import Any

from tests.oracle.decision import Decision
from tests.oracle.keys import BUCKETS
from tests.oracle.request import Request
from tests.oracle.weight import threshold

Json = Any

HEADER = "x-bluegreen-explain"


def expected_explanation(config: Json, deployment: Json | None, decision: Decision | None, request: Request) -> dict[str, Json]:
    """The response header → its text, None if it must be absent; empty where nothing says what it shows."""
    if decision is None or not may_ask(config, decision, request):
        return {HEADER: None}
    weight = weight_text(deployment, decision)
    if weight is None:
        return {}
    parts = {
        "deployment": deployment["name"],
        "variant": decision.variant or "route",
        "reason": decision.reason,
        "bucket": "none" if decision.bucket is None else percent(decision.bucket),
        "weight": weight,
        "key": decision.key,
    }
    return {HEADER: "; ".join(f"{name}={value}" for name, value in parts.items())}


def may_ask(config: Json, decision: Decision, request: Request) -> bool:
    explain = config.get("explain", "never")
    asked = explain != "never" and request.line(HEADER) == b"1"
    return asked and (decision.override or (explain == "internal" and request.internal))


def weight_text(deployment: Json, decision: Decision) -> str | None:
    """The weight in force; None where it depends on how the filter counts or on what it chose to read."""
    if decision.bucket is None:
        return "none"
    if decision.weight is None:
        return "route" if decision.max_green_weight == 1 else share_text(decision.max_green_weight)
    weight, lower = decision.weight, min(decision.weight, decision.max_green_weight)
    if decision.bucket < threshold(weight):
        weight = lower
    elif deployment.get("mirror") and lower < weight:
        return None
    return share_text(weight)


def share_text(share: Fraction) -> str | None:
    text = percent(threshold(share))
    return text if text == percent(share * BUCKETS) else None


def percent(buckets: Fraction | int) -> str:
    """Truncated to four decimals."""
    hundredth_of_basis_points = buckets * 10**6 // BUCKETS
    return f"{hundredth_of_basis_points // 10**4}.{hundredth_of_basis_points % 10**4:04}"
