"""The lines of a panel as Plotly figures: pure functions from series to plain dicts with numpy arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.client import Series
from dashboard.figures import gap_ms, rounded, with_gaps
from dashboard.line_names import Line, line_names, title_of
from dashboard.palette import Stroke, strokes_of
from mcp_telemetry.model.names import base_name

__all__ = ["MAX_LINES", "Drawn", "drawn_of", "highest", "in_order", "line_of", "unit_figure"]

MAX_LINES = 24
_NS_PER_MS = 1_000_000
_STEP_GAP = 1.5
_GREY, _GRID = "rgba(134,142,150,1)", "rgba(134,142,150,0.22)"

Floats = NDArray[np.float64]
Figure = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """One line with its name and stroke."""

    line: Line
    name: str
    stroke: Stroke
    series: Series


def line_of(series: Series) -> Line:
    """Whose line a series is."""
    return Line(series.column.name, series.head.node_id, tuple(label.value for label in series.head.group))


def highest(series: Iterable[Series], most: int = MAX_LINES) -> list[Series]:
    """Those of the most lines that are to be drawn: of each unit the ones with the highest peaks, units in turn."""
    ranked: dict[str, list[Series]] = {}
    for one in sorted((one for one in series if len(one.values)), key=_peak, reverse=True):
        ranked.setdefault(one.column.unit, []).append(one)
    in_turn = sorted(
        ((place, number, one) for number, each in enumerate(ranked.values()) for place, one in enumerate(each)),
        key=lambda entry: entry[:2],
    )
    return [one for _, _, one in in_turn[:most]]


def _peak(series: Series) -> float:
    values = series.values[~np.isnan(series.values)]
    return float(values.max()) if len(values) else -np.inf


def drawn_of(series: Sequence[Series], columns: Sequence[str], alone: str = "") -> list[Drawn]:
    """The series as lines, in order of the columns asked for and of their names."""
    lines = [line_of(one) for one in series]
    names = line_names(lines, alone)
    strokes = strokes_of(names)
    drawn = [Drawn(line, name, strokes[name], one) for line, name, one in zip(lines, names, series, strict=True)]
    return sorted(drawn, key=lambda each: (_place(each.line.column, columns), each.name))


def in_order(series: Iterable[Series], columns: Sequence[str]) -> list[Series]:
    """The series in the order of the columns asked for."""
    return sorted(series, key=lambda one: _place(one.column.name, columns))


def _place(column: str, columns: Sequence[str]) -> int:
    return next((place for place, name in enumerate(columns) if column == name or column.startswith(f"{name}{{")), 0)


def unit_figure(drawn: Sequence[Drawn], *, step_ms: int, is_stacked: bool, hidden: int) -> Figure:
    """A figure of lines that have one unit.

    `layout.meta`: what it is called (`title`), unit, gap_ms, hidden (how many lines are not drawn).
    `meta` of a line: its key, and the node it is of (`node_id`, empty for an aggregate).
    """
    gap = max((_gap_ms(each.series, step_ms) for each in drawn), default=0)
    if is_stacked:
        grid = _grid(drawn, step_ms)
        data = [_stacked(_trace(each, grid, _on_grid(each.series, grid, step_ms))) for each in drawn]
    else:
        data = [_trace(each, *with_gaps(each.series.times_ns, each.series.values, gap)) for each in drawn]
    if len(data) == 1 and not is_stacked:
        data = [data[0] | {"fill": "tozeroy", "fillcolor": f"{data[0]['line']['color']}24"}]
    unit = drawn[0].series.column.unit if drawn else ""
    title = title_of([base_name(each.line.column) for each in drawn])
    meta = {"title": title, "unit": unit, "gap_ms": gap, "hidden": hidden}
    return {"data": data, "layout": _layout(meta, _y_range(unit, drawn, is_stacked), has_legend=len(data) > 1)}


def _gap_ms(series: Series, step_ms: int) -> int:
    """The silence from which a line is broken: one step that is missing, where its points are steps."""
    if not series.head.step_ms:
        return max(round(step_ms * _STEP_GAP), gap_ms(series.times_ns))
    usual_ms = float(np.median(np.diff(series.times_ns))) / _NS_PER_MS if len(series.times_ns) > 1 else step_ms
    return round(max(step_ms, usual_ms) * _STEP_GAP)


def _grid(drawn: Sequence[Drawn], step_ms: int) -> NDArray[np.int64]:
    """The steps in which any of the lines has a point, ms."""
    return np.unique(np.concatenate([*(_steps(each.series, step_ms) for each in drawn), np.array([], np.int64)]))


def _trace(each: Drawn, times_ms: NDArray[np.int64], values: Floats) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": each.name,
        "x": times_ms,
        "y": rounded(values),
        "line": {"color": each.stroke.color, "dash": each.stroke.dash, "width": 1.6},
        "connectgaps": False,
        "meta": {"key": each.line.key, "node_id": each.line.node_id},
    }


def _on_grid(series: Series, grid_ms: NDArray[np.int64], step_ms: int) -> Floats:
    """The value of each step; NaN where the line has none."""
    values = np.full(len(grid_ms), np.nan)
    values[np.searchsorted(grid_ms, _steps(series, step_ms))] = series.values
    return values


def _steps(series: Series, step_ms: int) -> NDArray[np.int64]:
    return series.times_ns // _NS_PER_MS // step_ms * step_ms


def _stacked(trace: Figure) -> Figure:
    # A node that says nothing adds nothing.
    line = trace["line"] | {"width": 1}
    return trace | {"line": line, "stackgroup": "all", "stackgaps": "infer zero", "fillcolor": f"{line['color']}99"}


def _y_range(unit: str, drawn: Sequence[Drawn], is_stacked: bool) -> Mapping[str, Any]:
    """Percentages stand against 100, unless they are of more than one whole."""
    is_share = unit == "%" and not is_stacked and max((_peak(each.series) for each in drawn), default=0) <= 100
    return {"range": [0, 100]} if is_share else {"rangemode": "tozero"}


def _layout(meta: Figure, y_range: Mapping[str, Any], *, has_legend: bool) -> Figure:
    axis = {"gridcolor": _GRID, "zeroline": False, "fixedrange": True, "nticks": 6}
    return {
        "meta": meta,
        "xaxis": {"type": "date", "showgrid": False, "zeroline": False, "linecolor": _GRID, "showline": True},
        "yaxis": axis | dict(y_range),
        "margin": {"l": 52, "r": 8, "t": 8, "b": 40},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "Inter, system-ui, sans-serif", "size": 11, "color": _GREY},
        "hovermode": "x unified",
        "showlegend": has_legend,
        "uirevision": "panel",
    }
