"""Series as they come off the wire, into numpy arrays without a Python object for each number.

protobuf hands out a repeated field element by element: 18 ms for a day of seconds, all of it on the event loop. Packed
fields are the numbers themselves in little-endian, which numpy takes as they are.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["Part", "read_series"]

_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5
_WIDTHS = {_FIXED64: 8, _FIXED32: 4}
_TIMES = pb.Series.TIMES_UNIX_NANO_FIELD_NUMBER << 3 | _LENGTH
_VALUES = pb.Series.VALUES_FIELD_NUMBER << 3 | _LENGTH
_DTYPES = {_TIMES: "<i8", _VALUES: "<f8"}


class Part(NamedTuple):
    """One message of an answer: `head` is all of it but times_ns int64[n] and values float64[n]."""

    head: pb.Series
    times_ns: NDArray[np.int64]
    values: NDArray[np.float64]


def read_series(data: bytes) -> Part:
    """A serialized Series; ValueError or DecodeError if it is none."""
    rest = bytearray()
    arrays: dict[int, list[NDArray[Any]]] = {_TIMES: [], _VALUES: []}
    at = 0
    while at < len(data):
        tag, begin = _varint(data, at)
        begin, end = _extent(data, tag & 7, begin)
        if tag in arrays:
            arrays[tag].append(np.frombuffer(data, _DTYPES[tag], (end - begin) // 8, begin))
        else:
            rest += data[at:end]
        at = end
    head = pb.Series.FromString(bytes(rest))
    # A writer may send such a field unpacked: then it is in the rest.
    times = np.concatenate([*arrays[_TIMES], np.array(head.times_unix_nano, np.int64)])
    return Part(head, times, np.concatenate([*arrays[_VALUES], np.array(head.values, np.float64)]))


def _extent(data: bytes, wire_type: int, at: int) -> tuple[int, int]:
    """Where the content of a field begins and ends."""
    if wire_type == _LENGTH:
        length, at = _varint(data, at)
        return at, at + length
    if wire_type == _VARINT:
        return at, _varint(data, at)[1]
    if wire_type in _WIDTHS:
        return at, at + _WIDTHS[wire_type]
    raise ValueError(f"wire type {wire_type} at byte {at}: not a protobuf message")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise ValueError(f"no whole number at byte {at}: not a protobuf message")
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return value, at
        shift += 7
