"""A snapshot as the plain dictionary that `MetricsCollector.collect_all_metrics` returns, and back.

On top of `node_id`, `timestamp` (Unix seconds), `system` and `application` the dictionary has what a row needs, so that
nothing is lost: `instance_id`, `sequence`, `time_unix_nano`, and `columns` with value, unit and kind of every column.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from mcp_telemetry.model.columns import Column, Kind
from mcp_telemetry.model.names import base_name, column_name, label_values
from mcp_telemetry.storage.snapshots import Snapshot

__all__ = ["PLAIN_FIELDS", "REQUESTS", "PlainField", "decode", "described", "encode", "plain_values"]

_SECOND_NS = 1_000_000_000
_LARGEST_EXACT = 2**53


class PlainField(NamedTuple):
    """Where a column stands in the plain dictionary, and whether as an integer."""

    column: str
    path: tuple[str, ...]
    is_whole: bool = False


PLAIN_FIELDS = (
    PlainField("cpu.percent", ("system", "cpu", "percent")),
    PlainField("cpu.count", ("system", "cpu", "count"), is_whole=True),
    PlainField("memory.total_bytes", ("system", "memory", "total"), is_whole=True),
    PlainField("memory.available_bytes", ("system", "memory", "available"), is_whole=True),
    PlainField("memory.percent", ("system", "memory", "percent")),
    PlainField("disk.total_bytes", ("system", "disk", "total"), is_whole=True),
    PlainField("disk.used_bytes", ("system", "disk", "used"), is_whole=True),
    PlainField("disk.percent", ("system", "disk", "percent")),
    PlainField("network.bytes_sent", ("system", "network", "bytes_sent"), is_whole=True),
    PlainField("network.bytes_recv", ("system", "network", "bytes_recv"), is_whole=True),
    PlainField("uptime_seconds", ("system", "uptime")),
    PlainField("active_connections", ("application", "active_connections"), is_whole=True),
)
# A dictionary by kind of request: a column for each.
REQUESTS = PlainField("requests", ("application", "requests"), is_whole=True)
_BY_COLUMN = {field.column: field for field in PLAIN_FIELDS}


def encode(node_id: str, snapshot: Snapshot) -> dict[str, Any]:
    """The dictionary of a snapshot. What the snapshot lacks is absent; the sections are always there."""
    sections: dict[str, Any] = {name: {} for name in ("cpu", "memory", "disk", "network")}
    dictionary: dict[str, Any] = {
        "node_id": node_id,
        "timestamp": snapshot.time_ns / _SECOND_NS,
        "system": sections,
        "application": {"requests": {}},
        "instance_id": snapshot.instance_id,
        "sequence": snapshot.sequence,
        "time_unix_nano": snapshot.time_ns,
        "columns": {column.name: _described(column, value) for column, value in snapshot.values.items()},
    }
    for column, value in snapshot.values.items():
        _place(dictionary, column.name, value)
    return dictionary


def _described(column: Column, value: float) -> dict[str, Any]:
    return {"value": _number(value), "unit": column.unit, "kind": column.kind.name.lower()}


def _place(dictionary: dict[str, Any], name: str, value: float) -> None:
    path, is_whole = _plain_path(name)
    if path:
        section = dictionary
        for key in path[:-1]:
            section = section[key]
        section[path[-1]] = _number(value) if is_whole else value


@lru_cache(maxsize=8192)
def _plain_path(name: str) -> tuple[tuple[str, ...], bool]:
    if base_name(name) == REQUESTS.column:
        return (*REQUESTS.path, ",".join(label_values(name))), REQUESTS.is_whole
    field = _BY_COLUMN.get(name)
    return (field.path, field.is_whole) if field else ((), False)


def _number(value: float) -> int | float:
    """Whole numbers as integers, where that loses nothing (the sign of zero is something)."""
    is_exact = value.is_integer() and abs(value) <= _LARGEST_EXACT and (value != 0 or math.copysign(1, value) > 0)
    return int(value) if is_exact else value


def decode(dictionary: Any) -> tuple[str, Snapshot]:
    """node_id and snapshot of a dictionary that `encode` made; ValueError, KeyError or TypeError for any other."""
    snapshot = Snapshot(
        time_ns=_whole(dictionary["time_unix_nano"]),
        instance_id=_text(dictionary["instance_id"]),
        sequence=_whole(dictionary["sequence"]),
        values=described(dictionary["columns"]),
    )
    return _text(dictionary["node_id"]), snapshot


def described(columns: Any) -> dict[Column, float]:
    """The part `columns` of a dictionary; ValueError, KeyError or TypeError if it is none."""
    return {
        _column(name, about["unit"], about["kind"]): _checked(name, about["value"]) for name, about in columns.items()
    }


@lru_cache(maxsize=8192)
def _column(name: str, unit: str, kind: str) -> Column:
    return Column(name, _text(unit), Kind[kind.upper()])


def plain_values(dictionary: Mapping[str, Any]) -> dict[str, float]:
    """By column name what the plain dictionary says, of any program; ValueError for what is neither number nor None."""
    found = {field.column: _at(dictionary, field.path) for field in PLAIN_FIELDS}
    requests = _at(dictionary, REQUESTS.path) or {}
    if not isinstance(requests, dict):
        raise ValueError(f"{'.'.join(REQUESTS.path)} is {requests!r}: want numbers by kind of request")
    found |= {column_name(REQUESTS.column, [kind]): count for kind, count in requests.items()}
    return {name: _checked(name, value) for name, value in found.items() if value is not None}


def _at(dictionary: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        dictionary = dictionary.get(key) if isinstance(dictionary, dict) else None
    return dictionary


def _checked(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} is {value!r}: want a number")
    return float(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) <= value < 2**63:
        raise ValueError(f"{value!r} is no number of nanoseconds and no sequence")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no text")
    return value
