"""The numbers as people read them."""

from dataclasses import dataclass
from itertools import groupby

from benches.instructions.case import Case, Goal, Kind
from benches.markdown import as_table

CEILING = 1.1
"""How far above its floor a case may lie where a goal is out of reach."""


@dataclass(frozen=True)
class Row:
    """One line; empty cells are empty text."""

    title: str
    instructions: str
    added: str
    goal: str
    reached: str
    floor: str
    verdict: str

    def cells(self) -> list[str]:
        return [self.title, self.instructions, self.added, self.goal, self.reached, self.floor, self.verdict]


HEAD = Row("case", "instructions", "added", "goal", "reached", "its floor", "")
LEFT_ALIGNED = (0, 3, 6)


class Table:
    """Lines of `cases`, of which each in `counts` has been counted."""

    def __init__(self, cases: list[Case], counts: dict[str, int]) -> None:
        self._counts = counts
        self._cases = [case for case in cases if case.name in counts]
        self._titles = {case.name: f"{_short(case)} {case.title}" for case in cases}
        self._kinds = {case.name: "Lua" if case.kind is Kind.LUA else "one deployment" for case in cases}
        self._bases = {case.name: case.base for case in cases}

    def count(self, name: str) -> int:
        """Instructions a request."""
        return self._counts[name]

    def added(self, name: str) -> int:
        """What a case costs more than Envoy without it."""
        return self._counts[name] - self._counts[self._bases[name]]

    def markdown(self) -> str:
        lines = [HEAD.cells(), ["---", "---:", "---:", "---", "---:", "---:", "---"]]
        for kind, rows in self._groups():
            lines.append([f"**{kind}**", "", "", "", "", "", ""])
            lines.extend(row.cells() for row in rows)
        return as_table(lines)

    def text(self) -> str:
        groups = self._groups()
        every = [HEAD, *(row for _, rows in groups for row in rows)]
        widths = [max(len(row.cells()[column]) for row in every) for column in range(len(HEAD.cells()))]
        lines = [_aligned(HEAD, widths)]
        for kind, rows in groups:
            lines += ["", kind.upper(), *(_aligned(row, widths) for row in rows)]
        return "\n".join(lines).replace("`", "")

    def goals(self) -> str:
        """The cases that have goals, in Markdown."""
        head = ["instructions added by a request", "this filter", "held against", "", "goal", "the host alone", "", ""]
        lines = [head, ["---", "---:", "---:", "---:", "---:", "---:", "---:", "---"]]
        for case in self._cases:
            if case.goal and case.goal.other in self._counts and case.floor in self._counts:
                added, other, floor = (self.added(name) for name in (case.name, case.goal.other, case.floor))
                lines.append(
                    [
                        case.title,
                        f"{added:,}",
                        f"{self._kinds[case.goal.other]} {other:,}",
                        f"{added / other:.2f} ×",
                        f"≤ {case.goal.times} ×",
                        f"{floor:,}",
                        f"{added / floor:.2f} ×",
                        self._verdict(added, floor, case.goal),
                    ]
                )
        return as_table(lines)

    def _groups(self) -> list[tuple[Kind, list[Row]]]:
        return [(kind, [self._row(case) for case in cases]) for kind, cases in groupby(self._cases, lambda case: case.kind)]

    def _row(self, case: Case) -> Row:
        count = self._counts[case.name]
        if case.base == case.name or case.base not in self._counts:
            return Row(case.title, f"{count:,}", "", "", "", "", "")
        goal = case.goal if case.goal and case.goal.other in self._counts else None
        floor = self.added(case.floor) if case.floor in self._counts else None
        added = self.added(case.name)
        return Row(
            case.title,
            f"{count:,}",
            f"{added:+,}",
            f"≤ {goal.times} × {self._titles[goal.other]}" if goal else "",
            f"{added / self.added(goal.other):.2f} ×" if goal else "",
            f"{floor:+,}, {added / floor:.2f} ×" if floor else "",
            self._verdict(added, floor, goal) if goal else "",
        )

    def _verdict(self, added: int, floor: int | None, goal: Goal) -> str:
        """Where the host alone takes more than the goal, the case is held against the host."""
        allowed = goal.times * self.added(goal.other)
        if added <= allowed:
            return "reached"
        if floor is None or floor <= allowed:
            return "missed"
        return f"out of the host's reach, {'within' if added <= CEILING * floor else 'above'} {CEILING} × its floor"


def _short(case: Case) -> str:
    return {Kind.LUA: "Lua,", Kind.FILTER: "this filter,", Kind.MODULE: "dynamic module,"}.get(case.kind, "")


def _aligned(row: Row, widths: list[int]) -> str:
    cells = enumerate(zip(row.cells(), widths, strict=True))
    return "  ".join(cell.ljust(width) if column in LEFT_ALIGNED else cell.rjust(width) for column, (cell, width) in cells).rstrip()
