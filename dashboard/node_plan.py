"""What a node page consists of: the sections and charts of what its node reports, and what it does not report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from dashboard.chart_table import CHARTS, DERIVED, SECTIONS, Section
from dashboard.charts import Chart, Trace, chart_columns
from dashboard.durations import is_bucket, sum_of, without_part
from mcp_telemetry.model.columns import Column, Kind
from mcp_telemetry.model.names import base_name

__all__ = ["MOST_CUSTOM", "chart_of", "is_derived", "plan_of"]

# More would be a page nobody reads; the rest is said to be left out.
MOST_CUSTOM = 60
_CUSTOM = "custom."


def plan_of(columns: Sequence[Column]) -> dict[str, Any]:
    """{"sections": [{key, title, charts: [{key, title, unit, columns, is_live}]}], "absent": [title], "hidden": n}.

    columns: base names, of which every label is drawn; absent: charts for which the node reports nothing; hidden: how
    many charts of columns of its own are left out
    """
    bases = {base_name(column.name) for column in columns}
    own = _own_charts(columns)
    known = [_reported(section, bases) for section in SECTIONS]
    sections = [*known[:-1], Section("custom", "Own metrics", tuple(own[:MOST_CUSTOM])), known[-1]]
    drawn = {chart.key for section in known for chart in section.charts}
    return {
        "sections": [_described(section, columns) for section in sections if section.charts],
        "absent": [chart.title for chart in CHARTS.values() if chart.key not in drawn],
        "hidden": max(0, len(own) - MOST_CUSTOM),
    }


def chart_of(key: str) -> Chart | None:
    """The chart of this key: one of the table, or that of a column which has none there; None if it may be neither."""
    if key in CHARTS:
        return CHARTS[key]
    if "{" in key or not key.startswith(_CUSTOM):
        return None
    title = f"{without_part(key)}, 95th percentile" if is_bucket(key) else key
    return Chart(key, title.removeprefix(_CUSTOM), "", (Trace(key, per_label=True),))


def is_derived(chart: Chart) -> bool:
    """Whether its lines are computed from the increases of its columns."""
    return chart.key in DERIVED or is_bucket(chart.key)


def _reported(section: Section, bases: set[str]) -> Section:
    charts = tuple(chart for chart in section.charts if bases.intersection(chart_columns(chart)))
    return Section(section.key, section.title, charts)


def _own_charts(columns: Iterable[Column]) -> list[Chart]:
    bases = sorted({base_name(column.name) for column in columns if column.name.startswith(_CUSTOM)})
    return [chart for base in bases if (chart := chart_of(base)) is not None]


def _described(section: Section, columns: Sequence[Column]) -> dict[str, Any]:
    measured = {base_name(column.name): column.unit for column in columns}
    units = {base_name(column.name): _unit(column) for column in columns}
    units |= {base: measured.get(sum_of(base), "") for base in units if is_bucket(base)}
    charts = [
        {
            "key": chart.key,
            "title": chart.title,
            "unit": chart.unit or units.get(chart.key, ""),
            "columns": chart_columns(chart),
            "is_live": not is_derived(chart),
        }
        for chart in section.charts
    ]
    return {"key": section.key, "title": section.title, "charts": charts}


def _unit(column: Column) -> str:
    return f"{column.unit or '1'}/s" if column.kind is Kind.COUNTER else column.unit
