"""Random decision vectors with the oracle's expectations, one group a line (JSON Lines).

The same arguments give the same bytes.
"""

import argparse
import json
import re
from random import Random
from typing import Any

from draw_configuration import draw_configuration, draw_metadata
from draw_request import draw_request
from oracle import expectation

Json = Any


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--groups", type=int, required=True, help="how many configurations")
    parser.add_argument("--cases", type=int, required=True, help="requests for each configuration")
    parser.add_argument("--sendable", action="store_true", help="only what HTTP/1.1 through Envoy can carry")
    arguments = parser.parse_args()
    rng = Random(arguments.seed)
    for number in range(arguments.groups):
        name = f"seed_{arguments.seed}_group_{number}"
        print(as_line(draw_group(rng, name, arguments.cases, arguments.sendable)))


def draw_group(rng: Random, name: str, cases: int, sendable: bool) -> Json:
    config = draw_configuration(rng)
    metadata = draw_metadata(rng, config)
    group: Json = {"name": name, "config": config, "metadata": metadata, "cases": []}
    for number in range(cases):
        request = draw_request(rng, config, sendable)
        group["cases"].append(
            {"rule": f"case_{number}", "request": request, "expect": expectation(config, metadata, request)}
        )
    return group


def as_line(group: Json) -> str:
    """JSON on one line. Weights are texts up to here, since a float would round them."""
    return re.sub(r'"green_weight": "([^"]+)"', r'"green_weight": \1', json.dumps(group, ensure_ascii=False))


if __name__ == "__main__":
    main()
