"""Prometheus' rules, judged by promtool with made-up series."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.harness.artefact import REPOSITORY
from tests.harness.process import Ended, run

PROMTOOL = REPOSITORY / "target" / "prometheus" / "promtool"
AMTOOL = REPOSITORY / "target" / "alertmanager" / "amtool"
RULES = REPOSITORY / "envoy" / "observability" / "rules.yaml"

Series = Mapping[str, str]
"""Values by name and labels, in promtool's words: `up{job="edge"}` and `1x60`, one value every 15 seconds."""

Sample = tuple[Mapping[str, str], float]


@dataclass(frozen=True)
class Evaluation:
    """What an expression has to be at a time, if the rules run on these series."""

    expression: str
    series: Series
    at: str
    expected: list[Sample]


def evaluate(evaluations: Sequence[Evaluation], directory: Path) -> Ended:
    """Whether all of them hold; the status is 0 if so. One call for many is much cheaper than many calls."""
    tests = [
        {
            "interval": "15s",
            "input_series": [{"series": name, "values": values} for name, values in one.series.items()],
            "promql_expr_test": [{"expr": one.expression, "eval_time": one.at, "exp_samples": [_sample(*sample) for sample in one.expected]}],
        }
        for one in evaluations
    ]
    file = directory / "test.yaml"
    file.write_text(json.dumps({"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": tests}))
    return run([PROMTOOL, "test", "rules", file], seconds=300)


def _sample(labels: Mapping[str, str], value: float) -> dict[str, Any]:
    name = labels.get("__name__", "")
    inner = ", ".join(f'{key}="{text}"' for key, text in labels.items() if key != "__name__")
    return {"labels": f"{name}{{{inner}}}", "value": value}
