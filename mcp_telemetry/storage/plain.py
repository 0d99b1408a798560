"""The plain dictionary of `MetricsCollector.collect_all_metrics`: which column stands where in it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any, NamedTuple

from mcp_telemetry.model.columns import Column, defined_columns
from mcp_telemetry.model.names import base_name, column_name, label_values

__all__ = ["checked_number", "column_named", "flat_values", "plain_path", "plain_values", "unaliased"]


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
_KEYS = frozenset({"time", "timestamp", "time_unix_nano", "node_id", "instance_id", "sequence"})
# As the JSON API names them.
_ALIASES = {
    "cpu_percent": "cpu.percent",
    "memory_percent": "memory.percent",
    "disk_percent": "disk.percent",
    "uptime": "uptime_seconds",
}
_BY_COLUMN = {field.column: field for field in PLAIN_FIELDS}


@lru_cache(maxsize=8192)
def plain_path(name: str) -> tuple[tuple[str, ...], bool]:
    """Where a column stands, and whether as an integer; an empty path if the dictionary has no place for it."""
    if base_name(name) == REQUESTS.column:
        return (*REQUESTS.path, ",".join(label_values(name))), REQUESTS.is_whole
    field = _BY_COLUMN.get(name)
    return (field.path, field.is_whole) if field else ((), False)


def plain_values(dictionary: Mapping[str, Any]) -> dict[str, float]:
    """By column name what the plain dictionary says, of any program; ValueError for what is neither number nor None."""
    found = {field.column: _at(dictionary, field.path) for field in PLAIN_FIELDS}
    requests = _at(dictionary, REQUESTS.path) or {}
    if not isinstance(requests, dict):
        raise ValueError(f"{'.'.join(REQUESTS.path)} is {requests!r}: want numbers by kind of request")
    found |= {column_name(REQUESTS.column, [kind]): count for kind, count in requests.items()}
    return {name: checked_number(name, value) for name, value in found.items() if value is not None}


def flat_values(dictionary: Mapping[str, Any]) -> dict[str, float]:
    """By column name what a dictionary without sections says; ValueError for what is neither number nor None."""
    found = {unaliased(name): value for name, value in dictionary.items() if name not in _KEYS}
    return {name: checked_number(name, value) for name, value in found.items() if value is not None}


def unaliased(name: str) -> str:
    """The column that the JSON API calls so; any other name as it is."""
    return _ALIASES.get(name, name)


def _at(dictionary: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        dictionary = dictionary.get(key) if isinstance(dictionary, dict) else None
    return dictionary


def checked_number(name: str, value: Any) -> float:
    """The value, if it is a number; ValueError that names the column if not."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} is {value!r}: want a number")
    return float(value)


@lru_cache(maxsize=8192)
def column_named(name: str) -> Column:
    """The column of this name with the unit and kind that the contract gives it; a gauge without unit if has none."""
    defined = _defined().get(base_name(name))
    return Column(name, defined.unit, defined.kind) if defined else Column(name)


@cache
def _defined() -> dict[str, Column]:
    return {column.name: column for column in defined_columns()}
