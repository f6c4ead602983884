"""What the contract says of one request, done the slow and obvious way.

A linear scan over all deployments and exact fractions: nothing here is shared with the filter.
The one public function is `expectation`; the shapes it reads and returns are those of
`tests/vectors/README.md`.
"""

from typing import Any

from tests.oracle.decision import Decision, possible_decisions
from tests.oracle.explain import expected_explanation, may_ask
from tests.oracle.matching import matching_deployment
from tests.oracle.request import MISSING, Request, read_request
from tests.oracle.tags import DEFAULT_TAGS, expected_cache_control, expected_filter_state, expected_response, expected_tags

Json = Any


def expectation(group: Json, request: Json) -> dict[str, Json]:
    """The `expect` object of a case in a group.

    What chance decides (the variant of a key that is drawn at random) and what the contract
    leaves open is left out of the result.
    """
    config = group["config"]
    read = read_request(group, request)
    tags = DEFAULT_TAGS | config.get("tags", {})
    deployment = matching_deployment(config["deployments"], read)
    if deployment is None:
        return consequences(config, tags, None, None, read)
    deployment = config.get("defaults", {}) | deployment
    decisions = possible_decisions(config, deployment, tags["variant_header"], read)
    return certainties([consequences(config, tags, deployment, decision, read) for decision in decisions])


def consequences(config: Json, tags: Json, deployment: Json | None, decision: Decision | None, request: Request) -> dict[str, Json]:
    """All that one decision brings about."""
    explained = decision is not None and may_ask(config, decision, request)
    response = expected_response(tags, decision) | expected_explanation(config, deployment, decision, request)
    response |= expected_cache_control(tags, decision, explained)
    return {
        "deployment": deployment and deployment["name"],
        "variant": decision and decision.variant,
        "reason": decision and decision.reason,
        "tags": expected_tags(config, tags, deployment, decision, request),
        "response": response,
        "filter_state": expected_filter_state(tags, deployment, decision),
        "issued_cookie": decision and decision.issued_cookie,
    }


def certainties(outcomes: list[dict[str, Json]]) -> dict[str, Json]:
    """What all outcomes agree on, within `tags` and its like too."""
    first, *others = outcomes
    agreed = {}
    for name, value in first.items():
        values = [outcome.get(name, MISSING) for outcome in others]
        if isinstance(value, dict) and others:
            agreed[name] = certainties([value, *values])
        elif all(other == value for other in values):
            agreed[name] = value
    return agreed
