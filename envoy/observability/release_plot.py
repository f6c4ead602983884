#!/usr/bin/env python3
"""Draws a release as an SVG, from Prometheus: green's part of the requests, failures by variant, and when the guard tripped.

    release_plot.py --deployment fraud-scorer --minutes 60 > release.svg
    release_plot.py --deployment fraud-scorer --minutes 60 --dark > release-dark.svg

It needs nothing but Python.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from urllib.parse import urlencode
from urllib.request import urlopen
from xml.sax.saxutils import escape

Points = Sequence[tuple[float, float]]
"""Times of Unix with values."""

WIDTH, LEFT, RIGHT, TOP, BOTTOM = 860, 56, 24, 64, 40
PANEL, BETWEEN = 150, 52
MOST_POINTS = 240
LABEL = 112
"""Room for the words at a trip."""
STYLE = """
text { font: 13px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif }
.head { font-size: 15px; font-weight: 600 }
.name { font-weight: 600 }
"""
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)


@dataclass(frozen=True)
class Look:
    """Colours of one page."""

    ink: str
    faint: str
    blue: str
    green: str
    weight: str
    trip: str
    held: str


LIGHT = Look("#1f2328", "#d1d9e0", "#0969da", "#1a7f37", "#818b98", "#cf222e", "#eff2f5")
DARK = Look("#f0f6fc", "#3d444d", "#4493f8", "#3fb950", "#9198a1", "#f85149", "#262c36")


@dataclass(frozen=True)
class Release:
    """What is drawn. Ratios are from 0 to 1."""

    deployment: str
    start: float
    end: float
    share: Points = ()
    """Green's part of the requests."""
    weight: Points = ()
    failures: dict[str, Points] = field(default_factory=dict)
    """By variant."""
    tripped: Points = ()
    """1 while the guard has tripped."""
    rolled_back: Points = ()


def read(prometheus: str, deployment: str, start: float, end: float, window: int) -> Release:
    """Asks Prometheus. Rates are taken over `window` seconds, in which it must have scraped twice."""
    of, step = f'{{deployment="{deployment}"}}', max((end - start) / MOST_POINTS, 0.25)

    def ask(expression: str) -> dict[str, Points]:
        """The series, by their variant."""
        parameters = urlencode({"query": expression, "start": f"{start:.3f}", "end": f"{end:.3f}", "step": f"{step:.3f}"})
        with urlopen(f"{prometheus.rstrip('/')}/api/v1/query_range?{parameters}", timeout=30) as answer:
            found = json.load(answer)["data"]["result"]
        return {one["metric"].get("variant", ""): [(at, float(value)) for at, value in one["values"] if value != "NaN"] for one in found}

    def one(expression: str) -> Points:
        return ask(expression).get("", ())

    green = f'sum(rate(bluegreen_requests_total{{deployment="{deployment}",variant="green"}}[{window}s]))'
    everybody = f"sum(rate(bluegreen_requests_total{of}[{window}s]))"
    failed, watched = (f"sum by (variant) (rate(bluegreen_{name}_total{of}[{window}s]))" for name in ("failed", "watched"))
    return Release(
        deployment,
        start,
        end,
        share=one(f"({green} or 0 * {everybody}) / ({everybody} > 0)"),
        weight=one(f"avg(bluegreen_weight_ppm{of}) / 1e6"),
        failures=ask(f"({failed} or 0 * {watched}) / ({watched} > 0)"),
        tripped=one(f"max(bluegreen_guard_tripped{of})"),
        rolled_back=one(f"max(bluegreen_rolled_back{of})"),
    )


def draw(release: Release, look: Look) -> str:
    """An SVG."""
    second = TOP + PANEL + BETWEEN
    height = second + PANEL + BOTTOM
    worst = max((value for points in release.failures.values() for _, value in points), default=0.0)
    most = next(limit for limit in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0) if worst <= limit or limit == 1.0)
    upper, lower = Panel(release, TOP, 1.0), Panel(release, second, most)
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    nothing = [] if release.failures else [_text(upper.x(release.start) + 8, second + 20, "no answers are watched: the deployment has no guard", look.ink)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title">',
            f'<title id="title">The release of {escape(release.deployment)}: the part of the requests on green, and failures by variant</title>',
            f"<style>{STYLE}</style>",
            f'<text class="head" x="16" y="26" fill="{look.ink}">{escape(release.deployment)}</text>',
            *_held(release, upper, lower, look),
            *upper.frame("requests on green", look),
            *lower.frame("answers that failed", look),
            *_times(upper, lower, look),
            upper.line(release.weight, look.weight, "4 4"),
            upper.line(release.share, look.green),
            *(lower.line(points, look.blue if variant == "blue" else look.green) for variant, points in sorted(release.failures.items())),
            *nothing,
            *_trips(release, upper, lower, look),
            *_legend(look),
            "</svg>",
            "",
        ]
    )


@dataclass(frozen=True)
class Panel:
    """One set of axes."""

    release: Release
    top: float
    most: float
    """The value at its top."""

    def x(self, at: float) -> float:
        part = (at - self.release.start) / max(self.release.end - self.release.start, 1e-9)
        return LEFT + min(max(part, 0.0), 1.0) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        return self.top + PANEL * (1 - min(max(value / self.most, 0.0), 1.0))

    def frame(self, name: str, look: Look) -> list[str]:
        parts = [f'<text class="name" x="{LEFT}" y="{self.top - 10:.1f}" fill="{look.ink}">{name}</text>']
        for part in (0, 0.5, 1):
            y = self.y(part * self.most)
            parts += [_rule(LEFT, y, WIDTH - RIGHT, y, look.faint), _text(LEFT - 8, y + 4, f"{100 * part * self.most:g} %", look.ink, "end")]
        return parts

    def line(self, points: Points, colour: str, dashes: str = "") -> str:
        """A line for each stretch without a gap."""
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        drawn = [" ".join(f"{self.x(at):.1f},{self.y(value):.1f}" for at, value in stretch) for stretch in stretches(points)]
        return "\n".join(f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="2" stroke-linejoin="round"{dashed}/>' for places in drawn)


def stretches(points: Points) -> list[Points]:
    """The points, apart where some are missing: nothing is known of what lies between."""
    usual = min((later - at for (at, _), (later, _) in pairwise(points)), default=0.0)
    ends = [number for number, ((at, _), (later, _)) in enumerate(pairwise(points), 1) if later - at > 2.5 * usual]
    return [points[first:last] for first, last in pairwise([0, *ends, len(points)])] if points else []


def spans(points: Points) -> list[tuple[float, float]]:
    """When a gauge was above 0: from the first such value to the first that is not."""
    found: list[tuple[float, float]] = []
    since = None
    for at, value in points:
        if value > 0 and since is None:
            since = at
        elif value <= 0 and since is not None:
            found.append((since, at))
            since = None
    return found if since is None else [*found, (since, points[-1][0])]


def _held(release: Release, upper: Panel, lower: Panel, look: Look) -> list[str]:
    """Behind everything: when a rollback or the guard kept everybody on blue."""
    parts = []
    for since, until in [*spans(release.rolled_back), *spans(release.tripped)]:
        x, width = upper.x(since), max(upper.x(until) - upper.x(since), 1)
        parts += [f'<rect x="{x:.1f}" y="{panel.top:.1f}" width="{width:.1f}" height="{PANEL}" fill="{look.held}"/>' for panel in (upper, lower)]
    return parts


def _trips(release: Release, upper: Panel, lower: Panel, look: Look) -> list[str]:
    parts = []
    rows: list[float] = []
    for since, _ in spans(release.tripped):
        x = upper.x(since)
        left = x - LABEL if x > WIDTH - RIGHT - LABEL else x + 6
        # In the first row in which it does not stand on another one.
        row = next((number for number, end in enumerate(rows) if end < left), len(rows))
        rows[row : row + 1] = [left + LABEL]
        parts.append(_rule(x, upper.top, x, lower.top + PANEL, look.trip, 2))
        parts.append(_text(left, upper.top + 16 + 18 * row, "the guard trips", look.trip))
    return parts


def _times(upper: Panel, lower: Panel, look: Look) -> list[str]:
    """Short releases count seconds, long ones have the time of day."""
    start, length = upper.release.start, upper.release.end - upper.release.start
    step = next((step for step in STEPS if length / step <= 8), STEPS[-1])
    first = start if length < 600 else start - start % step + step
    parts, at = [], first
    while at <= upper.release.end:
        label = f"{at - start:.0f} s" if length < 600 else time.strftime("%H:%M", time.gmtime(at))
        x = upper.x(at)
        parts += [_rule(x, lower.top + PANEL, x, lower.top + PANEL + 5, look.ink), _text(x, lower.top + PANEL + 22, label, look.ink, "middle")]
        at += step
    return parts


def _legend(look: Look) -> list[str]:
    parts, x = [], 300
    for colour, label, dashes in ((look.green, "green", ""), (look.blue, "blue", ""), (look.weight, "weight", "4 4")):
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        parts += [f'<line x1="{x}" x2="{x + 24}" y1="22" y2="22" stroke="{colour}" stroke-width="2"{dashed}/>', _text(x + 30, 26, label, look.ink)]
        x += 100
    box = f'<rect x="{x}" y="14" width="24" height="14" fill="{look.held}" stroke="{look.faint}"/>'
    return [*parts, box, _text(x + 30, 26, "everybody is held on blue", look.ink)]


def _rule(x1: float, y1: float, x2: float, y2: float, colour: str, width: int = 1) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{width}"/>'


def _text(x: float, y: float, text: str, colour: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}">{escape(text)}</text>'


def main() -> None:
    arguments = argparse.ArgumentParser(description="Draw a release as an SVG, from Prometheus.")
    arguments.add_argument("--prometheus", default="http://127.0.0.1:9090", help="its address, by default %(default)s")
    arguments.add_argument("--deployment", required=True)
    arguments.add_argument("--minutes", type=float, default=60, help="how far back, by default %(default)s")
    arguments.add_argument("--window", type=int, default=60, help="seconds over which rates are taken: at least two scrapes, by default %(default)s")
    arguments.add_argument("--dark", action="store_true", help="for dark pages")
    options = arguments.parse_args()
    end = time.time()
    release = read(options.prometheus, options.deployment, end - 60 * options.minutes, end, options.window)
    sys.stdout.write(draw(release, DARK if options.dark else LIGHT))


if __name__ == "__main__":
    main()
