"""The lines of a panel as figures: named, coloured, bounded, honest about gaps."""

from __future__ import annotations

from typing import Any

import orjson
import plotly.graph_objects as go

from dashboard.client import Series
from dashboard.panel_figure import MAX_LINES, drawn_of, highest, unit_figure
from tests.dashboard.panel_making import START_MS, of_group, of_node


def drawn(*series: Series, step_ms: int = 0, is_stacked: bool = False) -> Any:
    """The figure after its way as JSON."""
    figure = unit_figure(drawn_of(series, [], "p95"), step_ms=step_ms, is_stacked=is_stacked, hidden=3)
    return orjson.loads(orjson.dumps(figure, option=orjson.OPT_SERIALIZE_NUMPY))


def test_a_line_has_a_key_a_name_and_points_in_epoch_milliseconds() -> None:
    figure = drawn(of_node("a", "cpu.percent", [1, 2]), of_node("b", "cpu.percent", [3, 4]))
    first, second = figure["data"]
    assert (first["name"], first["y"]) == ("a", [1, 2])
    assert first["meta"] == {"key": "a cpu.percent", "node_id": "a"}
    assert first["x"] == [START_MS, START_MS + 1000]
    assert first["line"] != second["line"]
    assert figure["layout"]["meta"] == {"title": "CPU", "unit": "%", "gap_ms": 0, "hidden": 3}
    go.Figure(figure)


def test_a_silence_breaks_the_line() -> None:
    values = of_node("a", "cpu.percent", [1] * 10)
    values.times_ns[5:] += 60 * 10**9
    (line,) = drawn(values)["data"]
    assert line["y"].count(None) == 1


def test_a_step_that_is_missing_breaks_the_line() -> None:
    steps = of_group("cpu.percent", [1] * 10)
    steps.times_ns[5:] += 5 * 10**9
    (line,) = drawn(steps, step_ms=5000)["data"]
    assert line["y"].count(None) == 1
    assert line["name"] == "p95"


def test_percentages_stand_against_a_hundred_as_long_as_they_fit() -> None:
    assert drawn(of_node("a", "cpu.percent", [1, 50]))["layout"]["yaxis"]["range"] == [0, 100]
    assert "range" not in drawn(of_group("cpu.percent", [1, 250]))["layout"]["yaxis"]
    assert "range" not in drawn(of_node("a", "requests{x}", [1]))["layout"]["yaxis"]


def test_areas_on_each_other_have_the_same_times() -> None:
    early, late = of_node("a", "cpu.percent", [1] * 12), of_node("b", "cpu.percent", [2] * 5, step_s=2.5)
    late.times_ns[:] += 400 * 10**6
    first, second = drawn(early, late, step_ms=5000, is_stacked=True)["data"]
    assert first["x"] == second["x"] == [START_MS, START_MS + 5000, START_MS + 10_000]
    assert (first["y"], second["y"]) == ([1, 1, 1], [2, 2, 2])
    assert {line["stackgroup"] for line in (first, second)} == {"all"}


def test_who_says_nothing_any_more_adds_nothing() -> None:
    gone, here = of_node("a", "cpu.percent", [1] * 5), of_node("b", "cpu.percent", [2] * 60)
    first, _ = drawn(gone, here, step_ms=5000, is_stacked=True)["data"]
    assert first["y"][0] == 1
    assert first["y"][-1] is None


def test_of_too_many_lines_those_with_the_highest_peaks_are_drawn() -> None:
    series = [of_node(f"n{number}", "cpu.percent", [number, 0]) for number in range(40)]
    assert {one.head.node_id for one in highest(series)} == {f"n{number}" for number in range(40 - MAX_LINES, 40)}


def test_units_take_turns() -> None:
    large = [of_node(f"n{number}", "network.bytes_sent", [1e9]) for number in range(40)]
    small = [of_node(f"n{number}", "cpu.percent", [5]) for number in range(2)]
    shown = highest([*large, *small])
    assert len(shown) == MAX_LINES
    assert sum(one.column.unit == "%" for one in shown) == 2


def test_lines_stand_in_the_order_of_the_columns_asked_for() -> None:
    series = [of_node("a", "memory.percent", [1]), of_node("a", "cpu.percent", [1]), of_node("a", "cpu.x{b}", [1])]
    ordered = drawn_of(series, ["cpu", "cpu.x", "cpu.percent", "memory.percent"])
    assert [each.line.column for each in ordered] == ["cpu.x{b}", "cpu.percent", "memory.percent"]
