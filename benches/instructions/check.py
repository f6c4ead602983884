"""Whether a case got more expensive than the committed table says."""

from dataclasses import dataclass

from benches.instructions.table import Table

MORE_EXPENSIVE = 1.03


@dataclass(frozen=True)
class Finding:
    """What a case adds now and what it may add, in instructions a request."""

    name: str
    added: int
    accepted: int
    """As committed, on this machine's scale."""

    @property
    def is_more_expensive(self) -> bool:
        return self.added > self.accepted * MORE_EXPENSIVE

    def __str__(self) -> str:
        change = self.added / self.accepted - 1
        return f"{self.name:20} {self.added:+9,} now {self.accepted:+9,} accepted {change:+7.1%}{'  MORE EXPENSIVE' if self.is_more_expensive else ''}"


def compare(now: Table, accepted: Table, names: list[str]) -> list[Finding]:
    """The yardstick is what Envoy alone needs, so that another processor or system library does not count."""
    scale = now.count("none") / accepted.count("none")
    return [Finding(name, now.added(name), round(accepted.added(name) * scale)) for name in names]
