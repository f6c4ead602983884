"""What the tests through a real Envoy share: how Envoy and the upstreams are run, and the watch over the filter's health."""

from collections.abc import Iterator

import pytest

from tests.harness.envoy import Envoy
from tests.harness.filter_health import CrashWatch, filter_failures
from tests.harness.fleet import Fleet
from tests.harness.standalone import Standalone
from tests.harness.upstream import Upstream


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """The Envoys of one test module. In the end nothing tells of a crash of the filter in any of them."""
    with Fleet(lambda: tmp_path_factory.mktemp("envoy")) as fleet:
        yield fleet
        assert [filter_failures(envoy) for envoy in fleet.running if filter_failures(envoy)] == []


@pytest.fixture(scope="module")
def crash_watch() -> CrashWatch:
    return CrashWatch()


@pytest.fixture(autouse=True)
def the_filter_stays_healthy(fleet: Fleet, crash_watch: CrashWatch) -> Iterator[None]:
    """After each test: all Envoys of the module run, and no log tells of a crash."""
    yield
    for envoy in fleet.running:
        assert envoy.is_running()
        assert not crash_watch.has_crashed(envoy)


@pytest.fixture(scope="module")
def standalone(fleet: Fleet, blue: Upstream, green: Upstream) -> Standalone:
    """The files that users copy, in front of the two upstreams."""
    return Standalone(fleet.directory(), blue.port, green.port)


@pytest.fixture(scope="module")
def proxy(fleet: Fleet, standalone: Standalone) -> Envoy:
    """An Envoy that runs `standalone`, ready to send to both upstreams."""
    return fleet.start(standalone.envoy())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Shows what tests have measured by `record_property`."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{report.nodeid.split('::')[-1]}: {name}: {value}")
