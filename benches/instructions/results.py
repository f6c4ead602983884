"""The committed numbers."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

RESULTS = Path(__file__).parents[1] / "results"
FILE = RESULTS / "instructions.json"


@dataclass(frozen=True)
class Results:
    """One run."""

    versions: dict[str, str]
    counts: dict[str, int]
    """Instructions a request, by name of the case."""

    @classmethod
    def committed(cls) -> Self:
        return cls(**json.loads(FILE.read_text()))

    def json(self) -> str:
        return json.dumps(asdict(self), indent=2) + "\n"
