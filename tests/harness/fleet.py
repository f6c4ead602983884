"""Several Envoys that live and end together."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.harness.envoy import Envoy
from tests.harness.service import Service


class Fleet(Service):
    """Starts Envoys, each in a directory of its own; leaving the context ends them all."""

    def __init__(self, new_directory: Callable[[], Path]) -> None:
        self.directory = new_directory
        """Makes a new directory, also for files that an Envoy is to watch."""
        self.running: list[Envoy] = []

    def _start(self, running: ExitStack) -> None:
        """Nothing yet."""

    def run(self, bootstrap: dict[str, Any]) -> Envoy:
        """Starts an Envoy with this bootstrap."""
        return self.start(Envoy(bootstrap, self.directory()))

    def start(self, envoy: Envoy) -> Envoy:
        self._running.enter_context(envoy)
        self.running.append(envoy)
        return envoy
