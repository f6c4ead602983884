"""What `make bench-check` lets pass."""

from benches.instructions.cases import cases
from benches.instructions.check import compare
from benches.instructions.table import Table

ENVOY_ALONE = 100_000
ADDED = 30_000


def table(added: float, scale: float = 1.0) -> Table:
    """As counted where Envoy alone and the case cost `scale` times as much."""
    return Table(cases(), {"none": round(ENVOY_ALONE * scale), "blue": round((ENVOY_ALONE + added) * scale)})


def is_more_expensive(now: Table) -> bool:
    [finding] = compare(now, table(ADDED), ["blue"])
    return finding.is_more_expensive


def test_a_case_may_get_cheaper_or_a_little_dearer() -> None:
    assert not is_more_expensive(table(ADDED))
    assert not is_more_expensive(table(ADDED * 0.5))
    assert not is_more_expensive(table(ADDED * 1.029))


def test_a_case_that_got_more_than_three_percent_dearer_is_found() -> None:
    assert is_more_expensive(table(ADDED * 1.031))


def test_another_processor_is_not_a_dearer_filter() -> None:
    assert not is_more_expensive(table(ADDED, scale=1.2))
    assert is_more_expensive(table(ADDED * 1.04, scale=0.8))
