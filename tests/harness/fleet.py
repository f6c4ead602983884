"""Several Envoys that live and end together."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.harness.envoy import Envoy


class Fleet:
    """Starts Envoys, each in a directory of its own; leaving the context ends them all."""

    def __init__(self, new_directory: Callable[[], Path]) -> None:
        self.directory = new_directory
        """Makes a new directory, also for files that an Envoy is to watch."""
        self.running: list[Envoy] = []
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.close()

    def run(self, bootstrap: dict[str, Any]) -> Envoy:
        """Starts an Envoy with this bootstrap."""
        return self.start(Envoy(bootstrap, self.directory()))

    def start(self, envoy: Envoy) -> Envoy:
        self._stack.enter_context(envoy)
        self.running.append(envoy)
        return envoy
