"""Protobuf's wire format: the fields of a message as ranges of bytes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

__all__ = [
    "FIXED32",
    "FIXED64",
    "LENGTH",
    "MAX_FIELDS",
    "VARINT",
    "Field",
    "MalformedError",
    "TooManyFieldsError",
    "content",
    "fields",
    "read_varint",
    "scan",
    "tag_of",
]

VARINT = 0
FIXED64 = 1
LENGTH = 2
FIXED32 = 5

# Far above what an honest message has, and little enough that a hostile one costs a few hundredths of a second.
MAX_FIELDS = 1 << 17
_OVERLONG = "a field is longer than its message, or has no number"


class MalformedError(ValueError):
    """These bytes are not a protobuf message."""


class TooManyFieldsError(ValueError):
    """A message has more fields than it may have."""


class Field(NamedTuple):
    """One field: its number and wire type, and where its content starts and ends (after tag and length)."""

    number: int
    wire_type: int
    start: int
    end: int


def read_varint(data: bytes, at: int, end: int) -> tuple[int, int]:
    """The number at `at`, and where the next thing starts."""
    if at < end and data[at] < 0x80:
        return data[at], at + 1
    value = shift = 0
    while at < end and shift < 70:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, at
        shift += 7
    raise MalformedError("a varint does not end")


def tag_of(number: int, wire_type: int) -> int:
    """What stands before a field of this number and wire type."""
    return number << 3 | wire_type


def content(data: bytes, tag: int, at: int, end: int) -> tuple[int, int]:
    """Where the content of the field with this tag starts and ends; `at` is where its tag ended."""
    wire_type = tag & 7
    if wire_type == FIXED64:
        stop = at + 8
    elif wire_type == LENGTH:
        length, at = read_varint(data, at, end)
        stop = at + length
    elif wire_type == VARINT:
        stop = read_varint(data, at, end)[1]
    elif wire_type == FIXED32:
        stop = at + 4
    else:
        raise MalformedError(f"wire type {wire_type} does not exist in proto3")
    if stop > end or tag < 8:
        raise MalformedError(_OVERLONG)
    return at, stop


def scan(data: bytes, at: int, end: int, most: int) -> list[tuple[int, int, int]]:
    """The fields of the message in `data[at:end]`, in their order: tag, start and end of the content.

    MalformedError where the bytes make no sense, TooManyFieldsError if there are more than `most`.
    """
    found: list[tuple[int, int, int]] = []
    while at < end:
        if len(found) >= most:
            raise TooManyFieldsError(f"more than {most} fields in one message")
        tag, start = data[at], at + 1
        if tag > 0x7F:
            tag, start = read_varint(data, at, end)
        # Nearly every field is of these two types; `content` knows them all.
        if tag & 7 == FIXED64:
            at = start + 8
        elif tag & 7 == LENGTH:
            length, start = read_varint(data, start, end)
            at = start + length
        else:
            start, at = content(data, tag, start, end)
        if at > end or tag < 8:
            raise MalformedError(_OVERLONG)
        found.append((tag, start, at))
    return found


def fields(data: bytes, start: int, end: int) -> Iterator[Field]:
    """The fields of the message in `data[start:end]`, in their order; MalformedError where the bytes make no sense."""
    try:
        found = scan(data, start, end, MAX_FIELDS)
    except TooManyFieldsError as error:
        raise MalformedError(str(error)) from None
    for tag, begin, stop in found:
        yield Field(tag >> 3, tag & 7, begin, stop)
