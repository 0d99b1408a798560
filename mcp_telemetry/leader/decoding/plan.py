"""What each field of MetricSnapshot means to the columns, compiled once from the contract's descriptors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import cast

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from mcp_telemetry.model.columns import Column, column_of, is_key
from mcp_telemetry.v1 import metrics_pb2

__all__ = ["Key", "Leaf", "Plan", "snapshot_plan"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A measurement: eight bytes that become a value of this column."""

    column: Column
    is_integer: bool


@dataclass(frozen=True, slots=True)
class Key:
    """A label: its position among the message's labels, and the text when the field is absent."""

    position: int
    kind: int
    default: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The fields of one message type by number."""

    leaves: MappingProxyType[int, Leaf]
    keys: MappingProxyType[int, Key]
    messages: MappingProxyType[int, Plan]
    repeated: frozenset[int]
    is_custom: bool


@cache
def snapshot_plan() -> Plan:
    """The plan of MetricSnapshot."""
    return _plan(cast(Descriptor, metrics_pb2.MetricSnapshot.DESCRIPTOR))


def _plan(message: Descriptor) -> Plan:
    keys = [field for field in message.fields if is_key(field)]
    return Plan(
        leaves=MappingProxyType(
            {
                field.number: Leaf(column, field.type == FieldDescriptor.TYPE_FIXED64)
                for field in message.fields
                if (column := column_of(field)) is not None
            }
        ),
        keys=MappingProxyType({field.number: _key(field, at) for at, field in enumerate(keys)}),
        messages=MappingProxyType({f.number: _plan(f.message_type) for f in message.fields if f.message_type}),
        # Only singular messages have presence; protobuf 5 and 7 share no more direct way to ask.
        repeated=frozenset(f.number for f in message.fields if f.message_type and not f.has_presence),
        is_custom=message.full_name == metrics_pb2.CustomMetric.DESCRIPTOR.full_name,
    )


def _key(field: FieldDescriptor, position: int) -> Key:
    default = "" if field.type == FieldDescriptor.TYPE_STRING else "0"
    return Key(position, field.type, default)
