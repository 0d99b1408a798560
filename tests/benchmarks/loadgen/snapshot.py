"""What a node measures: one snapshot of 44 columns or more, and the columns' places in its encoded bytes.

Every measurement has a fixed width on the wire, so the encoded snapshot is a record: writing a value means writing
eight bytes at a known offset. `record_type()` gives that record as a numpy type, and filling a thousand snapshots is
one assignment a column.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from google.protobuf import text_format
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from mcp_telemetry._varint import varint
from mcp_telemetry.model.columns import Column, Kind, column_of, is_key
from mcp_telemetry.model.names import column_name
from mcp_telemetry.v1 import metrics_pb2

__all__ = ["STANDARD_COLUMNS", "TIME", "Place", "parse_snapshot", "places", "record_type", "template"]

TIME = "time_unix_nano"
STANDARD_COLUMNS = 44

# A small host with an MCP server: two cores, one mount, two interfaces. The values are where each column starts.
_SNAPSHOT = """
time_unix_nano: 1700000000000000000
system {
  cpu {
    percent: 23.4 count: 2 user_percent: 16.1 system_percent: 6.2 iowait_percent: 0.4 steal_percent: 0.1
    load_1m: 0.62 load_5m: 0.48 load_15m: 0.41
    cores { core: 0 percent: 24.8 } cores { core: 1 percent: 22.0 }
  }
  memory {
    total_bytes: 8330784768 available_bytes: 5108170752 used_bytes: 2898722816
    cached_bytes: 2205483008 buffers_bytes: 187691008 percent: 38.7
  }
  swap { total_bytes: 2147479552 used_bytes: 88080384 percent: 4.1 }
  disk {
    total_bytes: 126692069376 used_bytes: 38120644608 percent: 31.7
    read_bytes: 18911047680 write_bytes: 71409795072 reads: 1204411 writes: 3812309
    mounts { mountpoint: "/" total_bytes: 126692069376 used_bytes: 38120644608 percent: 31.7 }
  }
  network {
    bytes_sent: 9120457731 bytes_recv: 14093817265 packets_sent: 10233015 packets_recv: 15920348
    interfaces { name: "eth0" bytes_sent: 8831205512 bytes_recv: 13804565046 }
    interfaces { name: "lo" bytes_sent: 289252219 bytes_recv: 289252219 }
  }
  processes { count: 214 }
  uptime_seconds: 86400
}
application {
  requests { kind: "tools/call" count: 48211 } requests { kind: "resources/read" count: 9107 }
  errors { kind: "tools/call" count: 37 }
  active_connections: 12
}
"""
_SNAPSHOT_FIELD = metrics_pb2.Batch.SNAPSHOTS_FIELD_NUMBER
_FORMATS = {FieldDescriptor.TYPE_DOUBLE: "<d", FieldDescriptor.TYPE_FIXED64: "<Q"}
_MARK = bytes(range(0x41, 0x49))


@dataclass(frozen=True, slots=True)
class Place:
    """One measurement: its column, where it starts, how it is written and at which byte of the encoded snapshot."""

    column: str
    unit: str
    is_counter: bool
    start: float
    format: str
    offset: int


def parse_snapshot(columns: int = STANDARD_COLUMNS) -> metrics_pb2.MetricSnapshot:
    """The snapshot as a message, each measurement at its starting value; columns beyond 44 are custom gauges."""
    snapshot = text_format.Parse(_SNAPSHOT, metrics_pb2.MetricSnapshot())
    snapshot.custom.extend(
        metrics_pb2.CustomMetric(name=f"load.{number:04}", gauge=100.0) for number in range(columns - STANDARD_COLUMNS)
    )
    return snapshot


@cache
def template(columns: int = STANDARD_COLUMNS) -> bytes:
    """The snapshot as it stands inside an encoded Batch: tag, length, body."""
    body = parse_snapshot(columns).SerializeToString()
    return bytes([_SNAPSHOT_FIELD << 3 | 2]) + varint(len(body)) + body


@cache
def places(columns: int = STANDARD_COLUMNS) -> tuple[Place, ...]:
    """The measurements, in the order of the contract."""
    return tuple(_places(parse_snapshot(columns)))


@cache
def record_type(columns: int = STANDARD_COLUMNS) -> np.dtype[np.void]:
    """An encoded snapshot (`template()`) as a numpy record: one field a column, and TIME."""
    snapshot = parse_snapshot(columns)
    fields = {place.column: (place.format, place.offset) for place in places(columns)}
    fields[TIME] = ("<Q", _offset_of(snapshot, snapshot, TIME, "<Q"))
    formats, offsets = zip(*fields.values(), strict=True)
    size = len(template(columns))
    return np.dtype({"names": list(fields), "formats": formats, "offsets": offsets, "itemsize": size})


def _places(snapshot: metrics_pb2.MetricSnapshot) -> Iterator[Place]:
    for message, field, column, labels in _measurements(snapshot, ()):
        yield Place(
            column=column_name(column.name, labels),
            unit=column.unit,
            is_counter=column.kind is Kind.COUNTER,
            start=getattr(message, field.name),
            format=_FORMATS[field.type],
            offset=_offset_of(snapshot, message, field.name, _FORMATS[field.type]),
        )


def _measurements(message: Message, labels: tuple[str, ...]) -> Iterator[tuple[Message, Any, Column, tuple[str, ...]]]:
    """Each measurement as (its message, its field descriptor, its column, the labels of that column)."""
    if isinstance(message, metrics_pb2.CustomMetric):
        yield message, message.DESCRIPTOR.fields_by_name["gauge"], Column(f"custom.{message.name}"), ()
        return
    labels += tuple(str(getattr(message, field.name)) for field in message.DESCRIPTOR.fields if is_key(field))
    for field, value in message.ListFields():
        if field.message_type is not None:
            for inner in (value,) if isinstance(value, Message) else value:
                yield from _measurements(inner, labels)
        elif (column := column_of(field)) is not None:
            yield message, field, column, labels


def _offset_of(snapshot: metrics_pb2.MetricSnapshot, message: Message, field: str, width: str) -> int:
    """The byte of the template at which this field's value begins: the one place that a mark put there turns up."""
    value = getattr(message, field)
    setattr(message, field, struct.unpack(width, _MARK)[0])
    body = snapshot.SerializeToString()
    setattr(message, field, value)
    return 1 + len(varint(len(body))) + body.index(_MARK)
