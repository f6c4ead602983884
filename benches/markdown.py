"""Tables as all results show them."""

from collections.abc import Iterable, Sequence


def as_table(lines: Iterable[Sequence[str]]) -> str:
    """The cells of each line; the second line says how the columns are aligned."""
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
