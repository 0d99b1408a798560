"""Rows of one hour to the bytes of a Parquet file, and back.

The columns of a file are `time` (timestamp[ns, UTC]), `node_id`, `instance_id`, `sequence`, then one per metric under
its column name, with its unit and kind in the Arrow field's metadata. Absent is null. A metric that has the name of one
of those four is stored as `name{}`. Every page carries a checksum, so that a flipped bit is an error and not a value.
"""

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
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.storage.encodings import Encoding, encoding_of, whole_numbers

Number = TypeVar("Number", bound=np.generic)

__all__ = ["columns_of", "decode", "encode", "open_parquet"]

_TIME = pa.timestamp("ns", "UTC")
_KEYS = (
    pa.field("time", _TIME, nullable=False),
    pa.field("node_id", pa.string(), nullable=False),
    pa.field("instance_id", pa.string(), nullable=False),
    pa.field("sequence", pa.int64(), nullable=False),
)
_KEY_NAMES = frozenset(field.name for field in _KEYS)
# Whatever is read, these are read too: none of them needs zstd.
_KEY_ENCODINGS = (Encoding.PACKED, Encoding.CONSTANT, Encoding.CONSTANT, Encoding.PACKED)
_UNCOMPRESSED = {Encoding.CONSTANT, Encoding.PACKED}
# What is not here is a dictionary, which Parquet asks for in another way.
_PARQUET_NAMES = {
    Encoding.PACKED: "DELTA_BINARY_PACKED",
    Encoding.DELTA: "DELTA_BINARY_PACKED",
    Encoding.SPLIT: "BYTE_STREAM_SPLIT",
    Encoding.PLAIN: "PLAIN",
}
_READ_KEYS = ["time", "instance_id", "sequence"]
_ESCAPE = "{}"
_ZSTD_LEVEL = 3
_NUMBER_TYPES: dict[pa.DataType, Any] = {pa.int64(): np.int64, pa.float64(): np.float64}


def encode(node_id: str, rows: Rows, *, is_final: bool = True) -> memoryview:
    """The bytes of a file of these rows, in their order. Columns without a value are left out.

    A file that is not final, because more rows will soon be merged into it, is compressed with LZ4 instead of zstd: to
    write and read it costs a quarter less, and it is a fifth larger.
    """
    fields, arrays, encodings = list(_KEYS), _key_arrays(node_id, rows), list(_KEY_ENCODINGS)
    missing = np.isnan(rows.values)
    absent_rows = np.count_nonzero(missing, axis=0).tolist()
    for place, column in enumerate(rows.columns):
        if absent_rows[place] < len(rows):
            absent = missing[:, place] if absent_rows[place] else None
            array, encoding = _stored(column, np.ascontiguousarray(rows.values[:, place]), absent)
            fields.append(_field(column, pa.types.is_int64(array.type)))
            arrays.append(array)
            encodings.append(encoding)
    return _written(pa.Table.from_arrays(arrays, schema=pa.schema(fields)), encodings, is_final)


def _key_arrays(node_id: str, rows: Rows) -> list[pa.Array]:
    return [
        _array(rows.times_ns, _TIME),
        _strings([node_id]).take(_array(np.zeros(len(rows), np.int32), pa.int32())),
        _strings(rows.instance_ids).take(_array(rows.instances, pa.int32())),
        _array(rows.sequences, pa.int64()),
    ]


def _stored(column: Column, values: NDArray[np.float64], absent: NDArray[np.bool_] | None) -> tuple[pa.Array, Encoding]:
    present = values if absent is None else values[~absent]
    whole = whole_numbers(column, present)
    if whole is None:
        return _array(values, pa.float64(), absent), encoding_of(present)
    if absent is None:
        return _array(whole, pa.int64()), encoding_of(whole)
    spread = np.zeros(len(values), np.int64)
    spread[~absent] = whole
    return _array(spread, pa.int64(), absent), encoding_of(whole)


def _array(values: NDArray[np.generic], kind: pa.DataType, absent: NDArray[np.bool_] | None = None) -> pa.Array:
    """Without a copy. (`pa.array` would import pandas wherever that is installed, and with it 40 MB.)"""
    present = None if absent is None else pa.py_buffer(np.packbits(~absent, bitorder="little"))
    return pa.Array.from_buffers(kind, len(values), [present, pa.py_buffer(np.ascontiguousarray(values))])


def _strings(texts: Sequence[str]) -> pa.StringArray:
    encoded = [text.encode() for text in texts]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    return pa.StringArray.from_buffers(len(texts), pa.py_buffer(ends), pa.py_buffer(b"".join(encoded)))


def _written(table: pa.Table, encodings: Sequence[Encoding], is_final: bool) -> memoryview:
    chosen = dict(zip(table.column_names, encodings, strict=True))
    compressed = [name for name, encoding in chosen.items() if encoding not in _UNCOMPRESSED]
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(
        sink,
        table.schema,
        compression=dict.fromkeys(compressed, "zstd" if is_final else "lz4"),
        compression_level=dict.fromkeys(compressed, _ZSTD_LEVEL) if is_final else None,
        use_dictionary=[name for name, encoding in chosen.items() if encoding not in _PARQUET_NAMES],
        column_encoding={name: _PARQUET_NAMES[e] for name, e in chosen.items() if e in _PARQUET_NAMES},
        write_statistics=_READ_KEYS,
        write_page_checksum=True,
    ) as writer:
        writer.write_table(table)
    return memoryview(sink.getvalue())


@lru_cache(maxsize=8192)
def _field(column: Column, is_whole: bool) -> pa.Field:
    kind = pa.int64() if is_whole else pa.float64()
    return pa.field(_stored_name(column), kind, metadata={"unit": column.unit, "kind": column.kind.name.lower()})


def _stored_name(column: Column) -> str:
    return column.name + _ESCAPE if column.name in _KEY_NAMES else column.name


def open_parquet(source: pa.NativeFile) -> pq.ParquetFile:
    """A file to read from; raises OSError or pa.ArrowException when it is none."""
    return pq.ParquetFile(source, pre_buffer=False, read_dictionary=["instance_id"], page_checksum_verification=True)


def columns_of(file: pq.ParquetFile) -> tuple[Column, ...]:
    """The metrics in a file, in its order."""
    schema = (file.metadata.metadata or {}).get(b"ARROW:schema")
    return _columns_of_bytes(schema) if schema else _columns_of_schema(file.schema_arrow)


@lru_cache(maxsize=256)
def _columns_of_bytes(schema: bytes) -> tuple[Column, ...]:
    """Most files of a fleet have the same few schemas, and to parse one costs as much as to read a column."""
    return _columns_of_schema(pa.ipc.read_schema(pa.py_buffer(base64.b64decode(schema))))


def _columns_of_schema(schema: pa.Schema) -> tuple[Column, ...]:
    return tuple(_column(field) for field in schema if field.name not in _KEY_NAMES)


def _column(field: pa.Field) -> Column:
    described = field.metadata or {}
    kind = Kind[described.get(b"kind", b"gauge").decode().upper()]
    return Column(field.name.removesuffix(_ESCAPE), described.get(b"unit", b"").decode(), kind)


def decode(file: pq.ParquetFile, selectors: frozenset[str]) -> Rows:
    """The rows of a file with the selected columns; nothing else is read."""
    columns = tuple(column for column in columns_of(file) if is_selected(column.name, selectors))
    names = [_stored_name(column) for column in columns]
    table = file.read(columns=_READ_KEYS + names, use_threads=False)
    arrays = dict(zip(table.column_names, table.columns, strict=True))
    instances = arrays["instance_id"].unify_dictionaries().combine_chunks()
    values = np.empty((table.num_rows, len(columns)), order="F")
    for place, name in enumerate(names):
        _fill(values[:, place], arrays[name].combine_chunks())
    return Rows(
        columns=columns,
        times_ns=_numbers(arrays["time"].combine_chunks(), np.int64),
        sequences=_numbers(arrays["sequence"].combine_chunks(), np.int64),
        instances=_numbers(instances.indices, np.int32),
        instance_ids=tuple(instances.dictionary.to_pylist()),
        values=values,
    )


def _fill(series: NDArray[np.float64], array: pa.Array) -> None:
    if array.type not in _NUMBER_TYPES:
        array = array.cast(pa.float64())
    series[:] = _numbers(array, _NUMBER_TYPES[array.type])
    if array.null_count:
        bits = np.frombuffer(array.buffers()[0], np.uint8)
        present = np.unpackbits(bits, count=array.offset + len(array), bitorder="little")[array.offset :]
        series[present == 0] = np.nan


def _numbers(array: pa.Array, kind: type[Number]) -> NDArray[Number]:
    """Without a copy, and without the pandas that `to_numpy` would import."""
    if not len(array):
        return np.empty(0, kind)
    return np.frombuffer(array.buffers()[1], kind)[array.offset : array.offset + len(array)]
