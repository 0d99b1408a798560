"""History as it was before: one JSON file a snapshot, found by glob and read one by one, at each request."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from mcp_telemetry.series.rows import Rows
from tests.storage.plain_reader import get_metrics_history

__all__ = ["history", "write_tree"]

_SYSTEM = {
    "cpu": {"percent": "cpu.percent", "count": "cpu.count"},
    "memory": {"total": "memory.total_bytes", "available": "memory.available_bytes", "percent": "memory.percent"},
    "disk": {"total": "disk.total_bytes", "used": "disk.used_bytes", "percent": "disk.percent"},
    "network": {"bytes_sent": "network.bytes_sent", "bytes_recv": "network.bytes_recv"},
}


def write_tree(folder: Path, node_id: str, rows: Rows) -> None:
    """`<folder>/YYYY-MM-DD/<node_id>_HH-MM-SS.json`, by local time, indented by two."""
    places = {column.name: at for at, column in enumerate(rows.columns)}
    for at, (time_ns, values) in enumerate(zip(rows.times_ns.tolist(), rows.values.tolist(), strict=True)):
        snapshot = {
            "node_id": node_id,
            "timestamp": time_ns / 1e9,
            "system": _system(values, places),
            "application": {"requests": {"tools/call": at}, "active_connections": 0},
        }
        moment = datetime.fromtimestamp(time_ns / 1e9)
        path = folder / moment.strftime("%Y-%m-%d") / f"{node_id}_{moment:%H-%M-%S}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(orjson.dumps(snapshot, option=orjson.OPT_INDENT_2))


def _system(values: list[float], places: dict[str, int]) -> dict[str, Any]:
    parts: dict[str, Any] = {
        part: {name: values[places[column]] for name, column in columns.items()} for part, columns in _SYSTEM.items()
    }
    return parts | {"uptime": values[places["uptime_seconds"]]}


def history(metrics_dir: Path, node_id: str) -> str:
    """The last 24 hours of a node, as it was answered: JSON."""
    return json.dumps(get_metrics_history(str(metrics_dir), node_id))
