"""`python -m tests.oracle.check_vectors`: holds the hand-chosen decision vectors against the oracle. Exit 1 with every difference."""

import json
import sys
from collections import Counter
from decimal import Decimal
from typing import Any

from tests.oracle.oracle import expectation
from tests.vectors.chapters import chapters, with_configuration

Json = Any

GROUPS, CASES = 334, 1424
"""So many there are at least. Whoever takes one out says so here."""


def main() -> int:
    # Weights stay decimals, since a float would round them.
    read = chapters(parse_float=Decimal)
    misplaced = [f"{name}: {line}" for name, chapter in read.items() for line in misplaced_configurations(chapter)]
    groups = [] if misplaced else [with_configuration(group, chapter) for chapter in read.values() for group in chapter["groups"]]
    cases = sum(len(group["cases"]) for group in groups)
    wrong = [*misplaced, *repeated_names(groups), *(line for group in groups for line in differences(group))]
    if len(groups) < GROUPS or cases < CASES:
        wrong.append(f"vectors are lost: there were {GROUPS} groups with {CASES} cases")
    print("\n".join([*wrong, f"{len(read)} chapters, {len(groups)} groups, {cases} cases, {len(wrong)} errors"]))
    return 1 if wrong else 0


def misplaced_configurations(chapter: Json) -> list[str]:
    """A line for each name that names nothing, or is not needed, and for each configuration that has no name though it repeats."""
    named = chapter.get("configs", {})
    used = Counter(group["config"] for group in chapter["groups"] if isinstance(group["config"], str))
    own = [group["config"] for group in chapter["groups"] if not isinstance(group["config"], str)]
    written = Counter(json.dumps(config, sort_keys=True, default=str) for config in [*named.values(), *own])
    return [
        *(f"no configuration has the name {name}" for name in used.keys() - named.keys()),
        *(f"only {used[name]} groups name the configuration {name}" for name in named if used[name] < 2),
        *(f"a configuration stands {count} times: {config}" for config, count in written.items() if count > 1),
    ]


def repeated_names(groups: list[Json]) -> list[str]:
    names = [group["name"] for group in groups]
    names += [f"{group['name']}: {case['rule']}" for group in groups for case in group["cases"]]
    return [f"{name}: the name is taken" for name, count in Counter(names).items() if count > 1]


def differences(group: Json) -> list[str]:
    """A line for each expected thing that the oracle sees otherwise, or cannot know."""
    lines = []
    for case in group["cases"]:
        oracle = flat(expectation(group, case["request"]))
        expected = flat(case["expect"])
        if not expected:
            lines.append(f"{group['name']}: {case['rule']}: expects nothing")
        for name, value in expected.items():
            found = oracle.get(name, "not to be known")
            if found != value:
                lines.append(f"{group['name']}: {case['rule']}: {name} is {value}, the oracle says {found}")
    return lines


def flat(expect: Json) -> dict[str, str | None]:
    """The same with one entry for each tag and response header: `tags x-colour`."""
    plain = {name: value for name, value in expect.items() if not isinstance(value, dict)}
    headers = {f"{kind} {name}": value for kind in ("tags", "response", "filter_state") for name, value in expect.get(kind, {}).items()}
    return plain | headers


if __name__ == "__main__":
    sys.exit(main())
