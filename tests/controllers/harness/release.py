"""What a release looks like to its users: who was answered by which version, and when."""

from collections.abc import Iterable

from tests.harness.load import Served, variants_in_turn
from tests.mesh.harness.figures import Figures

Changes = dict[str, list[str | None]]


def failed(served: Iterable[Served]) -> list[Served]:
    return [one for one in served if one.status != 200]


def changed_more_than_once(served: Iterable[Served]) -> Changes:
    """The users who saw more than one change of version, with what they saw."""
    return {user: versions for user, versions in variants_in_turn(served).items() if len(versions) > 2}


def versions_in_turn(served: Iterable[Served]) -> set[tuple[str | None, ...]]:
    """All the orders in which users saw versions."""
    return {tuple(versions) for versions in variants_in_turn(served).values()}


def check(served: list[Served], figures: Figures) -> None:
    """Nobody's request failed, and nobody changed more than once."""
    figures.count("requests", len(served))
    figures.count("failed", len(failed(served)))
    figures.count("users who changed more than once", len(changed_more_than_once(served)))
    assert failed(served) == []
    assert changed_more_than_once(served) == {}
