"""`python -m benches.growth`: prints Markdown, and keeps it in benches/results/growth.md."""

import sys

from benches.growth.axes import Axis, axes
from benches.instructions.case import Case, Kind
from benches.instructions.cases import cases
from benches.instructions.measure import measure_all
from benches.instructions.results import RESULTS
from benches.instructions.valgrind import valgrind
from benches.instructions.versions import filter_version, one_filter
from benches.markdown import as_table

HEAD = """# Cost as it grows

Written by `make bench-growth`; [what it means](../README.md). A request for blue with one tag, in instructions of Envoy."""

COLUMNS = {
    Kind.ENVOY: "Envoy alone",
    Kind.LUA: "Lua adds",
    Kind.FILTER: "this filter adds",
    Kind.MODULE: "the dynamic module adds",
    Kind.FLOOR: "of which the host",
}


def main() -> None:
    [alone] = [case for case in cases() if case.name == "none"]
    every = axes()

    def tell(case: Case, instructions: int) -> None:
        print(f"{case.name}: {instructions:,}", file=sys.stderr)

    with one_filter():
        counts = measure_all([alone, *(case for axis in every for case in axis.cases)], valgrind(), tell)
    text = "\n\n".join([HEAD, f"Filter: {filter_version()}.", *(_table(axis, counts) for axis in every)]) + "\n"
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "growth.md").write_text(text)
    print(text)


def _table(axis: Axis, counts: dict[str, int]) -> str:
    """A line for each step, a column for each kind of proxy."""
    kinds = [kind for kind in Kind if any(case.kind is kind for case in axis.cases)]
    lines = [[axis.title, *(COLUMNS[kind] for kind in kinds)], ["---:"] * (1 + len(kinds))]
    for title in dict.fromkeys(case.title for case in axis.cases):
        of_step = {case.kind: case for case in axis.cases if case.title == title}
        lines.append([title, *(_cell(of_step[kind], counts) for kind in kinds)])
    return as_table(lines)


def _cell(case: Case, counts: dict[str, int]) -> str:
    count = counts[case.name]
    return f"{count:,}" if case.kind is Kind.ENVOY else f"{count - counts[case.base]:+,}"


if __name__ == "__main__":
    main()
