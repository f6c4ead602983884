"""What runs as long as a context."""

from abc import ABC, abstractmethod
from contextlib import ExitStack
from types import TracebackType
from typing import Self


class Service(ABC):
    """Starts when its context is entered, and ends when it is left. A start that fails leaves nothing running."""

    _running: ExitStack
    """What ends with it; more can be entered while it runs."""

    @abstractmethod
    def _start(self, running: ExitStack) -> None:
        """Starts it and waits until it is ready. `running` gets all that has to end, as soon as it has begun."""

    def __enter__(self) -> Self:
        with ExitStack() as running:
            self._start(running)
            self._running = running.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._running.close()
