"""What the tour runs: two model servers, Envoy in front of them with the files of envoy/standalone, and a Prometheus that scrapes it."""

import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.harness.artefact import REPOSITORY
from tests.harness.envoy import Envoy
from tests.harness.process import Process
from tests.harness.prometheus import Prometheus, scrape
from tests.harness.standalone import BLUE_ADDRESS, GREEN_ADDRESS, Standalone

INGRESS_PORT, ADMIN_PORT = 10000, 9901
START_SECONDS = 15.0
SCRAPE_SECONDS = 0.5


@dataclass(frozen=True)
class Stage:
    standalone: Standalone
    envoy: Envoy
    port: int
    admin_port: int
    model_ports: dict[str, int]
    """By version."""
    prometheus: Prometheus
    began: float
    """In Unix time."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def stage(directory: Path, meanwhile: Callable[[], None], say: Callable[[str], None]) -> Iterator[Stage]:
    """Everything is up inside the context, and gone after it. `meanwhile` is called while the model servers train."""
    with ExitStack() as running:
        servers = {
            version: running.enter_context(_model_server(version, _port(wanted, f"version {version}", say), directory))
            for version, wanted in (("1", BLUE_ADDRESS[1]), ("2", GREEN_ADDRESS[1]))
        }
        meanwhile()
        model_ports = {
            version: server.wait_until(lambda: _announced_port(server), START_SECONDS, f"model server {version}")
            for version, server in servers.items()
        }
        standalone = Standalone(
            directory, model_ports["1"], model_ports["2"],
            port=_port(INGRESS_PORT, "Envoy", say), admin_port=_port(ADMIN_PORT, "Envoy's admin interface", say),
        )
        envoy = running.enter_context(standalone.envoy(concurrency=2))
        job = scrape("edge", [_admin_port(envoy)], scrape_interval=f"{round(1000 * SCRAPE_SECONDS)}ms", scrape_timeout=f"{round(1000 * SCRAPE_SECONDS)}ms")
        prometheus = running.enter_context(Prometheus({"scrape_configs": [job]}, directory))
        # It looks at its targets five seconds after its start.
        prometheus.wait_for("up")
        yield Stage(standalone, envoy, envoy.port("ingress"), _admin_port(envoy), model_ports, prometheus, time.time())


def _port(wanted: int, whose: str, say: Callable[[str], None]) -> int:
    """The wanted port, or 0, which stands for any free one, if somebody else has it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            say(f"   port {wanted} is taken: another one for {whose}")
            return 0
    return wanted


def _model_server(version: str, port: int, directory: Path) -> Process:
    command = [sys.executable, "-m", "tests.tour.server", "--version", version, "--port", str(port)]
    return Process(command, output=directory / f"model-{version}.log", cwd=REPOSITORY)


def _announced_port(server: Process) -> int | None:
    """None until the server listens."""
    said = server.output.read_text()
    return int(said) if said.endswith("\n") else None


def _admin_port(envoy: Envoy) -> int:
    return int((envoy.directory / "admin_address.txt").read_text().rsplit(":", 1)[1])
