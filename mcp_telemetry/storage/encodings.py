"""Which Arrow type and Parquet encoding a column of numbers gets, chosen by what is in it.

Measured on an hour of psutil data at 1 s, bytes per value after zstd: network counters 1.85 as integers by their deltas
(2.4 as floats); percentages with two decimals 1.9 to 2.5 by dictionary (2.1 to 2.4 plain, 4.2 split into byte streams),
with LZ4 3.3 (3.6, 6.6); used memory 2.3 split (2.4 plain, 3.8 by dictionary); what changes every few seconds 0.4 plain
(0.4 split, 1.2 by dictionary); uptime 0.6 split (1.4 plain). zstd takes half of the time to write a column, most of it
to set up; where it gains nothing (constants, and deltas that are noise) it is left out.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcp_telemetry.model.columns import Column, Kind

__all__ = ["EXACT_BELOW", "Encoding", "encoding_of", "whole_numbers"]

# From here on a float64 no longer holds every integer.
EXACT_BELOW = 2**53
_NEARLY_ALL = 0.9
_MOST = 2 / 3
# With fewer different values than that for each change, many come again.
_RECURRING = 0.7


class Encoding(Enum):
    """How a column's numbers become bytes."""

    CONSTANT = auto()  # a dictionary of one value
    DICTIONARY = auto()  # compressed
    PACKED = auto()  # integers: DELTA_BINARY_PACKED
    DELTA = auto()  # integers: DELTA_BINARY_PACKED, compressed
    SPLIT = auto()  # BYTE_STREAM_SPLIT, compressed
    PLAIN = auto()  # compressed, and nothing else


def whole_numbers(column: Column, values: NDArray[np.float64]) -> NDArray[np.int64] | None:
    """The values as integers if the column is a counter of things and each is an integer below 2^53; else None.

    By the column first and the data only then: a gauge that happens to be whole for an hour must not change the type of
    its column between two files, which would break tools that read the folder as one table.
    """
    if not _counts_things(column) or not (np.abs(values) < EXACT_BELOW).all():
        return None
    whole = values.astype(np.int64)
    return whole if (whole == values).all() else None


def _counts_things(column: Column) -> bool:
    return column.kind is Kind.COUNTER and (column.unit in {"By", "1"} or column.unit.startswith("{"))


def encoding_of(values: NDArray[np.float64] | NDArray[np.int64]) -> Encoding:
    """How to write the values of a column that are there: floats, or what `whole_numbers` made of them."""
    changes = int(np.count_nonzero(values[1:] != values[:-1]))
    if not changes:
        return Encoding.CONSTANT
    if values.dtype == np.int64:
        return Encoding.PACKED if changes > _NEARLY_ALL * len(values) else Encoding.DELTA
    return _encoding_of_floats(values, changes)


def _encoding_of_floats(values: NDArray[Any], changes: int) -> Encoding:
    if changes < len(values) // 16:
        return Encoding.PLAIN
    if _distinct(values) < _RECURRING * changes:
        return Encoding.DICTIONARY
    return Encoding.SPLIT if changes > _MOST * len(values) else Encoding.PLAIN


def _distinct(values: NDArray[Any]) -> int:
    ordered = np.sort(values)
    return 1 + int(np.count_nonzero(ordered[1:] != ordered[:-1]))
