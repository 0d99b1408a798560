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

from dashboard.charts import PALETTE, Chart, Trace, trace_of
from dashboard.client import Series

__all__ = ["MAX_TRACES", "figure", "gap_ms", "with_gaps"]

MAX_TRACES = 12
_GAP_FACTOR = 3.5
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
    shown = sorted(lines[:MAX_TRACES], key=lambda line: (chart.traces.index(line.trace), line.name))
    gap = max((line.gap_ms for line in shown), default=0)
    data = [_drawn(line, chart, index) for index, line in enumerate(shown)]
    return {"data": data, "layout": _layout(chart, title, gap, len(lines) - len(shown))}


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
    return np.insert(times_ms, breaks, times_ms[breaks - 1] + 1), np.insert(np.round(values, 3), breaks, np.nan)


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    name: str
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
    x, y = with_gaps(series.times_ns, series.values, gap)
    return _Line(name, trace, x, y, gap, float(np.nansum(series.values)))


def _drawn(line: _Line, chart: Chart, index: int) -> Figure:
    color = PALETTE[index % len(PALETTE)] if line.trace.per_label else line.trace.color
    area = {"fill": "tozeroy", "fillcolor": f"{color}24"} if chart.is_filled else {}
    return area | {
        "type": "scatter",
        "mode": "lines",
        "name": line.name,
        "x": line.x,
        "y": line.y,
        "line": {"color": color, "width": 1.6},
        "connectgaps": False,
        "hovertemplate": _HOVER[chart.unit],
        "meta": {"key": line.name},
    }


_HOVER = {
    "%": "%{y:.1f} %<extra>%{fullData.name}</extra>",
    "By/s": "%{y:.3s}B/s<extra>%{fullData.name}</extra>",
    "{request}/s": "%{y:.2~f} /s<extra>%{fullData.name}</extra>",
}
_AXIS_TITLES = {"%": "percent", "By/s": "bytes per second", "{request}/s": "requests per second"}
_TICK_FORMATS = {"%": "d", "By/s": "~s", "{request}/s": "~g"}


def _layout(chart: Chart, title: str, gap: int, hidden: int) -> Figure:
    titled = bool(title)
    return {
        "title": {"text": title},
        "meta": {"chart": chart.key, "unit": chart.unit, "gap_ms": gap, "hidden": hidden},
        "xaxis": {"type": "date", "title": {"text": "Time (your zone)" if titled else ""}} | _X_AXIS,
        "yaxis": _y_axis(chart, titled),
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


def _y_axis(chart: Chart, titled: bool) -> Figure:
    axis: Figure = {
        "gridcolor": _GRID,
        "zeroline": False,
        "tickformat": _TICK_FORMATS[chart.unit],
        "ticksuffix": "B/s" if chart.unit == "By/s" else "",
        "fixedrange": True,
        "nticks": 6,
    }
    axis |= {"range": [0, 100]} if chart.unit == "%" else {"rangemode": "tozero"}
    return axis | {"title": {"text": _AXIS_TITLES[chart.unit] if titled else ""}}
