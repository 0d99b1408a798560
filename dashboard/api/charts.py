"""Charts of one node as Plotly figures."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from typing import Any

from starlette.requests import Request

from dashboard.api.answers import encoded, max_age_s
from dashboard.api.endpoint import Answer, Endpoint, Parameter, Sources
from dashboard.api.parameters import NODE, range_parameters
from dashboard.api.problems import UnknownChartError
from dashboard.api.schema import BOOLEAN, COUNT, TEXT, Schema, listed, mapped, one_of, record
from dashboard.chart_table import CHARTS, DERIVED
from dashboard.charts import Chart, chart_columns
from dashboard.client import Series, column_of
from dashboard.figures import figure
from dashboard.node_figures import figures_of, questions_of
from dashboard.node_plan import chart_of, plan_of
from dashboard.params import Range, node_id_of, range_of, texts_of
from dashboard.queries import DEFAULT_POINTS, chart_requests
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["ENDPOINTS", "FIGURE"]


async def chart(sources: Sources, request: Request) -> Answer:
    """One chart of one node as a Plotly figure with title, units and axes."""
    key = request.path_params["chart"]
    wanted_chart = _chart_of(key, _SINGLE.get(key), _SINGLE)
    node_id = node_id_of(request.path_params["node_id"])
    wanted = range_of(request.query_params, time.time(), DEFAULT_POINTS, MOST_POINTS)
    series = await _drawn(sources, node_id, chart_columns(wanted_chart), wanted)
    title = f"{wanted_chart.title} of {node_id}"
    content = await asyncio.to_thread(lambda: encoded(figure(wanted_chart, series, title=title)))
    return Answer(content, max_age_s=max_age_s(wanted))


async def node_charts(sources: Sources, request: Request) -> Answer:
    """Some or all charts of one node: {"start", "end" (ms), "charts": {name: figure}}."""
    node_id = node_id_of(request.path_params["node_id"])
    wanted = range_of(request.query_params, time.time(), DEFAULT_POINTS, MOST_POINTS)
    keys = texts_of(request.query_params, "chart", MOST_CHARTS) or list(CHARTS)
    charts = [_chart_of(key, chart_of(key), CHARTS) for key in dict.fromkeys(keys)]
    questions = questions_of(node_id, charts, wanted)
    answers = await asyncio.gather(*(sources.client.series(question.request) for question in questions))
    span = {"start": wanted.start_ns // 1_000_000, "end": wanted.end_ns // 1_000_000}
    content = await asyncio.to_thread(lambda: encoded(span | {"charts": figures_of(charts, questions, answers)}))
    return Answer(content, max_age_s=max_age_s(wanted))


async def node_plan(sources: Sources, request: Request) -> dict[str, Any]:
    """Which charts one node has, in sections."""
    node_id = node_id_of(request.path_params["node_id"])
    uses = await sources.client.columns(pb.ListColumnsRequest(node_ids=[node_id]))
    return plan_of([column_of(use.column) for use in uses])


async def _drawn(sources: Sources, node_id: str, columns: Sequence[str], wanted: Range) -> list[Series]:
    requests = chart_requests(node_id, columns, wanted)
    answers = await asyncio.gather(*map(sources.client.series, requests))
    return [series for answer in answers for series in answer]


def _chart_of(key: str, chart: Chart | None, there_are: Iterable[str]) -> Chart:
    if chart is None:
        raise UnknownChartError(f"no chart {key[:64]!r}: want one of {', '.join(there_are)}")
    return chart


# What one column alone gives: the others are made of steps of several.
_SINGLE = {key: each for key, each in CHARTS.items() if key not in DERIVED}
MOST_CHARTS = 100
# Finer than any screen. All charts of a node share two million points, and it may have some hundred lines.
MOST_POINTS = 10_000


FIGURE: Schema = record(
    {"data": listed({"type": "object"}), "layout": {"type": "object"}},
    description="A Plotly figure: `plotly.io.from_json` and `Plotly.react` take it as it is. x is milliseconds since "
    "1970, counters are drawn as rates, and a null breaks the line where nothing came.",
)
_CHART = Parameter("chart", "Which chart", one_of(*_SINGLE), example="cpu", is_required=True, place="path")
_CHARTS = Parameter(
    "chart",
    "Only these charts: keys of the plan; by default all but those of own metrics",
    TEXT | {"minLength": 1},
    example="cpu",
    most=MOST_CHARTS,
)
_PLANNED = record({"key": TEXT, "title": TEXT, "unit": TEXT, "columns": listed(TEXT), "is_live": BOOLEAN})
_SECTION = record({"key": TEXT, "title": TEXT, "charts": listed(_PLANNED)})

ENDPOINTS = (
    Endpoint(
        "/api/charts/{chart}/{node_id}",
        chart,
        "One chart of one node as a Plotly figure with title, units and axes",
        FIGURE,
        parameters=(_CHART, NODE, *range_parameters(DEFAULT_POINTS, MOST_POINTS)),
        problems=(404, 503),
    ),
    Endpoint(
        "/api/nodes/{node_id}/charts",
        node_charts,
        "Charts of one node as Plotly figures, by name",
        record({"start": COUNT, "end": COUNT, "charts": mapped(FIGURE)}),
        description="`start` and `end` are milliseconds since 1970. At most two million points in all.",
        parameters=(NODE, _CHARTS, *range_parameters(DEFAULT_POINTS, MOST_POINTS)),
        problems=(404, 503),
    ),
    Endpoint(
        "/api/nodes/{node_id}/plan",
        node_plan,
        "Which charts one node has, in sections, and for which it reports nothing",
        record({"sections": listed(_SECTION), "absent": listed(TEXT), "hidden": COUNT}),
        description="`columns` are base names, of which every label is drawn; `hidden` counts charts of columns of the "
        "node's own beyond the first 60.",
        parameters=(NODE,),
        problems=(404, 503),
        is_tagged=True,
    ),
)
