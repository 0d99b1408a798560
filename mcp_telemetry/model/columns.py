"""What a column is, and every column the wire contract defines, read from `protos/metrics.proto` itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cache

from google.protobuf.descriptor import Descriptor

from mcp_telemetry.v1 import metrics_pb2

__all__ = ["Column", "Kind", "defined_columns"]


class Kind(IntEnum):
    """How a column behaves over time; the numbers are those of the wire's ColumnKind."""

    GAUGE = metrics_pb2.GAUGE
    COUNTER = metrics_pb2.COUNTER


@dataclass(frozen=True, slots=True)
class Column:
    """A named series of numbers of one node; `unit` is UCUM (By, s, %)."""

    name: str
    unit: str = ""
    kind: Kind = Kind.GAUGE


@cache
def defined_columns() -> tuple[Column, ...]:
    """All columns of MetricSnapshot, by base name, in the order of the contract. Custom metrics come on top."""
    return tuple(_columns_of(metrics_pb2.MetricSnapshot.DESCRIPTOR))


def _columns_of(message: Descriptor) -> Iterator[Column]:
    for field in message.fields:
        if field.message_type is not None:
            yield from _columns_of(field.message_type)
        elif field.GetOptions().HasExtension(metrics_pb2.column):
            options = field.GetOptions().Extensions[metrics_pb2.column]
            yield Column(options.name, options.unit, Kind(options.kind))
