"""Between numpy and Arrow without copies, and between columns and the fields of a file."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from mcp_telemetry.model.columns import Column, Kind
from mcp_telemetry.model.names import is_selected

__all__ = [
    "TIME",
    "array",
    "column_of",
    "columns_of",
    "field",
    "fill",
    "give_back",
    "numbers",
    "stored_name",
    "strings",
]

TIME = pa.timestamp("ns", "UTC")
_ESCAPE = "{}"
_NUMBER_TYPES: dict[pa.DataType, Any] = {pa.int64(): np.int64, pa.float64(): np.float64}

Number = TypeVar("Number", bound=np.generic)


def give_back() -> None:
    """Return to the system what Arrow keeps of the memory that the largest file so far took; a millisecond's work."""
    pa.default_memory_pool().release_unused()


# -- Numbers -----------------------------------------------------------------------------------------------------------


def array(values: NDArray[np.generic], kind: pa.DataType, absent: NDArray[np.bool_] | None = None) -> pa.Array:
    """Without a copy. (`pa.array` would import pandas wherever that is installed, and with it 40 MB.)"""
    present = None if absent is None else pa.py_buffer(np.packbits(~absent, bitorder="little"))
    return pa.Array.from_buffers(kind, len(values), [present, pa.py_buffer(np.ascontiguousarray(values))])


def strings(texts: Sequence[str]) -> pa.StringArray:
    """An array of these texts."""
    encoded = [text.encode() for text in texts]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    return pa.StringArray.from_buffers(len(texts), pa.py_buffer(ends), pa.py_buffer(b"".join(encoded)))


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


# -- Fields ------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=8192)
def field(column: Column, kind: pa.DataType, keys: frozenset[str]) -> pa.Field:
    """The field of a metric, with its unit and kind; `keys` are the names that the file needs for itself."""
    metadata = {"unit": column.unit, "kind": column.kind.name.lower()}
    return pa.field(stored_name(column, keys), kind, metadata=metadata)


def stored_name(column: Column, keys: frozenset[str]) -> str:
    """The metric's own name, unless it is one of the keys."""
    return column.name + _ESCAPE if column.name in keys else column.name


def columns_of(
    file: pq.ParquetFile, keys: frozenset[str], selectors: frozenset[str] = frozenset()
) -> tuple[Column, ...]:
    """The selected metrics of a file (see `is_selected`), in its order."""
    schema = (file.metadata.metadata or {}).get(b"ARROW:schema")
    return _selected(schema, keys, selectors) if schema else _chosen(_columns(file.schema_arrow, keys), selectors)


@lru_cache(maxsize=256)
def _selected(schema: bytes, keys: frozenset[str], selectors: frozenset[str]) -> tuple[Column, ...]:
    """A question meets the same few schemas in all files, and to look through one costs as much as to read a column."""
    return _chosen(_columns_of_bytes(schema, keys), selectors)


@lru_cache(maxsize=256)
def _columns_of_bytes(schema: bytes, keys: frozenset[str]) -> tuple[Column, ...]:
    """Most files of a fleet have the same few schemas, and to parse one costs as much as to read a column."""
    return _columns(pa.ipc.read_schema(pa.py_buffer(base64.b64decode(schema))), keys)


def _columns(schema: pa.Schema, keys: frozenset[str]) -> tuple[Column, ...]:
    return tuple(column_of(field) for field in schema if field.name not in keys)


def _chosen(columns: tuple[Column, ...], selectors: frozenset[str]) -> tuple[Column, ...]:
    return tuple(column for column in columns if is_selected(column.name, selectors))


def column_of(field: pa.Field) -> Column:
    """The metric that a field is of."""
    described = field.metadata or {}
    kind = Kind[described.get(b"kind", b"gauge").decode().upper()]
    return Column(field.name.removesuffix(_ESCAPE), described.get(b"unit", b"").decode(), kind)
