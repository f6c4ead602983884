"""`python -m benches.size MODULE`: bytes by crate, of a module with names. Prints Markdown, and keeps it in benches/results/size.md.

Code that one crate inlines from another counts as its own, and generic code as that of the crate that wrote it."""

import re
import sys
from collections import Counter
from pathlib import Path

from benches.instructions.results import RESULTS
from benches.size.sections import Module, read

OF_C = "dlmalloc and libc"
SMALL = 500
"""Crates below it share a line."""


def main(arguments: list[str]) -> None:
    text = markdown(read(Path(arguments[0])))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "size.md").write_text(text)
    print(text)


def markdown(module: Module) -> str:
    sizes: Counter[str] = Counter()
    for name, size in module.functions:
        sizes[crate(name)] += size
    small = sum(size for size in sizes.values() if size < SMALL)
    lines = [f"| {name} | {size:,} |" for name, size in sizes.most_common() if size >= SMALL]
    lines += [f"| others | {small:,} |", f"| constants of all | {module.data:,} |"]
    table = "\n".join(["| crate | bytes of code |", "|---|---:|", *lines])
    return f"# Size by crate\n\nWritten by `make bench-size`; [what it means](../README.md).\n\n{table}\n"


def crate(function: str) -> str:
    """Whose function it is, by either way in which Rust mangles names."""
    newer = re.search(r"C(?:s[0-9A-Za-z]*_)\d+([a-z]\w*?)(?=\d|N|[A-Z]|$)", function) if function.startswith("_R") else None
    if newer:
        return newer[1]
    older = re.match(r"_ZN(\d+)(.*)", function)
    if older:
        path = older[2][: int(older[1])]
        of_type = re.search(r"([a-z]\w*)\.\.", path)
        return of_type[1] if of_type else path
    return "bluegreen" if "bluegreen" in function else OF_C


if __name__ == "__main__":
    main(sys.argv[1:])
