"""Charts of one node as Plotly figures."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from starlette.requests import Request

from dashboard.api.answers import encoded, max_age_s
from dashboard.api.endpoint import Answer, Endpoint, Parameter, Sources
from dashboard.api.parameters import NODE, range_parameters
from dashboard.api.problems import UnknownChartError
from dashboard.api.schema import COUNT, Schema, listed, mapped, one_of, record
from dashboard.charts import CHARTS, Chart, chart_columns
from dashboard.client import Series
from dashboard.figures import figure
from dashboard.params import Range, node_id_of, range_of
from dashboard.queries import DEFAULT_POINTS, chart_requests

__all__ = ["ENDPOINTS", "FIGURE"]


async def chart(sources: Sources, request: Request) -> Answer:
    """One chart of one node as a Plotly figure with title, units and axes."""
    wanted_chart = _chart_of(request.path_params["chart"])
    node_id = node_id_of(request.path_params["node_id"])
    wanted = range_of(request.query_params, time.time(), DEFAULT_POINTS)
    series = await _drawn(sources, node_id, chart_columns(wanted_chart), wanted)
    title = f"{wanted_chart.title} of {node_id}"
    content = await asyncio.to_thread(lambda: encoded(figure(wanted_chart, series, title=title)))
    return Answer(content, max_age_s=max_age_s(wanted))


async def node_charts(sources: Sources, request: Request) -> Answer:
    """All charts of one node: {"start", "end" (ms), "charts": {name: figure}}."""
    node_id = node_id_of(request.path_params["node_id"])
    wanted = range_of(request.query_params, time.time(), DEFAULT_POINTS)
    columns = [column for each in CHARTS.values() for column in chart_columns(each)]
    series = await _drawn(sources, node_id, columns, wanted)
    return Answer(await asyncio.to_thread(_encoded_charts, series, wanted), max_age_s=max_age_s(wanted))


async def _drawn(sources: Sources, node_id: str, columns: Sequence[str], wanted: Range) -> list[Series]:
    requests = chart_requests(node_id, columns, wanted)
    answers = await asyncio.gather(*map(sources.client.series, requests))
    return [series for answer in answers for series in answer]


def _encoded_charts(series: list[Series], wanted: Range) -> bytes:
    charts = {key: figure(each, series) for key, each in CHARTS.items()}
    span = {"start": wanted.start_ns // 1_000_000, "end": wanted.end_ns // 1_000_000}
    return encoded(span | {"charts": charts})


def _chart_of(key: str) -> Chart:
    if key not in CHARTS:
        raise UnknownChartError(f"no chart {key[:64]!r}: want one of {', '.join(CHARTS)}")
    return CHARTS[key]


FIGURE: Schema = record(
    {"data": listed({"type": "object"}), "layout": {"type": "object"}},
    description="A Plotly figure: `plotly.io.from_json` and `Plotly.react` take it as it is. x is milliseconds since "
    "1970, counters are drawn as rates, and a null breaks the line where nothing came.",
)
_CHART = Parameter("chart", "Which chart", one_of(*CHARTS), example="cpu", is_required=True, place="path")

ENDPOINTS = (
    Endpoint(
        "/api/charts/{chart}/{node_id}",
        chart,
        "One chart of one node as a Plotly figure with title, units and axes",
        FIGURE,
        parameters=(_CHART, NODE, *range_parameters(DEFAULT_POINTS)),
        problems=(404, 503),
    ),
    Endpoint(
        "/api/nodes/{node_id}/charts",
        node_charts,
        "All charts of one node as Plotly figures, by name",
        record({"start": COUNT, "end": COUNT, "charts": mapped(FIGURE)}),
        description="`start` and `end` are milliseconds since 1970.",
        parameters=(NODE, *range_parameters(DEFAULT_POINTS)),
        problems=(404, 503),
    ),
)
