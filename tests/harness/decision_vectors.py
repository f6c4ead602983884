"""Decision vectors: configurations, requests, and what the contract says of them. tests/vectors/README.md describes the format."""

import base64
import json
import re
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tests.harness.client import Header
from tests.harness.decimals import marked, with_decimals
from tests.harness.signed_override import signed
from tests.vectors import chapters

INTERNAL_ADDRESS = "10.255.255.254"
"""Where internal requests come from that name no address."""
DECIDED = "x-decided"
"""The response header that tells the variant, where a configuration names none."""


@dataclass(frozen=True)
class Signed:
    """The value of a header that is signed when it is sent."""

    text: str
    """`exp=+N` or `exp=-N`: so many seconds from then."""
    secret: bytes
    cookie: str | None
    """The cookie that brings it, with its escapes."""

    def at(self, now: int) -> bytes:
        """The value with its signature; `now` in seconds since 1970."""
        text = re.sub(r"(?<=;exp=)[+-]\d+", lambda seconds: str(now + int(seconds[0])), self.text)
        token = signed(text, self.secret)
        return (f"{self.cookie}={quote(token, safe='=')}" if self.cookie else token).encode()


@dataclass(frozen=True)
class Case:
    """One request and what is expected; see the format."""

    rule: str
    host: str | None
    path: str
    method: str
    lines: list[tuple[str, bytes | Signed]]
    internal: bool
    source_address: str | None
    expect: dict[str, Any]

    def headers(self) -> list[Header]:
        """The lines as they are sent now."""
        now = int(time.time())
        return [(name, value.at(now) if isinstance(value, Signed) else value) for name, value in self.lines]

    def client_address(self) -> str | None:
        """Where the request has to come from; None if any public address will do."""
        return self.source_address or (INTERNAL_ADDRESS if self.internal else None)


@dataclass(frozen=True)
class Group:
    """The cases of one configuration, which is JSON with its weights exactly as written."""

    name: str
    configuration: str
    flags: dict[str, Any]
    """Rollback flag by source."""
    caps: dict[str, Any]
    """`max_green_weight` by source."""
    further_metadata: dict[str, dict[str, Any]]
    """Metadata by source and namespace."""
    dynamic_metadata: dict[str, Any]
    """Metadata of each request, by namespace."""
    variant_header: str | None
    """The response header that tells the variant; None where the configuration switches it off."""
    native_only: bool
    """Whether it is about what an Envoy of a test cannot have: another time, a peer's certificate."""
    namespace: str
    cases: list[Case]

    def metadata(self, source: str) -> dict[str, Any] | None:
        """The metadata, by namespace, of the object that a source reads; None if it has none."""
        metadata = dict(self.further_metadata.get(source, {}))
        for key, values in (("rollback", self.flags), ("max_green_weight", self.caps)):
            if source in values:
                metadata[self.namespace] = metadata.get(self.namespace, {}) | {key: values[source]}
        return metadata or None

    def internal_addresses(self) -> list[str]:
        """Where internal requests of its cases come from."""
        return sorted({case.source_address or INTERNAL_ADDRESS for case in self.cases if case.internal})

    def states(self) -> list[str]:
        """The filter states of which its cases expect something."""
        return sorted({name for case in self.cases for name in case.expect.get("filter_state", {})})


def read_group(text: str) -> Group:
    """One group from its JSON."""
    group = json.loads(text)
    exact = json.loads(text, parse_float=marked)["config"]
    variant_header = exact.setdefault("tags", {}).setdefault("response_header", DECIDED)
    return Group(
        name=group["name"],
        configuration=with_decimals(exact),
        flags=group.get("metadata") or {},
        caps=group.get("caps") or {},
        further_metadata=group.get("filter_metadata") or {},
        dynamic_metadata=group.get("dynamic_metadata") or {},
        variant_header=variant_header,
        native_only="now" in group or "peer" in group,
        namespace=group["config"].get("rollback", {}).get("namespace", "bluegreen"),
        cases=[_case(case) for case in group["cases"]],
    )


def sendable_groups() -> list[Group]:
    """The groups of all chapters that an Envoy of a test can serve."""
    groups = [read_group(with_decimals(group)) for group in chapters.groups(parse_float=marked)]
    return [group for group in groups if not group.native_only]


def _case(case: dict[str, Any]) -> Case:
    request = case["request"]
    return Case(
        rule=case["rule"],
        host=request.get("host"),
        path=request["path"],
        method=request.get("method", "GET"),
        lines=[(name, _value(value)) for name, value in request.get("headers", [])],
        internal=request.get("internal", False),
        source_address=request.get("source_address"),
        expect=case["expect"],
    )


def _value(value: str | dict[str, str]) -> bytes | Signed:
    if isinstance(value, str):
        return value.encode()
    if "signed" in value:
        return Signed(value["signed"], base64.b64decode(value["secret"]), value.get("cookie"))
    return bytes.fromhex(value["hex"])
