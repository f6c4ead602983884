"""Which modules of the suite import which, read from their sources and not by running them.

A path is one below the root that the caller gives. What is named is what an import statement says: `tests.harness.envoy`.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

A_TEST_OF_RUST = re.compile(r"^\s*#\[(?:wasm_bindgen_)?test\b", re.MULTILINE)
A_PATH_OF_RUST = re.compile(r"\b(?:crate|super)::(?:\{([^}]*)\}|(\w+))")


def python_tests_that_are_imported(root: Path) -> list[str]:
    """A line for each Python file below `root` that imports a module of tests or a conftest: `a.py imports tests.envoy.test_b`."""
    return [
        f"{file.relative_to(root)} imports {name}"
        for file in sorted(root.rglob("*.py"))
        for name in _imported(ast.parse(file.read_text(encoding="utf-8")))
        if any(part.startswith("test_") or part == "conftest" for part in name.split("."))
    ]


def rust_tests_that_are_imported(crate: Path) -> list[str]:
    """A line for each file in the folder `crate` that names another one with tests in it: `a.rs imports b.rs`."""
    files = {file.stem: file.read_text(encoding="utf-8") for file in sorted(crate.glob("*.rs"))}
    tests = {name for name, text in files.items() if A_TEST_OF_RUST.search(text)}
    return [
        f"{name}.rs imports {other}.rs"
        for name, text in files.items()
        for other in sorted(set(_modules_of_rust(text)) & tests - {name})
    ]


def _imported(tree: ast.Module) -> Iterator[str]:
    """What could be a module, also where a statement takes a name out of one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module or ''}.{alias.name}" for alias in node.names)


def _modules_of_rust(text: str) -> Iterator[str]:
    """The first part of each path that starts at the crate's root or beside the file."""
    for group, single in A_PATH_OF_RUST.findall(text):
        yield from re.findall(r"(?:^|,)\s*(\w+)", group) if group else (single,)
