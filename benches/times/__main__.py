"""`python -m benches.times [ROUNDS]`: proxies side by side, and how they start.

Prints Markdown, and keeps it in benches/results/times.md.
"""

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from benches.instructions.results import RESULTS
from benches.instructions.versions import filter_version, machine, one_filter
from benches.markdown import as_table
from benches.times.contenders import PACED_SECONDS, RATE, SATURATING, Contender, contenders
from benches.times.h2load import CONNECTIONS, H2load, Protocol, h2load
from benches.times.paired import differences, spread
from benches.times.start import starts

ROUNDS = 9
HEAD = ["", "answers/s", "CPU µs a request", "more than no filter", "more than Lua", "p50 µs", "p99 µs", "memory MiB"]


def main(arguments: list[str]) -> None:
    rounds = int(arguments[0]) if arguments else ROUNDS
    load = h2load()
    parts = [_head(rounds)]
    with one_filter():
        for workers in (1, 2):
            for protocol in Protocol:
                print(f"{protocol}, {workers} workers", file=sys.stderr)
                parts += [f"## {protocol}, {workers} worker{'s' * (workers > 1)}", _side_by_side(load, protocol, workers, rounds)]
        parts += ["## Start", starts(rounds)]
    text = "\n\n".join(parts) + "\n"
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "times.md").write_text(text)
    print(text)


def _side_by_side(load: H2load, protocol: Protocol, workers: int, rounds: int) -> str:
    with tempfile.TemporaryDirectory(prefix="bluegreen-") as directory, ExitStack() as running:
        every = [running.enter_context(contender) for contender in contenders(Path(directory), workers)]
        for contender in every:
            contender.warm_up(load, protocol)
        for number in range(rounds):
            # Nobody is always first.
            turn = number % len(every)
            for contender in every[turn:] + every[:turn]:
                contender.measure(load, protocol)
        return _table(every)


def _table(every: list[Contender]) -> str:
    alone, lua, _ = every
    lines = [HEAD, ["---", *["---:"] * (len(HEAD) - 1)]]
    for contender in every:
        found = contender.rounds
        before = every[: every.index(contender)]
        more = [differences(found.processor, other.rounds.processor).text(sign="+") if other in before else "" for other in (alone, lua)]
        cells = [contender.name, spread(found.rate).text(0), spread(found.processor).text(), *more]
        lines.append([*cells, spread(found.median).text(0), spread(found.ninety_ninth).text(0), f"{contender.memory():.0f}"])
    return as_table(lines)


def _head(rounds: int) -> str:
    return f"""# Times

Written by `make bench-time`; [what it means](../README.md). Medians of {rounds} rounds, quartiles in parentheses.
In each round each proxy has its turn: {SATURATING:,} requests as fast as {CONNECTIONS} connections can send them,
for answers a second and processor time; then {RATE:,} a second for {PACED_SECONDS} seconds, for latency.
Differences are those within a round. The load comes from the same machine: {machine()}. Filter: {filter_version()}."""


if __name__ == "__main__":
    main(sys.argv[1:])
