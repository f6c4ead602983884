"""What an answer through a proxy has otherwise than a decision vector expects.

The upstream must be one of tests.harness.upstream behind a route with `state_headers`.
"""

from collections.abc import Iterable
from typing import Any

from tests.harness.client import Answer
from tests.harness.decision_vectors import Case, Group


def state_headers(names: Iterable[str]) -> list[dict[str, Any]]:
    """`request_headers_to_add` of a route, by which an upstream sees the filter states `wasm.NAME`."""
    return [{"header": {"key": _state_header(name), "value": f"%FILTER_STATE(wasm.{name}:PLAIN)%"}} for name in names]


def differences(answer: Answer, case: Case, group: Group) -> list[str]:
    """A line for each difference."""
    if answer.status != 200:
        return [f"status {answer.status}"]
    upstream = answer.json()["headers"]
    found = []
    for name, expected in case.expect.get("tags", {}).items():
        found.append((f"tag {name}", [value for key, value in upstream if key == name.lower()], expected))
    for name, expected in case.expect.get("filter_state", {}).items():
        found.append((f"filter state {name}", [value for key, value in upstream if key == _state_header(name)], expected))
    for name, expected in case.expect.get("response", {}).items():
        found.append((f"response header {name}", answer.all(name.lower()), expected))
    if "variant" in case.expect and group.variant_header is not None:
        found.append(("variant", answer.all(group.variant_header.lower()), case.expect["variant"]))
    cookies = [cookie.partition("=")[0] for cookie in answer.all("set-cookie")]
    found.append(("issued cookie", cookies, case.expect.get("issued_cookie")))
    wrong = [(what, values, expected) for what, values, expected in found if values != _as_received(expected)]
    return [f"{what}: {values}, expected {expected}" for what, values, expected in wrong]


def _as_received(value: str | None) -> list[str]:
    """A header's value as tests read it: the bytes of its UTF-8 decoded as Latin-1."""
    return [] if value is None else [value.encode().decode("latin-1")]


def _state_header(name: str) -> str:
    return f"x-state-{name.lower()}"
