"""The table as a picture, for light and for dark pages."""

from dataclasses import dataclass
from xml.sax.saxutils import escape

from benches.instructions.table import Table

WIDTH, LEFT, TOP, BOTTOM = 860, 312, 86, 46
BAR, GAP = 15, 20
STYLE = """
text { font: 13px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif }
.head { font-size: 15px; font-weight: 600 }
"""
RIGHT = 70
"""Room for the number behind the longest bar."""


@dataclass(frozen=True)
class Look:
    """Colours of one page."""

    name: str
    ink: str
    faint: str
    lua: str
    floor: str
    ours: str
    module_floor: str
    module: str
    native: str


LIGHT = Look("light", "#1f2328", "#d1d9e0", "#9a6700", "#0969da", "#54aeff", "#1a7f37", "#4ac26b", "#818b98")
DARK = Look("dark", "#f0f6fc", "#3d444d", "#d29922", "#1f6feb", "#79c0ff", "#238636", "#56d364", "#656c76")


@dataclass(frozen=True)
class Group:
    """Bars that belong together: a case of each filter above its floor, and Lua's."""

    title: str
    name: str
    """As the case of the filter in WebAssembly is called; the dynamic module's and Lua's have it behind a prefix."""
    floor: str

    def bars(self, look: Look) -> tuple[tuple[str, str | None, str, str], ...]:
        """For each bar the case, its floor, and the colours of the floor and of the rest."""
        return (
            (self.name, self.floor, look.floor, look.ours),
            (f"module_{self.name}", f"module_{self.floor}", look.module_floor, look.module),
            (f"lua_{self.name}", None, look.lua, look.lua),
        )


GROUPS = (
    Group("blue, one tag", "blue", "floor_blue"),
    Group("blue, left untagged", "blue_omit", "floor_omit"),
    Group("green, flag absent", "green_absent", "floor_green_absent"),
    Group("green, flag false", "green_false", "floor_green_false"),
    Group("not wanted by any deployment", "no_match", "floor_omit"),
)
NATIVE = (("not wanted, switched off by the route", "skipped_by_route"), ("weighted_clusters by a hash, no rollback", "weighted"))


def plot(table: Table, look: Look) -> str:
    """An SVG. All of what it needs must have been counted."""
    longest = max(table.added(name) for group in GROUPS for name, *_ in group.bars(look))
    scale = (WIDTH - LEFT - RIGHT) / longest
    parts, y = [], TOP
    for group in GROUPS:
        parts.append(_text(LEFT - 12, y + 3 * BAR // 2 + 7, group.title, look.ink, "end"))
        for name, floor, of_floor, of_rest in group.bars(look):
            all_of_it = table.added(name)
            start = table.added(floor) if floor else 0
            parts += [_bar(LEFT, y, start * scale, of_floor)] if floor else []
            parts += [_bar(LEFT + start * scale, y, (all_of_it - start) * scale, of_rest), _number(LEFT + all_of_it * scale, y, all_of_it, look)]
            y += BAR + 2
        y += GAP
    for title, name in NATIVE:
        added = table.added(name)
        parts += [
            _text(LEFT - 12, y + BAR - 3, title, look.ink, "end"),
            _bar(LEFT, y, added * scale, look.native),
            _number(LEFT + added * scale, y, added, look),
        ]
        y += BAR + GAP - 6
    height = y + BOTTOM - GAP
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title">',
            '<title id="title">Instructions that a request costs more</title>',
            f"<style>{STYLE}</style>",
            *_head(table, look),
            *_axis(longest, scale, height, look),
            *parts,
            "</svg>",
            "",
        ]
    )


def _head(table: Table, look: Look) -> list[str]:
    title = f"Instructions a request, added to the {table.count('none'):,} of Envoy alone"
    parts = [f'<text class="head" x="16" y="24" fill="{look.ink}">{title}</text>']
    legend = (
        ((look.floor, "WebAssembly: the host, for the calls that the filter makes"), (look.ours, "and the filter itself")),
        ((look.module_floor, "dynamic module: Envoy, for the same calls"), (look.module, "and the filter itself")),
        ((look.lua, "Lua with the same decision"), (look.native, "Envoy's own")),
    )
    columns = (16, 420, 600)
    for row, entries in enumerate(legend[:2]):
        for x, (colour, label) in zip(columns, entries, strict=False):
            parts += _entry(x, 38 + 20 * row, colour, label, look)
    for row, (colour, label) in enumerate(legend[2]):
        parts += _entry(columns[2], 38 + 20 * row, colour, label, look)
    return parts


def _entry(x: float, y: int, colour: str, label: str, look: Look) -> list[str]:
    return [_bar(x, y, 12, colour, 12), _text(x + 18, y + 11, label, look.ink, "start")]


def _axis(longest: int, scale: float, height: int, look: Look) -> list[str]:
    """A faint line each ten thousand."""
    parts = []
    for step in range(0, longest + 1, 10_000):
        x = LEFT + step * scale
        parts += [
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 6}" y2="{height - 26}" stroke="{look.faint}"/>',
            _text(x, height - 10, f"{step:,}", look.ink, "middle"),
        ]
    return parts


def _bar(x: float, y: float, width: float, colour: str, height: int = BAR) -> str:
    return f'<rect x="{x:.1f}" y="{y}" width="{max(width, 1):.1f}" height="{height}" fill="{colour}"/>'


def _number(x: float, y: float, value: int, look: Look) -> str:
    return _text(x + 6, y + BAR - 3, f"{value:,}", look.ink, "start")


def _text(x: float, y: float, text: str, colour: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y}" fill="{colour}" text-anchor="{anchor}">{escape(text)}</text>'
