"""Writing what is committed: the numbers, the table and its plots, and the sentence of README.md that sums them up."""

import re
from pathlib import Path

from benches.instructions.cases import cases
from benches.instructions.plot import DARK, LIGHT, plot
from benches.instructions.results import FILE, RESULTS, Results
from benches.instructions.table import Table
from tests.harness.artefact import REPOSITORY

TABLE = RESULTS / "instructions.md"
UNCOMMITTED = REPOSITORY / "target" / "bench" / "instructions.md"
README = REPOSITORY / "README.md"
IN_README = re.compile(r"(<!-- by make bench-accept -->).*?(<!-- end -->)", re.DOTALL)


class NoPlace(Exception):
    """README.md has lost the comments between which the sentence belongs."""


def keep(results: Results) -> Path:
    """Writes the table below target/; returns where."""
    UNCOMMITTED.parent.mkdir(parents=True, exist_ok=True)
    UNCOMMITTED.write_text(markdown(results, Table(cases(), results.counts)))
    return UNCOMMITTED


def write(results: Results) -> None:
    """Writes all that is committed. Raises NoPlace."""
    RESULTS.mkdir(exist_ok=True)
    table = Table(cases(), results.counts)
    FILE.write_text(results.json())
    TABLE.write_text(markdown(results, table))
    for look in (LIGHT, DARK):
        (RESULTS / f"instructions-{look.name}.svg").write_text(plot(table, look))
    README.write_text(readme(results))


def readme(results: Results) -> str:
    """README.md with the sentence about these results. Raises NoPlace."""
    costs = sentence(Table(cases(), results.counts))
    text, places = IN_README.subn(lambda place: place[1] + costs + place[2], README.read_text())
    if places != 1:
        raise NoPlace(f"{README}: {places} places for the sentence about the cost")
    return text


def sentence(table: Table) -> str:
    """The sentences behind "A filter that writes one tag adds": the cost of a request for blue, against the host's floor and Lua."""
    filter_adds, floor_adds = table.added("blue"), table.added("floor_blue")
    times = filter_adds / table.added("lua_blue")
    return (
        f" about {filter_adds / 1000:.0f},000 instructions to a request. Envoy's WebAssembly host takes "
        f"{floor_adds / 1000:.0f},000 of these. A Lua script for the same task adds less: the filter costs {times:.2f} times as much."
    )


def is_fresh(results: Results) -> bool:
    """Whether all files say what the numbers say."""
    table = Table(cases(), results.counts)
    plots = all((RESULTS / f"instructions-{look.name}.svg").read_text() == plot(table, look) for look in (LIGHT, DARK))
    return plots and TABLE.read_text() == markdown(results, table) and README.read_text() == readme(results)


def markdown(results: Results, table: Table) -> str:
    versions = "\n".join(f"| {name} | {version} |" for name, version in results.versions.items())
    return f"""# Instructions a request

Written by `make bench-accept`; [what it means](../README.md).
*Added* is what Envoy needs more than without the case, in instructions of its process.

## Against the goals

{table.goals()}

## All cases

{table.markdown()}

| measured with | |
|---|---|
{versions}
"""
