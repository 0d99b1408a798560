"""An answer for programs: every value exact, nothing kept in memory that need not be."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from mcp_telemetry.cli.querying.lines import Line, kind_name, tier_name
from mcp_telemetry.cli.querying.units import iso
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["write_csv", "write_json"]

_NS_PER_S = 1e9


def write_json(lines: Sequence[Line], out: TextIO) -> None:
    """{"series": [...]}, as the JSON API's /api/query answers: times are Unix seconds, missing values null."""
    out.write('{"series": [')
    for number, line in enumerate(lines):
        out.write(",\n" if number else "\n")
        json.dump(_series(line), out, allow_nan=False)
    out.write("\n]}\n")


def _series(line: Line) -> dict[str, Any]:
    head = line.head
    whose: dict[str, Any] = {"node_id": head.node_id}
    if not head.node_id:
        whose = {"group": {label.name: label.value for label in head.group}}
    return whose | {
        "column": line.column,
        "unit": line.unit,
        "kind": kind_name(head),
        "nodes": head.nodes or 1,
        "tier": tier_name(head),
        "step_s": head.step_ms / 1000,
        "times": [time_ns / _NS_PER_S for time_ns in line.times_ns],
        "values": [value if value == value else None for value in line.values],
    }


def write_csv(messages: Iterable[pb.Series], group_by: Sequence[str], is_grouped: bool, out: TextIO) -> set[str]:
    """One row a point, as the answer comes: time (ISO 8601, UTC), node or labels, column, unit, value.

    Returns the names of the columns there were.
    """
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["time", *(group_by if is_grouped else ["node_id"]), "column", "unit", "value"])
    seen = set()
    for message in messages:
        whose = [label.value for label in message.group] if is_grouped else [message.node_id]
        name, unit = message.column.name, message.column.unit
        seen.add(name)
        points = zip(message.times_unix_nano, message.values, strict=True)
        writer.writerows([iso(time_ns), *whose, name, unit, _exact(value)] for time_ns, value in points)
    return seen


def _exact(value: float) -> str:
    return "" if value != value else repr(value).removesuffix(".0")
