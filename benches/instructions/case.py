"""One line of the table."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from benches.instructions.request import Request

Json = Any


class Kind(StrEnum):
    ENVOY = "Envoy alone"
    NATIVE = "Envoy's own weights"
    LUA = "Lua"
    FILTER = "this filter"
    MODULE = "this filter as a dynamic module"
    FLOOR = "floor: the same calls without logic"
    MODULE_FLOOR = "floor of the dynamic module: the same calls without logic"
    PART = "parts of the floor"


@dataclass(frozen=True)
class Goal:
    """At most `times` what another case adds."""

    times: float
    other: str


@dataclass(frozen=True)
class Case:
    """One proxy and the request that it is sent."""

    name: str
    """As in the JSON, unique."""
    title: str
    """As in the table."""
    kind: Kind
    proxy: Callable[[Path], Json]
    """The bootstrap, given a directory for files that it needs."""
    want: str = "blue"
    """What a request is answered."""
    request: Request = field(default_factory=Request)
    base: str = "none"
    """The case to which this one adds."""
    floor: str | None = None
    goal: Goal | None = None
    requests: int = 1000
    """How many are counted."""
    warm_up: int = 3000
    """Requests after which LuaJIT and V8 have compiled what they will compile."""
