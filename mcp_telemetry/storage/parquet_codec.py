"""Rows of one hour to the bytes of a Parquet file, and back.

The columns of a file are `time` (timestamp[ns, UTC]), `node_id`, `instance_id`, `sequence`, then one per metric under
its column name; the file's metadata tells its unit and kind. Absent is null. A metric that has the name of one of those
four is stored as `name{}`. Every page carries a checksum, so that a flipped bit is an error and not a value.

Mostly the rows are consecutive ones of one instance. Then the metadata says so, too, and spares readers two columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from mcp_telemetry.model.columns import Column
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.storage.arrow import TIME, array, coded, fill, numbers, strings
from mcp_telemetry.storage.description import chosen, description, read_chosen, stored_name
from mcp_telemetry.storage.encodings import Encoding, encoding_of, whole_numbers
from mcp_telemetry.storage.runs import Identity, Run, told, told_run

__all__ = ["NO_METRICS", "columns_of", "decode", "encode", "open_parquet", "read_identity", "run_of"]

_KEYS = (
    pa.field("time", TIME, nullable=False),
    pa.field("node_id", pa.string(), nullable=False),
    pa.field("instance_id", pa.string(), nullable=False),
    pa.field("sequence", pa.int64(), nullable=False),
)
_KEY_NAMES = tuple(field.name for field in _KEYS)
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
_IDENTITY = _KEY_NAMES.index("instance_id"), _KEY_NAMES.index("sequence")
_READ_KEYS = ("time", "instance_id", "sequence")
NO_METRICS = frozenset({""})  # a selector that no column's name matches
_ZSTD_LEVEL = 3


def encode(node_id: str, rows: Rows, *, is_final: bool = True) -> memoryview:
    """The bytes of a file of these rows, in their order. Columns without a value are left out.

    A file that is not final, because more rows will soon be merged into it, is compressed with LZ4 instead of zstd: to
    write and read it costs a quarter less, and it is a fifth larger.
    """
    fields, arrays, encodings = list(_KEYS), _key_arrays(node_id, rows), list(_KEY_ENCODINGS)
    columns: list[Column] = []
    missing = np.isnan(rows.values)
    absent_rows = np.count_nonzero(missing, axis=0).tolist()
    for place, column in enumerate(rows.columns):
        if absent_rows[place] < len(rows):
            absent = missing[:, place] if absent_rows[place] else None
            stored, encoding = _stored(column, np.ascontiguousarray(rows.values[:, place]), absent)
            columns.append(column)
            fields.append(pa.field(stored_name(column, _KEY_NAMES), stored.type))
            arrays.append(stored)
            encodings.append(encoding)
    table = pa.Table.from_arrays(arrays, schema=pa.schema(fields))
    return _written(table, encodings, description(columns, _KEY_NAMES) | told(rows), is_final)


def _key_arrays(node_id: str, rows: Rows) -> list[pa.Array]:
    return [
        array(rows.times_ns, TIME),
        strings([node_id]).take(array(np.zeros(len(rows), np.int32), pa.int32())),
        strings(rows.instance_ids).take(array(rows.instances, pa.int32())),
        array(rows.sequences, pa.int64()),
    ]


def _stored(column: Column, values: NDArray[np.float64], absent: NDArray[np.bool_] | None) -> tuple[pa.Array, Encoding]:
    present = values if absent is None else values[~absent]
    whole = whole_numbers(column, present)
    if whole is None:
        return array(values, pa.float64(), absent), encoding_of(present)
    if absent is None:
        return array(whole, pa.int64()), encoding_of(whole)
    spread = np.zeros(len(values), np.int64)
    spread[~absent] = whole
    return array(spread, pa.int64(), absent), encoding_of(whole)


def _written(table: pa.Table, encodings: Sequence[Encoding], metadata: Mapping[str, str], is_final: bool) -> memoryview:
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
        write_statistics=list(_READ_KEYS),
        write_page_checksum=True,
        store_schema=False,
    ) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata(metadata)
    return memoryview(sink.getvalue())


def open_parquet(source: pa.NativeFile, dictionary: int = _KEY_NAMES.index("instance_id")) -> pq.ParquetReader:
    """A file to read from; raises OSError or pa.ArrowException when it is none. `dictionary`: a column of few texts."""
    reader = pq.ParquetReader()
    reader.open(source, pre_buffer=False, read_dictionary=[dictionary], page_checksum_verification=True)
    return reader


def columns_of(file: pq.ParquetReader) -> tuple[Column, ...]:
    """The metrics in a file, in its order."""
    return chosen(file, _KEY_NAMES).metrics


def decode(file: pq.ParquetReader, selectors: frozenset[str]) -> Rows:
    """The rows of a file with the selected columns; nothing else is read. ValueError for a file of another make."""
    run = run_of(file)
    some = chosen(file, _KEY_NAMES, _READ_KEYS if run is None else ("time",), selectors)
    times, *others = read_chosen(file, some)
    if times.type != TIME:
        raise ValueError(f"its times are {times.type}: want {TIME}")
    identity, series = (_identity(*others[:2]), others[2:]) if run is None else (run.identity(), others)
    values = np.empty((len(times), len(series)), order="F")
    for place, stored in enumerate(series):
        fill(values[:, place], stored)
    return Rows(some.metrics, numbers(times, np.int64), *identity, values)


def run_of(file: pq.ParquetReader) -> Run | None:
    """Of a file whose rows are consecutive ones, which they are, as its metadata tells."""
    return told_run(file, *_IDENTITY)


def read_identity(file: pq.ParquetReader) -> Identity:
    """The same of each row from the columns themselves, whatever the metadata tells."""
    return _identity(*read_chosen(file, chosen(file, _KEY_NAMES, _READ_KEYS, NO_METRICS))[1:])


def _identity(instances: pa.Array, sequences: pa.Array) -> Identity:
    instances = coded(instances)
    ids = tuple(instances.dictionary.to_pylist())
    return Identity(numbers(sequences, np.int64), numbers(instances.indices, np.int32), ids)
