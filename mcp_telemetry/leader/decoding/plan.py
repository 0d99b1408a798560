"""What each field of MetricSnapshot means to the columns, compiled once from the contract's descriptors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import cast

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from mcp_telemetry.leader.decoding.wire import FIXED64, LENGTH, VARINT, tag_of
from mcp_telemetry.model.columns import Column, column_of, is_key
from mcp_telemetry.v1 import metrics_pb2

__all__ = ["Key", "Leaf", "Plan", "snapshot_plan"]

_WIRE_TYPES = {
    FieldDescriptor.TYPE_DOUBLE: FIXED64,
    FieldDescriptor.TYPE_FIXED64: FIXED64,
    FieldDescriptor.TYPE_MESSAGE: LENGTH,
    FieldDescriptor.TYPE_STRING: LENGTH,
    FieldDescriptor.TYPE_UINT32: VARINT,
}


@dataclass(frozen=True, slots=True)
class Leaf:
    """A measurement: eight bytes that become a value of this column."""

    column: Column
    is_integer: bool


@dataclass(frozen=True, slots=True)
class Key:
    """A label: its position among the message's labels, and the text when the field is absent."""

    position: int
    wire_type: int
    default: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The fields of one message type by tag: a known number with another wire type is an unknown field."""

    leaves: MappingProxyType[int, Leaf]
    keys: MappingProxyType[int, Key]
    messages: MappingProxyType[int, Plan]
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
                _tag(field): Leaf(column, field.type == FieldDescriptor.TYPE_FIXED64)
                for field in message.fields
                if (column := column_of(field)) is not None
            }
        ),
        keys=MappingProxyType({_tag(field): _key(field, at) for at, field in enumerate(keys)}),
        messages=MappingProxyType({_tag(f): _plan(f.message_type) for f in message.fields if f.message_type}),
        is_custom=message.full_name == metrics_pb2.CustomMetric.DESCRIPTOR.full_name,
    )


def _tag(field: FieldDescriptor) -> int:
    return tag_of(field.number, _WIRE_TYPES[field.type])


def _key(field: FieldDescriptor, position: int) -> Key:
    default = "" if field.type == FieldDescriptor.TYPE_STRING else "0"
    return Key(position, _WIRE_TYPES[field.type], default)
