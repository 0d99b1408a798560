"""From series to Plotly figures: pure functions that give plain dicts, with numpy arrays where the points are.

orjson writes the arrays as plain lists: a figure whose arrays travel as base64 cannot be extended in the browser, and a
`go.Figure` costs twenty times as much. x is epoch milliseconds everywhere: the browser draws it in its own zone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.charts import Chart, Trace, trace_of
from dashboard.client import Series
from dashboard.palette import Stroke, strokes_of

__all__ = ["MAX_TRACES", "Figure", "figure", "gap_ms", "rounded", "with_gaps"]

MAX_TRACES = 12
_GAP_FACTOR = 3.5
_DIGITS = 6
_NS_PER_MS = 1_000_000
_GREY, _GRID = "rgba(134,142,150,1)", "rgba(134,142,150,0.22)"

Figure = dict[str, Any]


def figure(chart: Chart, series: Iterable[Series], *, title: str = "") -> Figure:
    """A Plotly figure object {"data", "layout"}; `title` is drawn above it, where no page does that.

    Each series is drawn as it is: gauges, and counters as the rates the leader made of them.

    `layout.meta` says what live updates need: the chart's key and unit, the silence in ms from which a line is broken
    (`gap_ms`), and how many lines were left out because there were more than MAX_TRACES (`hidden`).
    """
    lines = [line for one in series if (line := _line(chart, one)) is not None]
    lines.sort(key=lambda line: line.weight, reverse=True)
    shown = sorted(lines[:MAX_TRACES], key=lambda line: (chart.traces.index(line.trace), _natural(line.name)))
    gap = max((line.gap_ms for line in shown), default=0)
    strokes = strokes_of(line.name for line in shown if not line.trace.color)
    data = [_drawn(line, chart, strokes.get(line.name)) for line in shown]
    unit = chart.unit or next((line.unit for line in shown), "")
    return {"data": data, "layout": _layout(chart, unit, title, gap, len(lines) - len(shown))}


def rounded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """float64 of any shape to six digits, however small they are; whole numbers stay as they are."""
    with np.errstate(divide="ignore", invalid="ignore"):
        magnitude = np.floor(np.log10(np.abs(values)))
        decimals = np.clip(_DIGITS - 1 - np.where(np.isfinite(magnitude), magnitude, 0), 0, 12)
        factor = 10.0**decimals
        return np.asarray(np.round(values * factor) / factor)


def _natural(name: str) -> tuple[int, str]:
    """Core 10 comes after core 2."""
    number = name.removeprefix("Core ")
    return (int(number), name) if number.isdecimal() else (0, name)


def gap_ms(times_ns: NDArray[np.int64]) -> int:
    """The silence from which a line is broken: a few times the usual distance of its points; 0 if nobody knows."""
    if len(times_ns) < 3:
        return 0
    # Thinned points come in pairs of uneven distance, so the usual one is taken over two steps.
    return int(np.median(times_ns[2:] - times_ns[:-2]) / 2 * _GAP_FACTOR / _NS_PER_MS)


def with_gaps(
    times_ns: NDArray[np.int64], values: NDArray[np.float64], gap: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """(epoch ms, values) with a NaN inside each silence of more than `gap` ms: a line is not drawn through it."""
    times_ms = times_ns // _NS_PER_MS
    breaks = np.flatnonzero(np.diff(times_ms) > gap) + 1 if gap else np.array([], np.intp)
    return np.insert(times_ms, breaks, times_ms[breaks - 1] + 1), np.insert(values, breaks, np.nan)


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    name: str
    key: str
    unit: str
    trace: Trace
    x: NDArray[np.int64]
    y: NDArray[np.float64]
    gap_ms: int
    weight: float


def _line(chart: Chart, series: Series) -> _Line | None:
    found = trace_of(chart, series.column.name)
    if found is None or not len(series.values):
        return None
    name, trace = found
    gap = gap_ms(series.times_ns)
    unit = chart.unit or series.column.unit
    x, y = with_gaps(series.times_ns, rounded(series.values), gap)
    return _Line(name, series.column.name, unit, trace, x, y, gap, float(np.nansum(series.values)))


def _drawn(line: _Line, chart: Chart, stroke: Stroke | None) -> Figure:
    color, dash = stroke or (line.trace.color, "solid")
    area = {"fill": "tozeroy", "fillcolor": f"{color}24"} if chart.is_filled else {}
    stacked = {"stackgroup": "all", "stackgaps": "infer zero", "fillcolor": f"{color}99"} if chart.is_stacked else {}
    return (area | stacked) | {
        "type": "scatter",
        "mode": "lines",
        "name": line.name,
        "x": line.x,
        "y": line.y,
        "line": {"color": color, "dash": dash, "width": 1.6},
        "connectgaps": False,
        "hovertemplate": f"{_HOVER.get(line.unit, _PLAIN_HOVER)}<extra>%{{fullData.name}}</extra>",
        "meta": {"key": line.key},
    }


_HOVER = {"%": "%{y:.1f} %", "By/s": "%{y:.3s}B/s", "By": "%{y:.3s}B", "s": "%{y:.3s}s", "Cel": "%{y:.1f} °C"}
_PLAIN_HOVER = "%{y:.3~s}"
_AXIS_TITLES = {
    "%": "percent",
    "By": "bytes",
    "By/s": "bytes per second",
    "s": "seconds",
    "s/s": "seconds per second",
    "s{cpu}/s": "seconds of a processor per second",
    "Cel": "degrees Celsius",
    "1": "value",
}
_TICK_FORMATS = {"%": "d", "By/s": "~s", "By": "~s", "s": "~s"}
_TICK_SUFFIXES = {"By/s": "B/s", "By": "B", "s": "s"}


def _axis_title(unit: str) -> str:
    """`{request}/s` is "requests per second"."""
    if unit in _AXIS_TITLES:
        return _AXIS_TITLES[unit]
    counted, per, time = unit.partition("/")
    words = f"{counted[1:-1]}s" if counted.startswith("{") else counted
    return f"{words} per second" if per and time == "s" else words or "value"


def _layout(chart: Chart, unit: str, title: str, gap: int, hidden: int) -> Figure:
    titled = bool(title)
    return {
        "title": {"text": title},
        "meta": {"chart": chart.key, "unit": unit, "gap_ms": gap, "hidden": hidden},
        "xaxis": {"type": "date", "title": {"text": "Time (your zone)" if titled else ""}} | _X_AXIS,
        "yaxis": _y_axis(chart, unit, titled),
        "margin": {"l": 64, "r": 16, "t": 56, "b": 56} if titled else {"l": 52, "r": 8, "t": 8, "b": 40},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "Inter, system-ui, sans-serif", "size": 11, "color": _GREY},
        "hovermode": "x unified",
        "showlegend": not chart.is_filled,
        "legend": {"orientation": "h", "x": 1, "xanchor": "right", "y": 1, "yanchor": "bottom"},
        "uirevision": chart.key,
    }


_X_AXIS: Figure = {"gridcolor": _GRID, "showgrid": False, "zeroline": False, "linecolor": _GRID, "showline": True}


def _y_axis(chart: Chart, unit: str, titled: bool) -> Figure:
    axis: Figure = {
        "gridcolor": _GRID,
        "zeroline": False,
        "tickformat": _TICK_FORMATS.get(unit, "~g"),
        "ticksuffix": _TICK_SUFFIXES.get(unit, ""),
        "fixedrange": True,
        "nticks": 6,
    }
    axis |= {"range": [0, 100]} if _is_share(chart) else {"rangemode": "tozero"}
    return axis | {"title": {"text": _axis_title(unit) if titled else ""}}


def _is_share(chart: Chart) -> bool:
    """Of one whole. What a program takes may be of several processors."""
    return chart.unit == "%" and chart.key != "process_cpu"
