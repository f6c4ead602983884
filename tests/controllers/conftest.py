"""What the tests with real controllers share: one cluster with both controllers, and Prometheus."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.controllers.harness.cluster import Cluster
from tests.controllers.harness.controllers import ArgoRollouts, Flagger
from tests.controllers.harness.pods import Pods
from tests.controllers.harness.prometheus import Prometheus
from tests.harness.filter_health import filter_failures
from tests.mesh.harness.figures import Figures, show_table
from tests.mesh.harness.mesh import Mesh
from tests.mesh.harness.programs import istio


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with Cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def pods(cluster: Cluster) -> Iterator[Pods]:
    with Pods(cluster.kubernetes) as pods:
        yield pods


@pytest.fixture(scope="session")
def prometheus(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    with Prometheus(tmp_path_factory.mktemp("prometheus"), cluster.ports) as prometheus:
        yield prometheus


@pytest.fixture(scope="session")
def argo_rollouts(cluster: Cluster, pods: Pods, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ArgoRollouts]:
    with ArgoRollouts(cluster, tmp_path_factory.mktemp("argo-rollouts")) as controller:
        yield controller


@pytest.fixture(scope="session")
def flagger(cluster: Cluster, pods: Pods, prometheus: Prometheus, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flagger]:
    with Flagger(cluster, tmp_path_factory.mktemp("flagger"), prometheus.url) as controller:
        yield controller


@pytest.fixture(scope="module")
def new_directory(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    return lambda: tmp_path_factory.mktemp("proxy")


@pytest.fixture(scope="module")
def mesh(cluster: Cluster, new_directory: Callable[[], Path]) -> Iterator[Mesh]:
    """The proxies and resources of one test module. In the end all proxies run, and in none has the filter crashed."""
    with Mesh(cluster, new_directory) as mesh:
        yield mesh
        assert [proxy.workload.name for proxy in mesh.proxies if not proxy.is_running()] == []
        assert [filter_failures(proxy) for proxy in mesh.proxies if filter_failures(proxy)] == []


@pytest.fixture
def failing(pods: Pods) -> Iterator[set[str]]:
    """The versions that answer 503."""
    yield pods.failing
    pods.failing.clear()


@pytest.fixture
def figures(record_property: Callable[[str, object], None]) -> Figures:
    """What a test has measured; the table in the end shows it."""
    return Figures(record_property)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    show_table(terminalreporter, f"figures, Istio {istio().version}")
