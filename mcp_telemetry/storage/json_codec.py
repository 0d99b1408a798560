"""A snapshot as the plain dictionary that `MetricsCollector.collect_all_metrics` returns, and back.

On top of `node_id`, `timestamp` (Unix seconds), `system` and `application` the dictionary has what a row needs, so that
nothing is lost: `instance_id`, `sequence`, `time_unix_nano`, and `columns` with value, unit and kind of every column.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

from mcp_telemetry.model.columns import Column, Kind
from mcp_telemetry.model.names import is_selected
from mcp_telemetry.model.times import ns_of_text, ns_of_unix_seconds
from mcp_telemetry.storage.plain import checked_number, column_named, flat_values, plain_path, plain_values
from mcp_telemetry.storage.snapshots import Snapshot

__all__ = ["FOREIGN_INSTANCE", "decode", "encode"]

_SECOND_NS = 1_000_000_000
_LARGEST_EXACT = 2**53
_SECTIONS = {"system", "application"}
# Of snapshots that other programs took: theirs have no instance_id.
FOREIGN_INSTANCE = "import"


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
    path, is_whole = plain_path(name)
    if path:
        section = dictionary
        for key in path[:-1]:
            section = section[key]
        section[path[-1]] = _number(value) if is_whole else value


def _number(value: float) -> int | float:
    """Whole numbers as integers, where that loses nothing (the sign of zero is something)."""
    is_exact = value.is_integer() and abs(value) <= _LARGEST_EXACT and (value != 0 or math.copysign(1, value) > 0)
    return int(value) if is_exact else value


def decode(
    dictionary: Any, node_id: str = "", time_ns: int | None = None, selectors: frozenset[str] = frozenset()
) -> tuple[str, Snapshot]:
    """node_id and snapshot of a dictionary, with the selected columns (see `is_selected`).

    ValueError, KeyError, TypeError, AttributeError or ArithmeticError for what is no snapshot.

    One of another program has no `columns`, and no instance_id: then each is its node's only snapshot of that
    nanosecond, so that it is the same one however often it is read. `node_id` and `time_ns` are for one that lacks even
    these.
    """
    if not isinstance(dictionary, dict):
        raise ValueError("it is no snapshot: want an object with node_id, timestamp and measurements")
    time_ns = _time_ns(dictionary, time_ns)
    is_foreign = "instance_id" not in dictionary
    snapshot = Snapshot(
        time_ns=time_ns,
        instance_id=FOREIGN_INSTANCE if is_foreign else _text(dictionary["instance_id"]),
        sequence=time_ns if is_foreign else _whole(dictionary["sequence"]),
        values=_values(dictionary, selectors),
    )
    return _text(dictionary.get("node_id") or node_id), snapshot


def _time_ns(dictionary: Any, default: int | None) -> int:
    if (exact := dictionary.get("time_unix_nano")) is not None:
        return _whole(exact)
    if (seconds := dictionary.get("timestamp", dictionary.get("time"))) is not None:
        time_ns = ns_of_text(seconds) if isinstance(seconds, str) else ns_of_unix_seconds(seconds)
        return _whole(time_ns)
    if default is None:
        raise ValueError("it has no timestamp")
    return default


def _values(dictionary: dict[str, Any], selectors: frozenset[str]) -> dict[Column, float]:
    if "columns" in dictionary:
        found = dictionary["columns"].items()
        return dict(_column_and_value(name, about) for name, about in found if is_selected(name, selectors))
    values = plain_values(dictionary) if _SECTIONS & dictionary.keys() else flat_values(dictionary)
    if not values:
        raise ValueError("it has no measurements")
    return {column_named(name): value for name, value in values.items() if is_selected(name, selectors)}


def _column_and_value(name: str, about: Any) -> tuple[Column, float]:
    if isinstance(about, dict):
        return _column(name, about["unit"], about["kind"]), checked_number(name, about["value"])
    return column_named(name), checked_number(name, about)


@lru_cache(maxsize=8192)
def _column(name: str, unit: str, kind: str) -> Column:
    return Column(name, str(unit), Kind[kind.upper()])


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) <= value < 2**63:
        raise ValueError(f"{value!r} is no time in seconds and no sequence")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"{value!r} names nothing: want a node_id, and an instance_id if any")
    return value
