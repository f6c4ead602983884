"""A real Prometheus and a real Alertmanager as child processes."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import urlopen

from tests.harness.artefact import REPOSITORY
from tests.harness.polling import wait_until
from tests.harness.process import Process
from tests.harness.service import Service

Json = Any

PROMETHEUS = REPOSITORY / "target" / "prometheus" / "prometheus"
ALERTMANAGER = REPOSITORY / "target" / "alertmanager" / "alertmanager"
START_SECONDS = 60.0
ASK_SECONDS = 30.0
LISTENS = re.compile(r'"Listening on".*?address=\S*?:([1-9]\d*)')


@dataclass(frozen=True)
class Result:
    """One series of an answer to a query."""

    labels: Mapping[str, str]
    value: float


class _Program(Service):
    """A program that prints the port that it listens on."""

    start_seconds = START_SECONDS

    def __init__(self, command: list[str | Path], directory: Path) -> None:
        self.directory = directory
        self.port = 0
        self._process = Process(command, directory / f"{Path(command[0]).name}.log", directory)

    def _start(self, running: ExitStack) -> None:
        running.callback(self._process.stop)
        self._process.start(self._is_ready, self.start_seconds, f"{self._process.command[0]} to start")

    def _is_ready(self) -> bool:
        found = LISTENS.search(self._process.output.read_text())
        if found is None:
            return False
        self.port = int(found[1])
        try:
            self.ask("/-/ready")
        except HTTPError:
            return False
        return True

    def ask(self, path: str) -> bytes:
        """The body of a page. Raises HTTPError if it cannot be had."""
        with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=ASK_SECONDS) as answer:
            return answer.read()


class Prometheus(_Program):
    """Prometheus on a free loopback port, with `configuration` as its file. Paths there are relative to `directory`."""

    def __init__(self, configuration: Json, directory: Path, *arguments: str) -> None:
        file = directory / "prometheus.json"
        file.write_text(json.dumps(configuration))
        options = [f"--config.file={file}", f"--storage.tsdb.path={directory / 'data'}", "--web.listen-address=127.0.0.1:0", *arguments]
        super().__init__([PROMETHEUS, *options], directory)

    def query(self, expression: str) -> list[Result]:
        """What an expression is now. Raises HTTPError if it is none."""
        answer = json.loads(self.ask(f"/api/v1/query?query={quote(expression)}"))
        data = answer["data"]
        if data["resultType"] == "scalar":
            return [Result({}, float(data["result"][1]))]
        return [Result(one["metric"], float(one["value"][1])) for one in data["result"]]

    def query_range(self, expression: str, start: float, end: float, step: float) -> list[tuple[Mapping[str, str], list[tuple[float, float]]]]:
        """Its series between two times of Unix."""
        parameters = urlencode({"query": expression, "start": start, "end": end, "step": step})
        answer = json.loads(self.ask(f"/api/v1/query_range?{parameters}"))
        return [(one["metric"], [(time, float(value)) for time, value in one["values"]]) for one in answer["data"]["result"]]

    def wait_for(self, expression: str, is_right: Callable[[list[Result]], object] = bool, timeout: float = 60.0) -> list[Result]:
        """Asks until the answer is right; by default until there is one."""
        last: list[Result] = []

        def ask() -> bool:
            last[:] = self.query(expression)
            return bool(is_right(last))

        try:
            wait_until(ask, timeout, expression)
        except TimeoutError:
            raise TimeoutError(f"waited {timeout} s for {expression}; it is {last}") from None
        return last


class Alertmanager(_Program):
    """Alertmanager on a free loopback port, with this configuration."""

    def __init__(self, configuration: Json, directory: Path) -> None:
        file = directory / "alertmanager.json"
        file.write_text(json.dumps(configuration))
        options = [f"--config.file={file}", f"--storage.path={directory / 'alerts'}", "--web.listen-address=127.0.0.1:0", "--cluster.listen-address="]
        super().__init__([ALERTMANAGER, *options], directory)


def scrape(job: str, targets: Iterable[int], path: str = "/stats/prometheus", **more: Json) -> Json:
    """A job of `scrape_configs` for servers on loopback ports."""
    addresses = [f"127.0.0.1:{port}" for port in targets]
    return {"job_name": job, "metrics_path": path, "static_configs": [{"targets": addresses}], **more}
