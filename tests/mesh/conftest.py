"""What the tests in a mesh share: one control plane for all, and for each module a mesh of its own in it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.harness.filter_health import filter_failures
from tests.mesh.harness.control_plane import ControlPlane
from tests.mesh.harness.figures import Figures, show_table
from tests.mesh.harness.mesh import Mesh
from tests.mesh.harness.programs import istio


@pytest.fixture(scope="session")
def control_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    with ControlPlane(istio(), tmp_path_factory.mktemp("control-plane")) as control_plane:
        yield control_plane


@pytest.fixture(scope="module")
def new_directory(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    return lambda: tmp_path_factory.mktemp("proxy")


@pytest.fixture(scope="module")
def mesh(control_plane: ControlPlane, new_directory: Callable[[], Path]) -> Iterator[Mesh]:
    """The proxies and resources of one test module. In the end all proxies run, and in none has the filter crashed."""
    with Mesh(control_plane, new_directory) as mesh:
        yield mesh
        assert [proxy.workload.name for proxy in mesh.proxies if not proxy.is_running()] == []
        assert [filter_failures(proxy) for proxy in mesh.proxies if filter_failures(proxy)] == []


@pytest.fixture
def figures(record_property: Callable[[str, object], None]) -> Figures:
    """What a test has measured; the table in the end shows it."""
    return Figures(record_property)


def pytest_report_header() -> str:
    return f"mesh: Istio {istio().version}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    show_table(terminalreporter, f"figures, Istio {istio().version}")
