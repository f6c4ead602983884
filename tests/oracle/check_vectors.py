"""Checks the hand-chosen decision vectors against the oracle: exit 1 with every difference."""

import json
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

from oracle import expectation

Json = Any

VECTORS = Path(__file__).parents[1] / "vectors" / "decisions.json"


def main() -> int:
    # Weights stay decimals, since a float would round them.
    groups = json.loads(VECTORS.read_text(encoding="utf-8"), parse_float=Decimal)["groups"]
    cases = sum(len(group["cases"]) for group in groups)
    faults = [*repeated_names(groups), *(line for group in groups for line in differences(group))]
    print("\n".join([*faults, f"{len(groups)} groups, {cases} cases, {len(faults)} faults"]))
    return 1 if faults or not cases else 0


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
