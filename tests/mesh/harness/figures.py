"""Figures that tests measure."""

from collections.abc import Callable

import pytest


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


def show_table(reporter: pytest.TerminalReporter, title: str) -> None:
    """Writes the figures of all tests that passed."""
    rows = [
        (report.nodeid.rpartition("/")[2].replace(".py::", " "), name, str(value))
        for report in reporter.getreports("passed")
        for name, value in report.user_properties
    ]
    if rows:
        reporter.section(title)
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        for test, name, value in rows:
            reporter.write_line(f"{test:{widths[0]}}  {name:{widths[1]}}  {value:>{widths[2]}}")
