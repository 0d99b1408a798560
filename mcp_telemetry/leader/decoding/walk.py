"""Reads one snapshot field by field and finds where each measurement stands in its bytes."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from google.protobuf.descriptor import FieldDescriptor

from mcp_telemetry.leader.decoding.plan import Key, Leaf, Plan, snapshot_plan
from mcp_telemetry.leader.decoding.wire import FIXED64, LENGTH, VARINT, Field, MalformedError, fields
from mcp_telemetry.model.columns import Column, Kind
from mcp_telemetry.model.names import column_name, custom_column_name, is_metric_name

__all__ = ["BadNameError", "Found", "NotCanonicalError", "TooManyColumnsError", "Value", "walk"]

_NODE_ID, _INSTANCE_ID, _SEQUENCE, _TIME = 1, 2, 3, 4
_NAME, _UNIT, _LABELS, _GAUGE, _COUNTER, _HISTOGRAM = 1, 2, 3, 4, 5, 6
_COUNT, _SUM, _BUCKETS = 1, 2, 3
MAX_COLUMN_NAME = 512


class BadNameError(ValueError):
    """A custom metric's name or a label cannot be part of a column name."""


class TooManyColumnsError(ValueError):
    """More measurements than a snapshot may have."""


class NotCanonicalError(ValueError):
    """A singular field appears twice: protobuf merges such, which positions in bytes cannot express."""


class Value(NamedTuple):
    """One measurement: its column, and where its eight bytes start."""

    column: Column
    offset: int
    is_integer: bool


@dataclass(slots=True)
class Found:
    """What one snapshot holds. Offsets are into its bytes; each value there is eight bytes, little endian."""

    max_columns: int
    values: dict[str, Value] = field(default_factory=dict)
    time_offset: int = -1
    sequence_offset: int = -1
    node_id: str = ""
    instance_id: str = ""

    def add(self, column: Column, offset: int, is_integer: bool) -> None:
        """A measurement; of two with one name the later counts, as in protobuf."""
        if len(column.name) > MAX_COLUMN_NAME or not column.name.isprintable():
            raise BadNameError(f"{column.name[:80]!r}: want at most {MAX_COLUMN_NAME} printable characters")
        self.values[column.name] = Value(column, offset, is_integer)
        if len(self.values) > self.max_columns:
            raise TooManyColumnsError(f"more than {self.max_columns} columns; see the leader's --max-columns")


def walk(data: bytes, max_columns: int) -> Found:
    """Where everything stands in a serialized MetricSnapshot.

    MalformedError, BadNameError, TooManyColumnsError or NotCanonicalError say why it cannot be told.
    """
    found = Found(max_columns)
    plan = snapshot_plan()
    for item in _known(data, 0, len(data), plan):
        if item.number in plan.messages:
            _message(data, item, plan.messages[item.number], (), found)
        elif item.wire_type == FIXED64 and item.number == _TIME:
            found.time_offset = item.start
        elif item.wire_type == FIXED64 and item.number == _SEQUENCE:
            found.sequence_offset = item.start
        elif item.number == _NODE_ID:
            found.node_id = _text(data, item)
        elif item.number == _INSTANCE_ID:
            found.instance_id = _text(data, item)
    return found


def _known(data: bytes, start: int, end: int, plan: Plan) -> list[Field]:
    items = list(fields(data, start, end))
    singular = [item.number for item in items if item.number not in plan.repeated]
    if len(set(singular)) != len(singular):
        raise NotCanonicalError("a singular field appears twice")
    return items


def _message(data: bytes, item: Field, plan: Plan, labels: tuple[str, ...], found: Found) -> None:
    if item.wire_type != LENGTH:
        raise MalformedError(f"field {item.number} is not a message")
    if plan.is_custom:
        _custom(data, item, found)
        return
    items = _known(data, item.start, item.end, plan)
    labels = _labels(data, items, plan.keys, labels)
    for inner in items:
        leaf = plan.leaves.get(inner.number)
        if leaf is not None and inner.wire_type == FIXED64:
            found.add(_labelled(leaf, labels), inner.start, leaf.is_integer)
        elif inner.number in plan.messages:
            _message(data, inner, plan.messages[inner.number], labels, found)


def _labels(data: bytes, items: list[Field], keys: Mapping[int, Key], outer: tuple[str, ...]) -> tuple[str, ...]:
    if not keys:
        return outer
    own = [key.default for key in keys.values()]
    for item in items:
        key = keys.get(item.number)
        if key is not None:
            own[key.position] = _label(data, item, key)
    return (*outer, *own)


def _label(data: bytes, item: Field, key: Key) -> str:
    if key.kind == FieldDescriptor.TYPE_STRING:
        return _text(data, item)
    if key.kind == FieldDescriptor.TYPE_DOUBLE and item.wire_type == FIXED64:
        return _number(data, item)
    if item.wire_type == VARINT:
        return str(item.value)
    raise MalformedError(f"field {item.number} has wire type {item.wire_type}")


def _labelled(leaf: Leaf, labels: tuple[str, ...]) -> Column:
    column = leaf.column
    return Column(column_name(column.name, labels), column.unit, column.kind) if labels else column


def _text(data: bytes, item: Field) -> str:
    if item.wire_type != LENGTH:
        raise MalformedError(f"field {item.number} is not a string")
    try:
        return data[item.start : item.end].decode()
    except UnicodeDecodeError:
        raise MalformedError(f"field {item.number} is not UTF-8") from None


def _number(data: bytes, item: Field) -> str:
    (value,) = struct.unpack_from("<d", data, item.start)
    return f"{value:g}"


# ---------------------------------------------------------------------------------------------------------------------
# Custom metrics bring their own name, unit, kind and labels
# ---------------------------------------------------------------------------------------------------------------------


def _custom(data: bytes, item: Field, found: Found) -> None:
    name = unit = ""
    labels: list[tuple[str, str]] = []
    values: list[Field] = []
    for inner in fields(data, item.start, item.end):
        if inner.number == _NAME:
            name = _text(data, inner)
        elif inner.number == _UNIT:
            unit = _text(data, inner)
        elif inner.number == _LABELS:
            labels.append(_pair(data, inner))
        elif inner.number in (_GAUGE, _COUNTER, _HISTOGRAM):
            values.append(inner)
    if not is_metric_name(name):
        raise BadNameError(f"custom metric {name[:80]!r}: want [A-Za-z_][A-Za-z0-9_./-], at most 128 characters")
    if len(values) > 1:
        raise NotCanonicalError("a custom metric has two values")
    for value in values:
        _custom_value(data, value, name, unit, labels, found)


def _pair(data: bytes, item: Field) -> tuple[str, str]:
    texts = {inner.number: _text(data, inner) for inner in fields(data, item.start, item.end) if inner.number in (1, 2)}
    return texts.get(1, ""), texts.get(2, "")


def _custom_value(data: bytes, value: Field, name: str, unit: str, labels: list[tuple[str, str]], found: Found) -> None:
    if value.number == _HISTOGRAM:
        _histogram(data, value, name, unit, labels, found)
    elif value.wire_type == FIXED64:
        kind = Kind.COUNTER if value.number == _COUNTER else Kind.GAUGE
        found.add(Column(custom_column_name(name, labels), unit, kind), value.start, is_integer=False)


def _histogram(data: bytes, item: Field, name: str, unit: str, labels: list[tuple[str, str]], found: Found) -> None:
    for inner in fields(data, item.start, item.end):
        if inner.number == _COUNT and inner.wire_type == FIXED64:
            found.add(Column(custom_column_name(name, labels, ".count"), "1", Kind.COUNTER), inner.start, True)
        elif inner.number == _SUM and inner.wire_type == FIXED64:
            found.add(Column(custom_column_name(name, labels, ".sum"), unit, Kind.COUNTER), inner.start, False)
        elif inner.number == _BUCKETS and inner.wire_type == LENGTH:
            _bucket(data, inner, name, labels, found)


def _bucket(data: bytes, item: Field, name: str, labels: list[tuple[str, str]], found: Found) -> None:
    at_most = "0"
    count: Field | None = None
    for inner in fields(data, item.start, item.end):
        if inner.number == 1 and inner.wire_type == FIXED64:
            at_most = _number(data, inner)
        elif inner.number == 2 and inner.wire_type == FIXED64:
            count = inner
    if count is not None:
        column = custom_column_name(name, [*labels, ("at_most", at_most)], ".bucket")
        found.add(Column(column, "1", Kind.COUNTER), count.start, is_integer=True)
