"""Tests do not import tests: what two of them need is in a harness, or in tests/support."""

from pathlib import Path

from tests.harness.artefact import REPOSITORY
from tests.structure.imports import python_tests_that_are_imported, rust_tests_that_are_imported


def test_no_python_test_is_imported() -> None:
    assert [line for folder in ("tests", "benches") for line in python_tests_that_are_imported(REPOSITORY / folder)] == []


def test_no_rust_test_is_imported() -> None:
    crates = {file.parent for file in (REPOSITORY / "tests").rglob("main.rs")}
    assert {crate.name for crate in crates} >= {"rules", "fuzz"}
    assert [line for crate in sorted(crates) for line in rust_tests_that_are_imported(crate)] == []


def test_an_import_of_a_python_test_is_found_however_it_is_written(tmp_path: Path) -> None:
    for number, line in enumerate(
        ("import tests.envoy.test_b", "from tests.envoy.test_b import ask", "from tests.envoy import test_b", "from . import test_b",
         "from tests.mesh.conftest import mesh", "def late():\n    from tests.envoy.test_b import ask", "from tests.harness import testing")
    ):
        (tmp_path / f"test_{number}.py").write_text(line + "\n")
    found = python_tests_that_are_imported(tmp_path)
    assert [line.partition(" imports ")[0] for line in found] == [f"test_{number}.py" for number in range(6)]


def test_an_import_of_a_rust_test_is_found_however_it_is_written(tmp_path: Path) -> None:
    sources = {
        "host": "pub fn host() {}",
        "a": "use crate::host::host;\n#[test]\nfn works() {}",
        "b": "use crate::a::works;",
        "c": "use crate::{host, a};\n#[wasm_bindgen_test(unsupported = test)]\nfn works() {}",
        "d": "fn go() { super::c::works() }",
    }
    for name, text in sources.items():
        (tmp_path / f"{name}.rs").write_text(text + "\n")
    assert rust_tests_that_are_imported(tmp_path) == ["b.rs imports a.rs", "c.rs imports a.rs", "d.rs imports c.rs"]
