"""A real Prometheus that scrapes the proxies of a mesh."""

import json
import urllib.parse
import urllib.request
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.controllers.harness import programs
from tests.harness.process import Process
from tests.harness.service import Service
from tests.mesh.harness.ports import Ports

Json = Any

START_SECONDS = 60.0
SCRAPE = "1s"


class Prometheus(Service):
    """Runs it at `url`. Its files go to `directory`."""

    def __init__(self, directory: Path, ports: Ports) -> None:
        self.url = f"http://127.0.0.1:{ports.new()}"
        self._targets = directory / "targets.json"
        self._targets.write_text("[]")
        configuration = directory / "prometheus.yaml"
        job = {"job_name": "envoy", "metrics_path": "/stats/prometheus", "file_sd_configs": [{"files": [str(self._targets)]}]}
        configuration.write_text(json.dumps({"global": {"scrape_interval": SCRAPE, "scrape_timeout": SCRAPE}, "scrape_configs": [job]}))
        command = [
            *(programs.prometheus(), f"--config.file={configuration}", f"--storage.tsdb.path={directory / 'data'}"),
            f"--web.listen-address={self.url.removeprefix('http://')}",
        ]
        self._process = Process(command, directory / "prometheus.log")

    def _start(self, running: ExitStack) -> None:
        running.callback(self._process.stop)
        self._process.start(lambda: b"Ready" in self._get("/-/ready"), START_SECONDS, "Prometheus to be ready")

    def scrape(self, addresses: Iterable[str]) -> None:
        """From now on these, and no others."""
        new = self._targets.with_suffix(".new")
        new.write_text(json.dumps([{"targets": list(addresses)}]))
        new.rename(self._targets)

    def query(self, query: str) -> list[Json]:
        """The samples that a query gives now."""
        answer = json.loads(self._get("/api/v1/query?" + urllib.parse.urlencode({"query": query})))
        return answer["data"]["result"]

    def wait_for(self, query: str, timeout: float = 30.0) -> list[Json]:
        """Waits until a query gives something."""
        return self._process.wait_until(lambda: self.query(query), timeout, f"{query} to give something")

    def _get(self, path: str) -> bytes:
        with urllib.request.urlopen(self.url + path, timeout=10) as response:
            return response.read()
