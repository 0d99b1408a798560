"""A snapshot's layout: which of its bytes are numbers, and of which column; the others stay from one to the next."""

from __future__ import annotations

import struct
from collections import OrderedDict, deque
from dataclasses import dataclass

import numpy as np
from google.protobuf.message import DecodeError
from numpy.typing import NDArray

from mcp_telemetry.leader.decoding.walk import Found, Value, walk
from mcp_telemetry.leader.decoding.wire import MalformedError
from mcp_telemetry.model.columns import Column, Kind
from mcp_telemetry.v1.metrics_pb2 import MetricSnapshot

__all__ = ["Layout", "Layouts", "canonical"]

Bytes = NDArray[np.uint8]
_EIGHT = np.arange(8)
_LARGEST = float(np.finfo(np.float64).max)
_WHOLE_LIMIT = 2.0**63  # beyond is a negative number that was sent as an unsigned one


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """How the numbers lie in snapshots of `length` bytes.

    columns:   in the order of their bytes
    time, sequence: where those stand, or -1
    skeleton:  the bytes that are not numbers, as one little-endian integer; those that are, are 0 in it
    mask:      likewise, 255 for each byte that is not a number
    unpack:    reads one snapshot's values
    integers:  int[...], the columns that are whole numbers on the wire
    gather:    int[8 * len(columns)], the bytes of the values
    low, high: float64[len(columns)], what each value must lie between, both included
    """

    length: int
    columns: tuple[Column, ...]
    time: int
    sequence: int
    skeleton: int
    mask: int
    unpack: struct.Struct
    integers: NDArray[np.intp]
    gather: NDArray[np.intp]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    node_id: str
    instance_id: str

    def matches(self, snapshot: bytes) -> bool:
        """Whether these bytes differ from the layout in numbers only."""
        return len(snapshot) == self.length and int.from_bytes(snapshot, "little") & self.mask == self.skeleton

    def matching(self, snapshots: Bytes) -> int:
        """How many of the snapshots, uint8[n, length], from the first on have this layout."""
        mask = np.frombuffer(self.mask.to_bytes(self.length, "little"), np.uint8)
        skeleton = np.frombuffer(self.skeleton.to_bytes(self.length, "little"), np.uint8)
        differs = ((snapshots & mask) != skeleton).any(axis=1)
        return int(differs.argmax()) if differs.any() else len(snapshots)

    def values(self, snapshots: Bytes) -> NDArray[np.float64]:
        """float64[n, columns] of the snapshots, uint8[n, length]."""
        raw = snapshots.take(self.gather, axis=1)
        values: NDArray[np.float64] = raw.view("<f8")
        values[:, self.integers] = raw.view("<u8")[:, self.integers]
        return values


def whole_numbers(snapshots: Bytes, at: int) -> NDArray[np.int64]:
    """int64[n], the eight bytes at `at` of each snapshot; 0 where `at` is -1."""
    if at < 0:
        return np.zeros(len(snapshots), np.int64)
    whole: NDArray[np.int64] = snapshots[:, at : at + 8].copy().view("<i8")[:, 0]
    return whole


class Layouts:
    """The layouts met so far, shared by all nodes: a few of each length, and of the newest lengths."""

    PER_LENGTH = 16
    LENGTHS = 1024

    def __init__(self, max_columns: int) -> None:
        self._max_columns = max_columns
        self._by_length: OrderedDict[int, deque[Layout]] = OrderedDict()
        self._columns: dict[tuple[Column, ...], tuple[Column, ...]] = {}

    def find(self, snapshot: bytes) -> Layout:
        """The layout of one snapshot: a known one, or one learned from its bytes.

        Raises what `walk` raises, NotCanonicalError among it: then `canonical` gives bytes that can be read.
        """
        for layout in self._by_length.get(len(snapshot), ()):
            if layout.matches(snapshot):
                return layout
        return self._remember(self._learn(snapshot))

    def _learn(self, snapshot: bytes) -> Layout:
        canonical(snapshot)
        return self._layout(walk(snapshot, self._max_columns), snapshot)

    def _layout(self, found: Found, snapshot: bytes) -> Layout:
        values = sorted(found.values.values(), key=lambda value: value.offset)
        mask = _mask(found, len(snapshot))
        return Layout(
            length=len(snapshot),
            columns=self._shared(tuple(value.column for value in values)),
            time=found.time_offset,
            sequence=found.sequence_offset,
            skeleton=int.from_bytes(snapshot, "little") & mask,
            mask=mask,
            unpack=struct.Struct(_format(values, len(snapshot))),
            integers=np.array([at for at, value in enumerate(values) if value.is_integer], np.intp),
            gather=(np.array([value.offset for value in values], np.intp)[:, None] + _EIGHT).reshape(-1),
            low=np.array([_low(value) for value in values]),
            high=np.array([_WHOLE_LIMIT if value.is_integer else _LARGEST for value in values]),
            node_id=found.node_id,
            instance_id=found.instance_id,
        )

    def _shared(self, columns: tuple[Column, ...]) -> tuple[Column, ...]:
        """The same tuple for the same columns, so that equal is identical, and a large fleet holds few of them."""
        if len(self._columns) >= self.LENGTHS:
            self._columns.clear()
        return self._columns.setdefault(columns, columns)

    def _remember(self, layout: Layout) -> Layout:
        self._by_length.setdefault(layout.length, deque(maxlen=self.PER_LENGTH)).appendleft(layout)
        if len(self._by_length) > self.LENGTHS:
            self._by_length.popitem(last=False)
        return layout


def _mask(found: Found, length: int) -> int:
    mask = bytearray(b"\xff" * length)
    for offset in (found.time_offset, found.sequence_offset, *(value.offset for value in found.values.values())):
        if offset >= 0:
            mask[offset : offset + 8] = bytes(8)
    return int.from_bytes(mask, "little")


def _format(values: list[Value], length: int) -> str:
    """For `struct`: the values in the order of their bytes, and pads over everything else."""
    parts = ["<"]
    at = 0
    for value in values:
        parts.append(f"{value.offset - at}x{'Q' if value.is_integer else 'd'}")
        at = value.offset + 8
    return "".join([*parts, f"{length - at}x"])


def _low(value: Value) -> float:
    return 0.0 if value.is_integer or value.column.kind is Kind.COUNTER else -_LARGEST


def canonical(snapshot: bytes) -> bytes:
    """The same snapshot as protobuf itself would write it; MalformedError if it is none."""
    try:
        return MetricSnapshot.FromString(snapshot).SerializeToString()
    except DecodeError:
        raise MalformedError("not a MetricSnapshot") from None
