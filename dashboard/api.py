"""The JSON API. Times in answers are Unix seconds, errors are {"error": text}, missing values are null.

    /api/nodes                                ids of all nodes
    /api/nodes/{node_id}                      facts of one node
    /api/nodes/{node_id}/charts               all its charts as Plotly figures by name
    /api/metrics/summary                      newest figures of all nodes
    /api/metrics/history/{node_id}            rows of the last 24 h
    /api/charts/{chart}/{node_id}             one Plotly figure
    /healthz                                  how the dashboard is

History and charts take start, end (Unix seconds) and max_points.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.charts import CHARTS, Chart, chart_columns
from dashboard.client import LeaderClient, Series
from dashboard.facts import node_facts
from dashboard.figures import figure
from dashboard.history import HISTORY_COLUMNS, history_rows
from dashboard.hub import Hub
from dashboard.mirror import Mirror, NodeView
from dashboard.params import Range, node_id_of, range_of
from mcp_telemetry._version import __version__
from mcp_telemetry.errors import InvalidQueryError, TelemetryError, UnknownNodeError

__all__ = ["Api"]

CHART_POINTS = 1000
# Rates are taken before points are left out, so that a short burst survives: an hour of seconds comes whole.
_COUNTER_POINTS = 4000

Handler = Callable[[Request], Awaitable[Any]]


class Api:
    """Answers from the mirror where it is about now, and from the leader where it is about the past."""

    def __init__(self, client: LeaderClient, mirror: Mirror, hub: Hub) -> None:
        self._client = client
        self._mirror = mirror
        self._hub = hub

    def routes(self) -> list[Route]:
        """All routes; the last answers everything else under /api/ with 404."""
        table: dict[str, Handler] = {
            "/healthz": self.health,
            "/api/nodes": self.nodes,
            "/api/nodes/{node_id}": self.node,
            "/api/nodes/{node_id}/charts": self.node_charts,
            "/api/metrics/summary": self.summary,
            "/api/metrics/history/{node_id}": self.history,
            "/api/charts/{chart}/{node_id}": self.chart,
            "/api": self.unknown,
            "/api/{rest:path}": self.unknown,
        }
        return [Route(path, _answering(handler)) for path, handler in table.items()]

    async def health(self, _request: Request) -> dict[str, Any]:
        """Whether this process is well, and whether it hears the leader."""
        mirror = self._mirror
        nodes = {"nodes": len(mirror.nodes), "refused": mirror.refused, "coalesced": mirror.coalesced}
        return {"status": "ok", "version": __version__} | mirror.status() | nodes | self._hub.figures()

    async def nodes(self, _request: Request) -> list[str]:
        """All node ids, sorted."""
        return sorted(self._mirror.known())

    async def node(self, request: Request) -> dict[str, Any]:
        """The facts of one node."""
        return node_facts(await self._client.node(node_id_of(request.path_params["node_id"])))

    async def summary(self, _request: Request) -> list[dict[str, Any]]:
        """The newest figures of every node that ever sent some, by node id."""
        return [_summary(node_id, view) for node_id, view in sorted(self._mirror.known().items()) if view.time_ms]

    async def history(self, request: Request) -> list[dict[str, Any]]:
        """Rows of one node over a stretch of time."""
        node_id = node_id_of(request.path_params["node_id"])
        wanted = range_of(request.query_params, time.time())
        series = await self._series(node_id, list(HISTORY_COLUMNS), wanted, wanted.max_points)
        return await asyncio.to_thread(history_rows, series, wanted.max_points)

    async def chart(self, request: Request) -> dict[str, Any]:
        """One chart of one node as a Plotly figure with titles and axes."""
        chart = _chart_of(request.path_params["chart"])
        node_id = node_id_of(request.path_params["node_id"])
        wanted = range_of(request.query_params, time.time(), CHART_POINTS)
        series = await self._series(node_id, chart_columns(chart), wanted, _COUNTER_POINTS)
        title = f"{chart.title} of {node_id}"
        return await asyncio.to_thread(figure, chart, series, wanted.max_points, title=title)

    async def node_charts(self, request: Request) -> dict[str, Any]:
        """All charts of one node: {"start", "end" (ms), "charts": {name: figure}}."""
        node_id = node_id_of(request.path_params["node_id"])
        wanted = range_of(request.query_params, time.time(), CHART_POINTS)
        columns = [column for chart in CHARTS.values() for column in chart_columns(chart)]
        series = await self._series(node_id, columns, wanted, _COUNTER_POINTS)
        charts = await asyncio.to_thread(_figures, series, wanted.max_points)
        return {"start": wanted.start_ns // 1_000_000, "end": wanted.end_ns // 1_000_000, "charts": charts}

    async def unknown(self, request: Request) -> dict[str, Any]:
        """Anything else."""
        raise UnknownNodeError(f"no {request.url.path!r} here: README.md lists the endpoints")

    async def _series(self, node_id: str, columns: list[str], wanted: Range, max_points: int) -> list[Series]:
        return await self._client.series(node_id, columns, wanted.start_ns, wanted.end_ns, max_points)


def _figures(series: list[Series], max_points: int) -> dict[str, Any]:
    return {key: figure(chart, series, max_points) for key, chart in CHARTS.items()}


def _chart_of(key: str) -> Chart:
    if key not in CHARTS:
        raise UnknownNodeError(f"no chart {key[:64]!r}: want one of {', '.join(CHARTS)}")
    return CHARTS[key]


def _summary(node_id: str, view: NodeView) -> dict[str, Any]:
    return {
        "node_id": node_id,
        "timestamp": view.time_ms / 1000,
        "cpu_percent": view.latest.get("cpu.percent"),
        "memory_percent": view.latest.get("memory.percent"),
        "disk_percent": view.latest.get("disk.percent"),
        "uptime": view.latest.get("uptime_seconds"),
        "requests": int(view.total("requests")),
    }


def _answering(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            content, status = await handler(request), 200
        except TelemetryError as error:
            content, status = {"error": str(error)}, _status(error)
        # Large answers are encoded off the loop, so that live pages do not wait for them.
        body = await asyncio.to_thread(orjson.dumps, content) if _is_large(content) else orjson.dumps(content)
        return Response(body, status, {"Cache-Control": "no-store"}, "application/json")

    return answer


def _is_large(content: Any) -> bool:
    return len(content) > 1000 or "charts" in content


def _status(error: TelemetryError) -> int:
    match error:
        case UnknownNodeError():
            return 404
        case InvalidQueryError():
            return 400
        case _:
            return 503
