"""A plain second opinion on what a snapshot means: the parsed message, its descriptors, and nothing clever."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from google.protobuf.descriptor import FieldDescriptor

from mcp_telemetry.v1 import metrics_pb2 as pb

# Name: (unit, kind, value).
Columns = dict[str, tuple[str, int, float]]

MOST_BEHIND_NS = 2 * 366 * 86_400 * 10**9
MOST_AHEAD_NS = 86_400 * 10**9
_KEY: Any = pb.key
_COLUMN: Any = pb.column


def flatten(snapshot: pb.MetricSnapshot) -> Columns:
    """Every column of a snapshot; of two with one name the later."""
    columns: Columns = {}
    for name, unit, kind, value in _flattened(snapshot, []):
        columns[name] = (unit, kind, value)
    return columns


def count(snapshot: pb.MetricSnapshot) -> int:
    """How many measurements there are, those with one name counted each."""
    return sum(1 for _ in _flattened(snapshot, []))


def _flattened(message: Any, labels: list[str]) -> Iterator[tuple[str, str, int, float]]:
    descriptor = message.DESCRIPTOR
    labels = labels + [_text(getattr(message, f.name)) for f in descriptor.fields if f.GetOptions().Extensions[_KEY]]
    for field in descriptor.fields:
        value = getattr(message, field.name)
        if field.full_name == "mcp_telemetry.v1.MetricSnapshot.custom":
            for custom in value:
                yield from _custom(custom)
        elif field.message_type is not None:
            inner = value if _is_repeated(field) else [value] * message.HasField(field.name)
            for each in inner:
                yield from _flattened(each, labels)
        elif field.GetOptions().HasExtension(_COLUMN) and message.HasField(field.name):
            column = field.GetOptions().Extensions[_COLUMN]
            yield _braced(column.name, map(_escaped, labels)), column.unit, column.kind, float(value)


def _custom(custom: pb.CustomMetric) -> Iterator[tuple[str, str, int, float]]:
    name = f"custom.{custom.name}"
    labels = [f"{_escaped(label.name)}={_escaped(label.value)}" for label in custom.labels]
    histogram = custom.histogram
    if custom.HasField("gauge"):
        yield _braced(name, labels), custom.unit, pb.GAUGE, custom.gauge
    if custom.HasField("counter"):
        yield _braced(name, labels), custom.unit, pb.COUNTER, custom.counter
    if histogram.HasField("count"):
        yield _braced(name + ".count", labels), "1", pb.COUNTER, float(histogram.count)
    if histogram.HasField("sum"):
        yield _braced(name + ".sum", labels), custom.unit, pb.COUNTER, histogram.sum
    for bucket in histogram.buckets:
        if bucket.HasField("count"):
            bounded = [*labels, f"at_most={_text(bucket.at_most)}"]
            yield _braced(name + ".bucket", bounded), "1", pb.COUNTER, float(bucket.count)


def _is_repeated(field: FieldDescriptor) -> bool:
    return not field.has_presence


def _braced(base: str, labels: Any) -> str:
    inside = ",".join(labels)
    return base + "{" + inside + "}" if inside else base


def _escaped(text: str) -> str:
    return "".join("\\" + character if character in "\\{},=" else character for character in text)


def _text(key: str | int | float) -> str:
    return repr(key).removesuffix(".0") if isinstance(key, float) else str(key)


def reasons(data: bytes, expected: int, received_ns: int, max_columns: int) -> set[int]:
    """Why the bytes of a snapshot of node `a`, instance `i`, may be rejected; nothing if they must be stored."""
    try:
        snapshot = pb.MetricSnapshot.FromString(data)
    except Exception:
        return {pb.Rejection.MALFORMED}
    found = set()
    if snapshot.node_id not in ("", "a") or snapshot.instance_id not in ("", "i"):
        found.add(pb.Rejection.MALFORMED)
    if snapshot.sequence not in (0, expected):
        found.add(pb.Rejection.MALFORMED)
    if not received_ns - MOST_BEHIND_NS <= snapshot.time_unix_nano <= received_ns + MOST_AHEAD_NS:
        found.add(pb.Rejection.TIME_OUT_OF_RANGE)
    if count(snapshot) > max_columns:
        found.add(pb.Rejection.TOO_MANY_COLUMNS)
    if not all(_is_named_well(custom) for custom in snapshot.custom):
        found.add(pb.Rejection.BAD_NAME)
    return found | _value_reasons(snapshot)


def _is_named_well(custom: pb.CustomMetric) -> bool:
    name, unit = custom.name, custom.unit
    plain = name.isascii() and all(character.isalnum() or character in "_./-" for character in name)
    starts = name[:1].isalpha() or name[:1] == "_"
    return (
        plain and starts and len(name) <= 128 and unit.isprintable() and len(unit) <= 256 and len(custom.labels) <= 64
    )


def _value_reasons(snapshot: pb.MetricSnapshot) -> set[int]:
    found = set()
    for name, (_, kind, value) in flatten(snapshot).items():
        if len(name) > 512 or not name.isprintable():
            found.add(pb.Rejection.BAD_NAME)
        if not math.isfinite(value):
            found.add(pb.Rejection.NOT_FINITE)
        elif (kind == pb.COUNTER and value < 0) or (_is_whole(name) and value > 2**63):
            found.add(pb.Rejection.NEGATIVE_COUNTER)
    return found


def _is_whole(name: str) -> bool:
    base = name.partition("{")[0]
    return base in _WHOLE or (base.startswith("custom.") and base.endswith((".count", ".bucket")))


def _whole_columns(descriptor: Any) -> Iterator[str]:
    for field in descriptor.fields:
        if field.message_type is not None:
            yield from _whole_columns(field.message_type)
        elif field.GetOptions().HasExtension(_COLUMN) and field.type == FieldDescriptor.TYPE_FIXED64:
            yield field.GetOptions().Extensions[_COLUMN].name


_WHOLE = frozenset(_whole_columns(pb.MetricSnapshot.DESCRIPTOR))
