"""Random decision vectors with the oracle's expectations, one group a line (JSON Lines).

The same arguments give the same bytes.
"""

import argparse
import json
import re
from random import Random
from typing import Any

from tests.oracle.draw_configuration import draw_configuration
from tests.oracle.draw_metadata import draw_surroundings
from tests.oracle.draw_request import draw_request
from tests.oracle.oracle import expectation

Json = Any

CLOCKS = range(1_700_000_000, 1_900_000_000)  # Unix seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--groups", type=int, required=True, help="how many configurations")
    parser.add_argument("--cases", type=int, required=True, help="requests for each configuration")
    parser.add_argument("--sendable", action="store_true", help="only what HTTP/1.1 through Envoy can carry: no clock, no peer")
    arguments = parser.parse_args()
    rng = Random(arguments.seed)
    for number in range(arguments.groups):
        name = f"seed_{arguments.seed}_group_{number}"
        print(as_line(draw_group(rng, name, arguments.cases, arguments.sendable)))


def draw_group(rng: Random, name: str, cases: int, sendable: bool) -> Json:
    clock = {} if sendable or rng.random() < 0.3 else {"now": rng.choice(CLOCKS)}
    config = draw_configuration(rng, clock.get("now"))
    group: Json = {"name": name, "config": config, **draw_surroundings(rng, config, sendable), **clock, "cases": []}
    for number in range(cases):
        request = draw_request(rng, group, sendable)
        group["cases"].append({"rule": f"case_{number}", "request": request, "expect": expectation(group, request)})
    return group


def as_line(group: Json) -> str:
    """JSON on one line. Weights are texts up to here, since a float would round them."""
    return re.sub(r'"(green_weight|percent)": "([^"]+)"', r'"\1": \2', json.dumps(group, ensure_ascii=False))


if __name__ == "__main__":
    main()
