"""What the tour claims, and whether it held."""

from dataclasses import dataclass

from tests.tour.display import Display


@dataclass(frozen=True)
class Finding:
    claim: str
    held: bool
    measured: str


class Findings:
    """Collects what was checked. What did not hold is shown at once, everything at the end."""

    def __init__(self, display: Display) -> None:
        self._display = display
        self._all: list[Finding] = []
        self.complete = False
        """Everything that was to be checked has been."""

    def check(self, claim: str, held: bool, measured: str) -> None:
        """`claim` as it stands in the table if it holds; `measured`: the numbers it was judged by."""
        self._all.append(Finding(claim, held, measured))
        if not held:
            self._display.check(False, f"{claim}: {measured}")

    def all_held(self) -> bool:
        return self.complete and all(finding.held for finding in self._all)

    def show(self) -> None:
        width = max((len(finding.claim) for finding in self._all), default=0)
        for finding in self._all:
            self._display.check(finding.held, f"{finding.claim:{width}}  {finding.measured}")
