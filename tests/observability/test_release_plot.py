"""The plot of a release: what it draws of numbers, and that it draws a real release."""

import importlib.util
import sys
import time
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.harness.observed import DEPLOYMENT, FILES, Observed
from tests.harness.process import output

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def plot() -> ModuleType:
    spec = importlib.util.spec_from_file_location("release_plot", FILES / "release_plot.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["release_plot"] = module
    spec.loader.exec_module(module)
    return module


def drawn(plot: ModuleType, look: str = "LIGHT", **series: Any) -> ElementTree.Element:
    return ElementTree.fromstring(plot.draw(plot.Release("fraud & co", 1000, 1100, **series), getattr(plot, look)))


def lines(svg: ElementTree.Element, colour: str) -> list[list[tuple[float, ...]]]:
    """The places of the lines of this colour."""
    found = [line.get("points", "").split() for line in svg.iter(f"{SVG}polyline") if line.get("stroke") == colour]
    return [[tuple(map(float, place.split(","))) for place in points] for points in found]


def texts(svg: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in svg.iter(f"{SVG}text")]


def test_a_rising_share_rises_from_left_to_right(plot: ModuleType) -> None:
    share = [(1000 + second, second / 100) for second in range(101)]
    places = next(places for places in lines(drawn(plot, share=share), plot.LIGHT.green) if places)
    assert [x for x, _ in places] == sorted(x for x, _ in places)
    assert [y for _, y in places] == sorted((y for _, y in places), reverse=True)
    assert (places[0][0], places[-1][0]) == (plot.LEFT, plot.WIDTH - plot.RIGHT)
    assert places[0][1] - places[-1][1] == plot.PANEL


def test_a_trip_is_a_line_at_its_time(plot: ModuleType) -> None:
    svg = drawn(plot, tripped=[(1000 + second, float(second >= 50)) for second in range(101)])
    [trip] = [line for line in svg.iter(f"{SVG}line") if line.get("stroke") == plot.LIGHT.trip]
    assert float(trip.get("x1", 0)) == pytest.approx((plot.LEFT + plot.WIDTH - plot.RIGHT) / 2)
    assert "the guard trips" in texts(svg)
    assert "the guard trips" not in texts(drawn(plot))


def test_everything_stays_within_the_picture(plot: ModuleType) -> None:
    beyond = [(0.0, 5.0), (5000.0, -3.0)]
    svg = drawn(plot, share=beyond, weight=beyond, failures={"blue": beyond, "green": beyond}, tripped=[(1099.0, 1.0), (1100.0, 1.0)])
    _, _, width, height = map(float, svg.get("viewBox", "").split())
    places = [place for colour in (plot.LIGHT.green, plot.LIGHT.blue, plot.LIGHT.weight) for line in lines(svg, colour) for place in line]
    assert places and all(0 <= x <= width and 0 <= y <= height for x, y in places)
    late = next(text for text in svg.iter(f"{SVG}text") if text.text == "the guard trips")
    assert float(late.get("x", 0)) + plot.LABEL <= width


def test_words_of_trips_do_not_stand_on_each_other(plot: ModuleType) -> None:
    gauge = [(1000 + second, float(second in (10, 14, 80))) for second in range(101)]
    places = [(float(text.get("x", 0)), text.get("y")) for text in drawn(plot, tripped=gauge).iter(f"{SVG}text") if text.text == "the guard trips"]
    assert len(places) == 3
    assert places[0][1] != places[1][1]
    assert places[0][1] == places[2][1]


def test_nothing_is_drawn_where_nothing_is_known(plot: ModuleType) -> None:
    share = [(1000 + second, 0.5) for second in range(101) if not 40 < second < 60]
    assert [len(places) for places in lines(drawn(plot, share=share), plot.LIGHT.green) if places] == [41, 41]
    assert plot.stretches([]) == []
    assert plot.stretches([(1.0, 2.0)]) == [[(1.0, 2.0)]]


def test_a_release_without_a_guard_says_so(plot: ModuleType) -> None:
    assert any("no guard" in text for text in texts(drawn(plot)))


def test_light_and_dark_differ_in_colours_alone(plot: ModuleType) -> None:
    light, dark = (drawn(plot, look, share=[(1000, 0.1), (1100, 0.2)]) for look in ("LIGHT", "DARK"))
    assert texts(light) == texts(dark)
    assert {line.get("stroke") for line in light.iter(f"{SVG}line")}.isdisjoint({line.get("stroke") for line in dark.iter(f"{SVG}line")})


def test_spans_begin_and_end_where_the_gauge_changes(plot: ModuleType) -> None:
    assert plot.spans([(1, 0), (2, 1), (3, 1), (4, 0), (5, 1), (6, 1)]) == [(2, 4), (5, 6)]
    assert plot.spans([]) == []


def test_a_real_release_is_drawn_with_its_trip(observed: Observed, plot: ModuleType) -> None:
    release = plot.read(f"http://127.0.0.1:{observed.prometheus.port}", DEPLOYMENT, observed.began, time.time(), 4)
    assert max(value for _, value in release.share) > 0.2
    assert max(value for _, value in release.failures["green"]) > 0.1
    assert max(value for _, value in release.failures["blue"]) == 0
    assert len(plot.spans(release.tripped)) == 1
    assert max(value for _, value in release.weight) == pytest.approx(0.5)


def test_the_program_writes_an_svg(observed: Observed) -> None:
    address = f"http://127.0.0.1:{observed.prometheus.port}"
    command = [sys.executable, FILES / "release_plot.py", "--prometheus", address, "--deployment", DEPLOYMENT, "--minutes", "2", "--window", "4", "--dark"]
    svg = output(command)
    assert ElementTree.fromstring(svg).tag == f"{SVG}svg"
    (observed.prometheus.directory / "release.svg").write_text(svg)
