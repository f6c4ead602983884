"""Figures that tests measure."""

from collections.abc import Callable


class Figures:
    """Collects what one test has measured, by name."""

    def __init__(self, record: Callable[[str, object], None]) -> None:
        self._record = record

    def seconds(self, name: str, seconds: float) -> None:
        self._record(name, f"{seconds:.3f} s")

    def count(self, name: str, amount: int) -> None:
        self._record(name, f"{amount:,}")

    def text(self, name: str, text: str) -> None:
        self._record(name, text)
