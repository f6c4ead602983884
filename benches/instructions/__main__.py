"""`python -m benches.instructions [accept|write|check|CASE…]`, from the repository's root.

Counts all cases and prints the table, or only the named cases. `accept` also rewrites what is committed, `write` only
writes it anew from the committed numbers, and `check` counts a few cases and fails if one got more expensive.
"""

import sys
import time
from typing import NoReturn

from benches.instructions.case import Case
from benches.instructions.cases import cases
from benches.instructions.check import compare
from benches.instructions.measure import measure_all
from benches.instructions.opponents import check_scripts
from benches.instructions.page import is_fresh, keep, write
from benches.instructions.results import Results
from benches.instructions.table import Table
from benches.instructions.valgrind import Valgrind, valgrind
from benches.instructions.versions import one_filter, versions

GUARDED = tuple(prefix + name for prefix in ("", "module_") for name in ("blue", "blue_omit", "green_absent", "green_false", "no_match"))


def main(arguments: list[str]) -> None:
    tools = valgrind()
    if arguments == ["check"]:
        check(tools)
    elif arguments == ["write"]:
        write(Results.committed())
    elif arguments == ["accept"]:
        write(run(cases(), tools))
    else:
        run([case for case in cases() if not arguments or case.name in {"none", *arguments}], tools)


def run(chosen: list[Case], tools: Valgrind) -> Results:
    """Counts and prints."""
    check_scripts()
    with one_filter():
        counts = count(chosen, tools)
    found = Results(versions(tools), counts)
    print("\n".join(f"{name:10} {version}" for name, version in found.versions.items()))
    table = Table(cases(), counts)
    print(f"\nInstructions of Envoy a request, and what each case adds\n\n{table.text()}\n\n{table.goals()}\n\nIn Markdown: {keep(found)}")
    return found


def count(chosen: list[Case], tools: Valgrind) -> dict[str, int]:
    start = time.monotonic()

    def tell(case: Case, instructions: int) -> None:
        print(f"{time.monotonic() - start:4.0f} s  {case.name}: {instructions:,}", file=sys.stderr)

    return measure_all(chosen, tools, tell)


def check(tools: Valgrind) -> None:
    """The cases that the goals are about, against the committed table."""
    committed = Results.committed()
    if not is_fresh(committed):
        fail("benches/results or README.md does not say what instructions.json says: make bench-accept")
    chosen = [case for case in cases() if case.name in ("none", *GUARDED)]
    with one_filter():
        now = Table(cases(), count(chosen, tools))
    findings = compare(now, Table(cases(), committed.counts), list(GUARDED))
    print("\n".join(map(str, findings)))
    if any(finding.is_more_expensive for finding in findings):
        fail("more expensive than benches/results/instructions.md says. If that is worth it: make bench-accept")


def fail(reason: str) -> NoReturn:
    sys.exit(f"bench: {reason}")


if __name__ == "__main__":
    main(sys.argv[1:])
