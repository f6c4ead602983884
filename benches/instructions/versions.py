"""What was measured, and with what."""

import hashlib
import os
import platform
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benches.instructions.callgrind import ENVOY
from benches.instructions.valgrind import Valgrind
from tests.harness.artefact import REPOSITORY, filter_wasm
from tests.harness.process import output


class FilterChanged(Exception):
    """The filter was built anew while it was measured, so that nobody knows which one the numbers are of."""


@contextmanager
def one_filter() -> Iterator[None]:
    """For a whole run. Raises FilterChanged at its end."""
    before = filter_wasm().read_bytes()
    yield
    if filter_wasm().read_bytes() != before:
        raise FilterChanged("dist/bluegreen.wasm changed during the run: measure again")


def versions(valgrind: Valgrind) -> dict[str, str]:
    """By name. Envoy tells no version of the engines in it: what is known of them comes from its text."""
    program = ENVOY.read_bytes()
    return {
        "filter": filter_version(),
        "Envoy": _first(rb"(?<=/)\d[\d.]*(?=/)", output([ENVOY, "--version"]).encode()),
        "V8": _first(rb"\b1[0-9]\.\d+\.\d{2,4}\.\d{1,3}(?=\x00)", program),
        "LuaJIT": _first(rb"(?<=LuaJIT )2\.\d+\.\S+?(?=\x00)", program),
        "valgrind": output([valgrind.program, "--version"]).strip().removeprefix("valgrind-"),
        "machine": machine(),
    }


def filter_version() -> str:
    """Tells one build from another."""
    wasm = filter_wasm().read_bytes()
    return f"{_crate_version()}, {len(wasm):,} bytes, sha256 {hashlib.sha256(wasm).hexdigest()[:12]}"


def _crate_version() -> str:
    return re.findall(r'^version = "(.*)"', (REPOSITORY / "Cargo.toml").read_text(), re.MULTILINE)[0]


def machine() -> str:
    """Processor, cores, and the library whose copying and comparing is counted."""
    models = re.findall(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    processor = models[0] if models else platform.machine()
    return f"{processor}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, {' '.join(platform.libc_ver())}"


def _first(pattern: bytes, text: bytes) -> str:
    found = re.search(pattern, text)
    return found[0].decode() if found else "unknown"
