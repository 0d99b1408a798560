"""Hypothesis strategies: any MetricSnapshot the contract can express, and other ways to write the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from hypothesis import strategies as st

from mcp_telemetry.leader.decoding.wire import LENGTH, MAX_FIELDS, scan
from mcp_telemetry.v1 import metrics_pb2 as pb

NOW_NS = 1_800_000_000 * 10**9
_IDENTITY = {"node_id", "instance_id", "sequence", "time_unix_nano"}
_COLUMN: Any = pb.column

times = st.integers(NOW_NS - 2 * 366 * 86_400 * 10**9, NOW_NS + 86_400 * 10**9)
# Mostly what is escaped, and what takes two to four bytes.
texts = st.text(st.sampled_from("\\{},= abü漢😀"), max_size=6)
names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_./-]{0,5}", fullmatch=True)
finite = st.floats(allow_nan=False, allow_infinity=False)
amounts = st.floats(min_value=0, allow_infinity=False) | st.just(-0.0)
wholes = st.integers(0, 2**53) | st.integers(0, 2**63)


@st.composite
def snapshots(draw: st.DrawFn) -> pb.MetricSnapshot:
    """A good one of any shape."""
    snapshot = pb.MetricSnapshot()
    _fill(draw, snapshot)
    snapshot.time_unix_nano = draw(times)
    return snapshot


@st.composite
def like(draw: st.DrawFn, template: pb.MetricSnapshot) -> pb.MetricSnapshot:
    """The same shape with other numbers."""
    snapshot = pb.MetricSnapshot()
    snapshot.CopyFrom(template)
    _renumber(draw, snapshot)
    snapshot.time_unix_nano = draw(times)
    return snapshot


def _fill(draw: st.DrawFn, message: Any) -> None:
    for field in message.DESCRIPTOR.fields:
        if field.name in _IDENTITY or not (field.name == "name" or draw(st.booleans())):
            continue
        if field.message_type is None:
            setattr(message, field.name, draw(_scalars(field)))
        elif field.has_presence:
            getattr(message, field.name).SetInParent()
            _fill(draw, getattr(message, field.name))
        else:
            for _ in range(draw(st.integers(1, 3))):
                _fill(draw, getattr(message, field.name).add())


def _renumber(draw: st.DrawFn, message: Any) -> None:
    for field, value in message.ListFields():
        if field.message_type is not None:
            for inner in [value] if field.has_presence else value:
                _renumber(draw, inner)
        elif _is_measurement(field):
            setattr(message, field.name, draw(_scalars(field)))


def _is_measurement(field: FieldDescriptor) -> bool:
    return field.has_presence


def _scalars(field: FieldDescriptor) -> st.SearchStrategy[Any]:
    if field.type == FieldDescriptor.TYPE_STRING:
        return names if field.full_name.endswith("CustomMetric.name") else texts
    if field.type == FieldDescriptor.TYPE_UINT32:
        return st.integers(0, 2**32 - 1)
    if field.type == FieldDescriptor.TYPE_FIXED64:
        return wholes
    options = field.GetOptions()
    is_gauge = options.HasExtension(_COLUMN) and options.Extensions[_COLUMN].kind == pb.GAUGE
    return finite if is_gauge or field.name in ("gauge", "at_most", "at_most_seconds") else amounts


def varint(number: int) -> bytes:
    """As protobuf writes it."""
    groups = bytearray()
    while number > 0x7F:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*groups, number])


def record(number: int, content: bytes) -> bytes:
    """A field of bytes."""
    return varint(number << 3 | LENGTH) + varint(len(content)) + content


@st.composite
def rewritten(draw: st.DrawFn, data: bytes, descriptor: Any = pb.MetricSnapshot.DESCRIPTOR) -> bytes:
    """The bytes of a message as no serializer writes them: other orders, fields twice, unknown ones, explicit zeros,
    numbers that are too wide."""
    parts = []
    by_number = {field.number: field for field in descriptor.fields}
    for tag, start, stop in scan(data, 0, len(data), MAX_FIELDS):
        field = by_number.get(tag >> 3)
        if field is not None and field.message_type is not None:
            parts.append(record(tag >> 3, draw(rewritten(data[start:stop], field.message_type))))
        else:
            parts.append(varint(tag) + (varint(stop - start) if tag & 7 == LENGTH else b"") + data[start:stop])
    parts += draw(st.lists(_noise(parts, descriptor), max_size=2))
    return b"".join(draw(st.permutations(parts)))


def _noise(parts: list[bytes], descriptor: Any) -> st.SearchStrategy[bytes]:
    keys = [varint(field.number << 3) for field in descriptor.fields if field.type == field.TYPE_UINT32]
    zeros = [key + value for key in keys for value in (b"\x00", varint(2**32 + 7))]
    unknown = [b"\xf8\x07\x01", b"\xf9\x07" + bytes(8), b"\xfd\x07" + bytes(4), record(127, b"from the future")]
    wrong_type = [varint(field.number << 3 | 5) + bytes(4) for field in descriptor.fields[:2]]
    return st.sampled_from([*parts, *zeros, *unknown, *wrong_type])


Mutation = Callable[[bytes], bytes]


@st.composite
def damaged(draw: st.DrawFn, data: bytes) -> bytes:
    """A few bytes changed, cut out or put in."""
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(data)))
        cut = draw(st.integers(0, 3))
        data = data[:at] + draw(st.binary(max_size=3)) + data[at + cut :]
    return data
