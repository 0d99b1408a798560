"""The figures that people ask for most: of all nodes now, and of one node over time."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from starlette.requests import Request

from dashboard.api.answers import encoded, max_age_s
from dashboard.api.endpoint import Answer, Endpoint, Sources
from dashboard.api.parameters import FORMAT, NODE, range_parameters
from dashboard.api.schema import COUNT, NODE_ID, NUMBER, UNIX_SECONDS, Schema, described, listed, nullable, record
from dashboard.api.tables import rows_csv, wants_csv
from dashboard.client import Series
from dashboard.history import history_rows
from dashboard.history_series import history_series
from dashboard.mirror import NodeView
from dashboard.params import MOST_POINTS, node_id_of, range_of

__all__ = ["ENDPOINTS"]

_ROWS_AT_ONCE = 5000


async def summary(sources: Sources, _request: Request) -> list[dict[str, Any]]:
    """The newest figures of every node that ever sent some, by node id."""
    known = sources.mirror.known()
    return [_summary(node_id, view) for node_id, view in sorted(known.items()) if view.time_ms]


async def history(sources: Sources, request: Request) -> Answer:
    """Rows of one node over a stretch of time."""
    is_csv, node_id = wants_csv(request), node_id_of(request.path_params["node_id"])
    wanted = range_of(request.query_params, time.time())
    series = await history_series(sources.client, node_id, wanted)
    if is_csv:
        content = await asyncio.to_thread(lambda: rows_csv(history_rows(series, wanted.max_points), tuple(_ROW)))
        return Answer(content, max_age_s=max_age_s(wanted), media_type="text/csv")
    content = await asyncio.to_thread(_encoded_rows, series, wanted.max_points)
    return Answer(content, max_age_s=max_age_s(wanted))


def _encoded_rows(series: list[Series], max_points: int) -> bytes:
    """Some rows at a time: nothing else runs in this process while orjson writes."""
    rows = history_rows(series, max_points)
    parts = [encoded(rows[first : first + _ROWS_AT_ONCE])[1:-1] for first in range(0, len(rows), _ROWS_AT_ONCE)]
    return b"[" + b",".join(parts) + b"]"


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


_PERCENT = nullable(NUMBER)
_PERCENTS: dict[str, Schema] = {"cpu_percent": _PERCENT, "memory_percent": _PERCENT, "disk_percent": _PERCENT}
_ROW: dict[str, Schema] = {"timestamp": UNIX_SECONDS} | _PERCENTS | {"requests": NUMBER}
_UPTIME = described(nullable(NUMBER), "seconds since the process that reports started")
_SUMMARY = {"node_id": NODE_ID, "timestamp": UNIX_SECONDS} | _PERCENTS | {"uptime": _UPTIME, "requests": COUNT}

ENDPOINTS = (
    Endpoint(
        "/api/metrics/summary",
        summary,
        "The newest figures of every node",
        listed(record(_SUMMARY)),
        description="`requests` counts those of all kinds since the node's process started.",
        is_mirrored=True,
    ),
    Endpoint(
        "/api/metrics/history/{node_id}",
        history,
        "Rows of one node over time, by default of the last 24 hours",
        listed(record(_ROW)),
        description="With fewer `max_points` than samples a row is about a stretch of time: it holds the highest "
        "percentages and the last `requests` since the row before it. Its `timestamp` is that of its last sample or, "
        "over long ranges, the end of the stretch.",
        parameters=(NODE, *range_parameters(MOST_POINTS), FORMAT),
        problems=(404, 503),
        csv="one row each, under the same names",
    ),
)
