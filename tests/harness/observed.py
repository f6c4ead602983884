"""Envoys in front of a model, a Prometheus that scrapes them and an Alertmanager, all with the files of envoy/observability and envoy/standalone."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import yaml

from tests.harness.artefact import REPOSITORY, traces
from tests.harness.client import Client
from tests.harness.collector import Collector
from tests.harness.envoy import Envoy
from tests.harness.prometheus import Alertmanager, Prometheus
from tests.harness.service import Service
from tests.harness.standalone import Standalone
from tests.harness.upstream import Upstream

Json = Any

FILES = REPOSITORY / "envoy" / "observability"
PATH = "/v1/models/fraud:predict"
DEPLOYMENT = "fraud-scorer"
SECOND = "1s"


class Observed(Service):
    """Two Envoys, `edge` and `other`, each with files of its own. Only ports and intervals are other than in the files."""

    def __init__(self, new_directory: Callable[[], Path], guard: Json = None) -> None:
        self._new_directory = new_directory
        self._guard = {} if guard is None else guard
        self.began = time.time()
        self.asked = [0, 0]
        """How many requests each of the Envoys got."""

    def _start(self, running: ExitStack) -> None:
        self.blue, self.green = (running.enter_context(Upstream(name)) for name in ("blue", "green"))
        self.webhook = running.enter_context(Collector("webhook"))
        self.files = [Standalone(self._new_directory(), self.blue.port, self.green.port) for _ in range(2)]
        for files in self.files:
            files.push_configuration(self.guarded(files.configuration()))
        self.envoys = [running.enter_context(files.envoy()) for files in self.files]
        self.clients = [running.enter_context(Client(envoy.port("ingress"))) for envoy in self.envoys]
        self.alertmanager = running.enter_context(Alertmanager(self._alerts(), self._new_directory()))
        self.prometheus = running.enter_context(Prometheus(self._scraping(), self._new_directory()))

    def guarded(self, configuration: Json, weight: float = 50) -> Json:
        """With a guard, and more users on green than the file has."""
        configuration["deployments"][0] |= {"guard": self._guard, "green_weight": weight}
        return configuration

    def ask(self, count: int, which: int = 0) -> list[int]:
        """Requests of as many users through one of the Envoys; the statuses of the answers."""
        self.asked[which] += count
        return [self.clients[which].request(PATH, [("x-user-id", f"user-{number}")]).status for number in range(count)]

    def ask_until(self, condition: Callable[[], object], timeout: float = 60.0, which: int = 0) -> None:
        """Requests of 200 users, again and again. Raises TimeoutError."""
        end = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError(f"waited {timeout} s")
            self.ask(200, which)

    def stat(self, envoy: Envoy, name: str) -> int:
        """The sum of a metric over all its labels, straight from Envoy."""
        return sum(value for full, value in envoy.stats(traces().counters).items() if name in full)

    @property
    def addresses(self) -> list[str]:
        """What Prometheus calls the Envoys: `instance`."""
        return [(envoy.directory / "admin_address.txt").read_text().strip() for envoy in self.envoys]

    def _scraping(self) -> Json:
        configuration = yaml.safe_load((FILES / "prometheus.yaml").read_text())
        configuration["global"] = {"scrape_interval": SECOND, "scrape_timeout": SECOND, "evaluation_interval": SECOND}
        configuration["rule_files"] = [str(FILES / name) for name in configuration["rule_files"]]
        [job] = configuration["scrape_configs"]
        job["static_configs"] = [{"targets": self.addresses}]
        configuration["alerting"]["alertmanagers"] = [{"static_configs": [{"targets": [f"127.0.0.1:{self.alertmanager.port}"]}]}]
        return configuration

    def _alerts(self) -> Json:
        configuration = yaml.safe_load((FILES / "alertmanager.yaml").read_text())
        for receiver in configuration["receivers"]:
            for webhook in receiver.get("webhook_configs", []):
                webhook["url"] = f"http://127.0.0.1:{self.webhook.port}/alerts"
        configuration["route"]["group_wait"] = SECOND
        return configuration

