"""Decision vectors: configurations, requests, and what the contract says of them. tests/vectors/README.md describes the format."""

import json
import re
from dataclasses import dataclass
from typing import Any

from tests.harness.client import Header

WEIGHT_MARK = "decimal:"


@dataclass(frozen=True)
class Case:
    """One request and what is expected; see the format."""

    rule: str
    host: str | None
    path: str
    method: str
    headers: list[Header]
    expect: dict[str, Any]


@dataclass(frozen=True)
class Group:
    """The cases of one configuration, which is JSON with its weights exactly as written."""

    name: str
    configuration: str
    flags: dict[str, Any]
    """Rollback flag by source."""
    namespace: str
    cases: list[Case]

    def metadata(self, source: str) -> dict[str, Any] | None:
        """The metadata, by namespace, of the object that a source reads; None if it carries no flag."""
        return {self.namespace: {"rollback": self.flags[source]}} if source in self.flags else None


def read_group(text: str) -> Group:
    """One group from its JSON."""
    group = json.loads(text)
    exact = json.loads(text, parse_float=lambda decimal: WEIGHT_MARK + decimal)["config"]
    return Group(
        name=group["name"],
        configuration=re.sub(f'"{WEIGHT_MARK}([^"]*)"', r"\1", json.dumps(exact)),
        flags=group.get("metadata") or {},
        namespace=group["config"].get("rollback", {}).get("namespace", "bluegreen"),
        cases=[_case(case) for case in group["cases"]],
    )


def read_groups(text: str) -> list[Group]:
    """All groups of a document `{"groups": […]}`."""
    groups = json.loads(text, parse_float=lambda decimal: WEIGHT_MARK + decimal)["groups"]
    return [read_group(re.sub(f'"{WEIGHT_MARK}([^"]*)"', r"\1", json.dumps(group))) for group in groups]


def _case(case: dict[str, Any]) -> Case:
    request = case["request"]
    return Case(
        rule=case["rule"],
        host=request.get("host"),
        path=request["path"],
        method=request.get("method", "GET"),
        headers=[(name, _value(value)) for name, value in request.get("headers", [])],
        expect=case["expect"],
    )


def _value(value: str | dict[str, str]) -> bytes:
    return value.encode() if isinstance(value, str) else bytes.fromhex(value["hex"])
