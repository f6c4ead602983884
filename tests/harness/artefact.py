"""Which filter the tests run, and where it lies: WebAssembly, or with ARTEFACT=native the dynamic module."""

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
VARIABLE = "ARTEFACT"


class FilterNotBuilt(Exception):
    """The filter is missing."""


@dataclass(frozen=True)
class Traces:
    """What Envoy calls the filter's log lines and counters."""

    log: str
    """The component of the log."""
    counters: str
    """What is put before a counter's name."""
    crash: str
    """What a line of the log holds that tells of a crash."""


WASM = Traces("wasm", "wasmcustom.", " failed: Uncaught ")
NATIVE = Traces("dynamic_modules", "dynamicmodulescustom.", " panicked")


def is_native() -> bool:
    """Whether the dynamic module stands in the chain of filters."""
    value = os.environ.get(VARIABLE) or "wasm"
    if value not in ("wasm", "native"):
        raise ValueError(f"{VARIABLE} is {value}, and neither wasm nor native")
    return value == "native"


def traces() -> Traces:
    return NATIVE if is_native() else WASM


def warning() -> str:
    """How a warning of the filter begins in Envoy's log."""
    return f"[warning][{traces().log}]"


def filter_wasm() -> Path:
    """The absolute path of dist/bluegreen.wasm. Raises FilterNotBuilt if it is not there."""
    return _built("bluegreen.wasm", "make build")


def filter_library() -> Path:
    """The absolute path of dist/libbluegreen-VERSION.so. Raises FilterNotBuilt if it is not there."""
    return _built(f"libbluegreen-{version()}.so", "make build-native")


def version() -> str:
    """The version of the workspace."""
    return tomllib.loads((REPOSITORY / "Cargo.toml").read_text())["workspace"]["package"]["version"]


def _built(name: str, command: str) -> Path:
    path = REPOSITORY / "dist" / name
    if not path.is_file():
        raise FilterNotBuilt(f"dist/{name} is missing: run `{command}` first")
    return path
