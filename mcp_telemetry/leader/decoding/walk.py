"""Reads one snapshot field by field and finds where each measurement stands in its bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mcp_telemetry.leader.decoding.custom import add_custom
from mcp_telemetry.leader.decoding.found import MAX_COLUMN_NAME, BadNameError, Found, Item
from mcp_telemetry.leader.decoding.plan import Key, Plan, snapshot_plan
from mcp_telemetry.leader.decoding.wire import FIXED64, LENGTH, VARINT, read_varint, tag_of
from mcp_telemetry.model.columns import Column
from mcp_telemetry.model.names import joined_labels, labelled
from mcp_telemetry.v1.metrics_pb2 import MetricSnapshot

__all__ = ["MissingTimeError", "walk"]

_NODE_ID = tag_of(MetricSnapshot.NODE_ID_FIELD_NUMBER, LENGTH)
_INSTANCE_ID = tag_of(MetricSnapshot.INSTANCE_ID_FIELD_NUMBER, LENGTH)
_SEQUENCE = tag_of(MetricSnapshot.SEQUENCE_FIELD_NUMBER, FIXED64)
_TIME = tag_of(MetricSnapshot.TIME_UNIX_NANO_FIELD_NUMBER, FIXED64)


class MissingTimeError(ValueError):
    """A snapshot that does not say when it was taken."""


def walk(data: bytes, max_columns: int) -> Found:
    """Where everything stands in a serialized MetricSnapshot.

    MalformedError, BadNameError, TooManyColumnsError or MissingTimeError say why it cannot be told.
    """
    found = Found(data, max_columns)
    items = found.items(0, len(data))
    for tag, start, stop in items:
        if tag == _TIME:
            found.time_offset = start
        elif tag == _SEQUENCE:
            found.sequence_offset = start
        elif tag == _NODE_ID:
            found.node_id = found.text(start, stop)
        elif tag == _INSTANCE_ID:
            found.instance_id = found.text(start, stop)
    _measurements(found, items, snapshot_plan(), None)
    if found.time_offset < 0:
        raise MissingTimeError("time_unix_nano is missing")
    return found


def _measurements(found: Found, items: Sequence[Item], plan: Plan, outer: str | None) -> None:
    """Add what a message holds; `outer` are the joined labels of the message around it."""
    labels = _labels(found, items, plan.keys, outer)
    for tag, start, stop in items:
        leaf = plan.leaves.get(tag)
        if leaf is not None:
            found.add(_labelled(leaf.column, labels), start, leaf.is_integer)
        elif tag in plan.messages:
            inner = plan.messages[tag]
            if inner.is_custom:
                add_custom(found, start, stop)
            else:
                _measurements(found, found.items(start, stop), inner, labels)


def _labels(found: Found, items: Sequence[Item], keys: Mapping[int, Key], outer: str | None) -> str | None:
    if not keys:
        return outer
    own = [key.default for key in keys.values()]
    for tag, start, stop in items:
        key = keys.get(tag)
        if key is not None:
            own[key.position] = _label(found, key, start, stop)
    joined = joined_labels(own)
    return joined if outer is None else f"{outer},{joined}"


def _label(found: Found, key: Key, start: int, stop: int) -> str:
    if key.wire_type == VARINT:
        return str(read_varint(found.data, start, stop)[0] & 0xFFFF_FFFF)
    if key.wire_type == FIXED64:
        return found.number(start)
    text = found.text(start, stop)
    if len(text) > MAX_COLUMN_NAME:
        raise BadNameError(f"a label of {len(text)} characters: want column names of at most {MAX_COLUMN_NAME}")
    return text


def _labelled(column: Column, labels: str | None) -> Column:
    return column if labels is None else Column(labelled(column.name, labels), column.unit, column.kind)
