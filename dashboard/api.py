"""The JSON API. Times in answers are Unix seconds, errors are {"error": text}, missing values are null.

    /api/nodes                                ids of all nodes
    /api/nodes/{node_id}                      facts of one node
    /api/nodes/{node_id}/charts               all its charts as Plotly figures by name
    /api/losses                               what was lost of each node
    /api/leader                               how the leader is: faults, rates, and how much it holds
    /api/query                                any columns of any nodes over time
    /api/panel                                the same, drawn: Plotly figures and newest values
    /api/fleet                                state and labels of all nodes
    /api/metrics/summary                      newest figures of all nodes
    /api/metrics/history/{node_id}            rows of the last 24 h
    /api/charts/{chart}/{node_id}             one Plotly figure
    /healthz                                  how the dashboard is

Queries, history and charts take start, end (Unix seconds) and max_points.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.charts import CHARTS, Chart, chart_columns
from dashboard.client import LeaderClient, Series
from dashboard.facts import node_facts, node_labels, node_losses
from dashboard.figures import figure
from dashboard.history import HISTORY_COLUMNS, history_rows
from dashboard.hub import Hub
from dashboard.mirror import Mirror, NodeView
from dashboard.panel_answer import Asked, ask, labelled_nodes, panel_answer
from dashboard.panels import panel_of
from dashboard.params import Range, node_id_of, range_of
from dashboard.queries import DEFAULT_POINTS, answer_of, chart_requests, plain_request, request_of
from dashboard.system import leader_facts
from mcp_telemetry._version import __version__
from mcp_telemetry.errors import InvalidQueryError, TelemetryError, UnknownNodeError

__all__ = ["Api"]

_ROWS_AT_ONCE = 5000
_MOST_AT_ONCE = 1000

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
            "/api/losses": self.losses,
            "/api/leader": self.leader,
            "/api/query": self.query,
            "/api/panel": self.panel,
            "/api/fleet": self.fleet,
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

    async def losses(self, _request: Request) -> list[dict[str, Any]]:
        """What was lost of each node since the leader first saw it, by node id."""
        nodes = await self._client.nodes()
        return await asyncio.to_thread(lambda: [{"node_id": node.node_id} | node_losses(node) for node in nodes])

    async def leader(self, _request: Request) -> dict[str, Any]:
        """How the leader is: what went wrong since its start, what it does, and how much it holds."""
        return leader_facts(self._client.address, await self._client.health(), self._mirror, self._hub.figures())

    async def query(self, request: Request) -> bytes:
        """Any columns of any nodes: {"series": [...]}."""
        series = await self._client.series(request_of(request.query_params, time.time()))
        return await asyncio.to_thread(answer_of, series)

    async def panel(self, request: Request) -> bytes:
        """Any columns of any nodes as figures and values: see panel_answer.py."""
        wanted = range_of(request.query_params, time.time(), DEFAULT_POINTS)
        panel, nodes = panel_of(request.query_params), self._mirror.known()
        asked = Asked.of(panel, wanted, self._mirror.leader_now_ms(), labelled_nodes(panel, nodes))
        series = await ask(self._client, asked)
        return await asyncio.to_thread(lambda: _encoded(panel_answer(asked, series)))

    async def fleet(self, _request: Request) -> list[dict[str, Any]]:
        """State and labels of every node, by node id."""
        return [node_labels(view.info) for _, view in sorted(self._mirror.known().items())]

    async def summary(self, _request: Request) -> list[dict[str, Any]]:
        """The newest figures of every node that ever sent some, by node id."""
        return [_summary(node_id, view) for node_id, view in sorted(self._mirror.known().items()) if view.time_ms]

    async def history(self, request: Request) -> bytes:
        """Rows of one node over a stretch of time."""
        node_id = node_id_of(request.path_params["node_id"])
        wanted = range_of(request.query_params, time.time())
        series = await self._client.series(plain_request([node_id], HISTORY_COLUMNS, wanted))
        return await asyncio.to_thread(_encoded_rows, series, wanted.max_points)

    async def chart(self, request: Request) -> bytes:
        """One chart of one node as a Plotly figure with titles and axes."""
        chart = _chart_of(request.path_params["chart"])
        node_id = node_id_of(request.path_params["node_id"])
        wanted = range_of(request.query_params, time.time(), DEFAULT_POINTS)
        series = await self._drawn(node_id, chart_columns(chart), wanted)
        title = f"{chart.title} of {node_id}"
        return await asyncio.to_thread(lambda: _encoded(figure(chart, series, title=title)))

    async def node_charts(self, request: Request) -> bytes:
        """All charts of one node: {"start", "end" (ms), "charts": {name: figure}}."""
        node_id = node_id_of(request.path_params["node_id"])
        wanted = range_of(request.query_params, time.time(), DEFAULT_POINTS)
        columns = [column for chart in CHARTS.values() for column in chart_columns(chart)]
        series = await self._drawn(node_id, columns, wanted)
        return await asyncio.to_thread(_encoded_charts, series, wanted)

    async def unknown(self, request: Request) -> dict[str, Any]:
        """Anything else."""
        raise UnknownNodeError(f"no {request.url.path!r} here: README.md lists the endpoints")

    async def _drawn(self, node_id: str, columns: Sequence[str], wanted: Range) -> list[Series]:
        requests = chart_requests(node_id, columns, wanted)
        answers = await asyncio.gather(*map(self._client.series, requests))
        return [series for answer in answers for series in answer]


def _encoded(content: Any) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY)


def _encoded_charts(series: list[Series], wanted: Range) -> bytes:
    charts = {key: figure(chart, series) for key, chart in CHARTS.items()}
    span = {"start": wanted.start_ns // 1_000_000, "end": wanted.end_ns // 1_000_000}
    return _encoded(span | {"charts": charts})


def _encoded_rows(series: list[Series], max_points: int) -> bytes:
    """Some rows at a time: nothing else runs in this process while orjson writes."""
    rows = history_rows(series, max_points)
    parts = [_encoded(rows[first : first + _ROWS_AT_ONCE])[1:-1] for first in range(0, len(rows), _ROWS_AT_ONCE)]
    return b"[" + b",".join(parts) + b"]"


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
    """Makes answers of what handlers return: JSON bytes, or small values to be written as JSON."""

    async def answer(request: Request) -> Response:
        try:
            content, status = await handler(request), 200
        except TelemetryError as error:
            content, status = {"error": str(error)}, _status(error)
        if not isinstance(content, bytes):
            # Those of a large fleet are encoded off the loop, so that live pages do not wait for them.
            content = await asyncio.to_thread(_encoded, content) if len(content) > _MOST_AT_ONCE else _encoded(content)
        return Response(content, status, {"Cache-Control": "no-store"}, "application/json")

    return answer


def _status(error: TelemetryError) -> int:
    match error:
        case UnknownNodeError():
            return 404
        case InvalidQueryError():
            return 400
        case _:
            return 503
