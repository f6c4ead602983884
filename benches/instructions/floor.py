"""What the host itself costs: modules without logic that make the same calls as the filter, and let themselves be called as often."""

import json
import re
from collections.abc import Collection
from pathlib import Path

from tests.harness.artefact import REPOSITORY, filter_wasm
from tests.harness.process import output

WAT = Path(__file__).parents[1] / "floor"
BINARYEN = REPOSITORY / "target" / "node" / "node_modules" / ".bin"


def exports(module: Path) -> set[str]:
    """What a module exports."""
    text = _run("wasm-dis", str(module))
    return set(re.findall(r'\(export "([^"]+)"', text))


def floor_module(script: str, directory: Path, keep: Collection[str] | None = None) -> Path:
    """benches/floor/SCRIPT.wat as a file in `directory`, with those of its exports that the filter has too, or with `keep`.

    Raises ValueError if it lacks one of them, for then Envoy calls it less often than the filter.
    """
    module = directory / f"{script}.wasm"
    graph = directory / f"{script}.json"
    kept = exports(filter_wasm()) if keep is None else keep
    graph.write_text(json.dumps([{"name": name, "root": True, "export": name} for name in kept]))
    _run("wasm-as", str(WAT / f"{script}.wat"), "-o", str(module))
    _run("wasm-metadce", str(module), "--graph-file", str(graph), "-o", str(module))
    missing = set(kept) - exports(module)
    if missing:
        raise ValueError(f"{script}.wat exports no {', '.join(sorted(missing))}")
    return module


def floor_library(directory: Path) -> Path:
    """benches/floor/module.c as a shared library in `directory`."""
    library = directory / "libfloor.so"
    output(["cc", "-O2", "-Wall", "-Wextra", "-fPIC", "-shared", WAT / "module.c", "-o", library])
    return library


def _run(program: str, *arguments: str) -> str:
    return output([BINARYEN / program, *arguments])
