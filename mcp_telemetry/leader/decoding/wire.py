"""Protobuf's wire format: the fields of a message as ranges of bytes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["FIXED64", "LENGTH", "VARINT", "Field", "MalformedError", "fields", "read_varint"]

VARINT = 0
FIXED64 = 1
LENGTH = 2
FIXED32 = 5


class MalformedError(ValueError):
    """These bytes are not a protobuf message."""


class Field(NamedTuple):
    """One field: its number and wire type, and where its content starts and ends (after tag and length).

    A VARINT's content is decoded already, in `value`.
    """

    number: int
    wire_type: int
    start: int
    end: int
    value: int


def read_varint(data: bytes, at: int, end: int) -> tuple[int, int]:
    """The number at `at`, and where the next thing starts."""
    value = shift = 0
    while at < end and shift < 70:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, at
        shift += 7
    raise MalformedError("a varint does not end")


def fields(data: bytes, start: int, end: int) -> Iterator[Field]:
    """The fields of the message in `data[start:end]`, in their order; MalformedError where the bytes make no sense."""
    at = start
    while at < end:
        tag, at = read_varint(data, at, end)
        wire_type = tag & 7
        value = 0
        if wire_type == VARINT:
            begin = at
            value, at = read_varint(data, at, end)
        else:
            begin, at = _content(data, at, end, wire_type)
        if at > end:
            raise MalformedError("a field is longer than its message")
        yield Field(tag >> 3, wire_type, begin, at, value)


def _content(data: bytes, at: int, end: int, wire_type: int) -> tuple[int, int]:
    if wire_type == LENGTH:
        length, at = read_varint(data, at, end)
        return at, at + length
    if wire_type == FIXED64:
        return at, at + 8
    if wire_type == FIXED32:
        return at, at + 4
    raise MalformedError(f"wire type {wire_type} does not exist in proto3")
