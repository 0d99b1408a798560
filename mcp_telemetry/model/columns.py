"""What a column is, and every column the wire contract defines, read from `protos/metrics.proto` itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Any, cast

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.descriptor_pb2 import FieldOptions

from mcp_telemetry.v1 import metrics_pb2

__all__ = ["Column", "Kind", "column_of", "defined_columns", "is_key"]

# The generated stubs call an extension a plain field descriptor, which no function of protobuf accepts.
_COLUMN: Any = metrics_pb2.column
_KEY: Any = metrics_pb2.key


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
    return tuple(_columns_of(cast(Descriptor, metrics_pb2.MetricSnapshot.DESCRIPTOR)))


def _columns_of(message: Descriptor) -> Iterator[Column]:
    for field in message.fields:
        if field.message_type is not None:
            yield from _columns_of(field.message_type)
        elif (column := column_of(field)) is not None:
            yield column


def column_of(field: FieldDescriptor) -> Column | None:
    """The column that a field of the contract is stored under; None if it is no measurement."""
    options: FieldOptions = field.GetOptions()
    if not options.HasExtension(_COLUMN):
        return None
    column = options.Extensions[_COLUMN]
    return Column(column.name, column.unit, Kind(column.kind))


def is_key(field: FieldDescriptor) -> bool:
    """Whether a field of the contract labels the columns of its message."""
    options: FieldOptions = field.GetOptions()
    return bool(options.Extensions[_KEY])
