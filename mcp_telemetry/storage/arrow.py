"""Between numpy and Arrow without copies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

__all__ = ["TIME", "array", "coded", "fill", "give_back", "numbers", "strings"]

TIME = pa.timestamp("ns", "UTC")
_NUMBER_TYPES: dict[pa.DataType, Any] = {pa.int64(): np.int64, pa.float64(): np.float64}

Number = TypeVar("Number", bound=np.generic)


def give_back() -> None:
    """Return to the system what Arrow keeps of the memory that the largest file so far took; a millisecond's work."""
    pa.default_memory_pool().release_unused()


def array(values: NDArray[np.generic], kind: pa.DataType, absent: NDArray[np.bool_] | None = None) -> pa.Array:
    """Without a copy. (`pa.array` would import pandas wherever that is installed, and with it 40 MB.)"""
    present = None if absent is None else pa.py_buffer(np.packbits(~absent, bitorder="little"))
    return pa.Array.from_buffers(kind, len(values), [present, pa.py_buffer(np.ascontiguousarray(values))])


def strings(texts: Sequence[str]) -> pa.StringArray:
    """An array of these texts."""
    encoded = [text.encode() for text in texts]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    return pa.StringArray.from_buffers(len(texts), pa.py_buffer(ends), pa.py_buffer(b"".join(encoded)))


def coded(texts: pa.Array) -> pa.DictionaryArray:
    """Few different texts as numbers and what they stand for."""
    return texts if isinstance(texts, pa.DictionaryArray) else texts.dictionary_encode()


def numbers(array: pa.Array, kind: type[Number]) -> NDArray[Number]:
    """Without a copy, and without the pandas that `to_numpy` would import."""
    if not len(array):
        return np.empty(0, kind)
    return np.frombuffer(array.buffers()[1], kind)[array.offset : array.offset + len(array)]


def fill(series: NDArray[np.float64], array: pa.Array) -> None:
    """Copy an array of any kind of number into a series, NaN where it is null."""
    if array.type not in _NUMBER_TYPES:
        array = array.cast(pa.float64())
    series[:] = numbers(array, _NUMBER_TYPES[array.type])
    if array.null_count:
        bits = np.frombuffer(array.buffers()[0], np.uint8)
        present = np.unpackbits(bits, count=array.offset + len(array), bitorder="little")[array.offset :]
        series[present == 0] = np.nan
