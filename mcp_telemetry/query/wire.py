"""Messages of the contract written by hand: a packed field of numbers is numpy's memory as it is.

To hand a million numbers to protobuf one by one takes a hundred times longer than to copy their bytes. What is small in
a message protobuf writes; the two parts are joined, since fields may come in any order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcp_telemetry._varint import varint
from mcp_telemetry.model.columns import Column
from mcp_telemetry.query.question import Tier
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["Part", "field_of_bytes", "packed", "series_message"]

_BYTES_TYPE = 2  # the wire type of a field that has a length
_TIMES = pb.Series.TIMES_UNIX_NANO_FIELD_NUMBER
_VALUES = pb.Series.VALUES_FIELD_NUMBER
_MS = 10**6


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A stretch of one series: times_ns int64[n], values float64[n]. The other fields are those of the message."""

    node_id: str
    column: Column
    times_ns: NDArray[np.int64]
    values: NDArray[np.float64]
    tier: Tier = Tier.RAW
    group: tuple[tuple[str, str], ...] = ()
    nodes: int = 1
    step_ns: int = 0


def series_message(part: Part) -> bytes:
    """A Series message of this part."""
    column = part.column
    head = pb.Series(
        node_id=part.node_id,
        column=pb.Column(name=column.name, unit=column.unit, kind=column.kind.value),
        group=[pb.Label(name=name, value=value) for name, value in part.group],
        nodes=part.nodes,
        tier=part.tier.value,
        step_ms=part.step_ns // _MS,
    )
    times = packed(_TIMES, part.times_ns.astype("<i8", copy=False))
    values = packed(_VALUES, part.values.astype("<f8", copy=False))
    return b"".join((head.SerializeToString(), *times, *values))


def packed(field: int, numbers: NDArray[np.generic]) -> tuple[bytes, memoryview]:
    """A repeated field of fixed-width numbers of 8 bytes: what comes before them, and they."""
    return _head(field, numbers.nbytes), np.ascontiguousarray(numbers).data.cast("B")


def field_of_bytes(field: int, content: bytes) -> tuple[bytes, bytes]:
    """A field that holds a message: what comes before it, and it."""
    return _head(field, len(content)), content


def _head(field: int, length: int) -> bytes:
    return varint(field << 3 | _BYTES_TYPE) + varint(length)
