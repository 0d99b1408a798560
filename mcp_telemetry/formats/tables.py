"""Wide tables: `time`, `node_id`, `instance_id`, `sequence`, then a column for each metric. For CSV and for Parquet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mcp_telemetry.formats.reading import Batch
from mcp_telemetry.model.columns import Column
from mcp_telemetry.model.times import ns_of_text, ns_of_unix_seconds
from mcp_telemetry.series.merge import take
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.storage.arrow import TIME, array, fill, numbers, strings
from mcp_telemetry.storage.description import described, stored_name
from mcp_telemetry.storage.json_codec import FOREIGN_INSTANCE
from mcp_telemetry.storage.plain import column_named, unaliased

__all__ = ["KEYS", "batches_of", "schema_of", "table_of", "time_name"]

KEYS = ("time", "node_id", "instance_id", "sequence")
_KEY_FIELDS = (
    pa.field("time", TIME, nullable=False),
    pa.field("node_id", pa.string(), nullable=False),
    pa.field("instance_id", pa.string(), nullable=False),
    pa.field("sequence", pa.int64(), nullable=False),
)
_TIME_NAMES = ("time", "timestamp", "time_unix_nano")
_NANOSECONDS = "time_unix_nano"


# -- From a table ------------------------------------------------------------------------------------------------------


def time_name(names: Sequence[str]) -> str:
    """The column that has the times; ValueError if there is none, or a column is there twice."""
    if doubles := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"column {min(doubles)!r} is there twice")
    found = next((name for name in _TIME_NAMES if name in names), None)
    if found is None:
        raise ValueError(f"it has no column {' or '.join(_TIME_NAMES)}, only {', '.join(names[:5])}, ...")
    return found


def batches_of(table: pa.RecordBatch, default_node_id: str) -> Iterator[Batch]:
    """The rows of each node in a table; ValueError or ArrowException if it is none of rows."""
    names = table.schema.names
    when, known = time_name(names), described(table.schema.metadata)
    times_ns = _times_ns(table.column(when), when == _NANOSECONDS)
    metrics = [name for name in names if name not in KEYS and name != when]
    instances = _texts(table, "instance_id", FOREIGN_INSTANCE)
    rows = Rows(
        columns=tuple(known[name] if name in known else column_named(unaliased(name)) for name in metrics),
        times_ns=times_ns,
        sequences=_sequences(table, times_ns),
        instances=numbers(instances.indices, np.int32),
        instance_ids=tuple(instances.dictionary.to_pylist()),
        values=_values(table, metrics),
    )
    nodes = _texts(table, "node_id", default_node_id)
    of_node = numbers(nodes.indices, np.int32)
    for number, node_id in enumerate(nodes.dictionary.to_pylist()):
        yield node_id, rows if len(nodes.dictionary) == 1 else take(rows, of_node == number)


def _values(table: pa.RecordBatch, names: Sequence[str]) -> NDArray[np.float64]:
    values = np.empty((table.num_rows, len(names)), order="F")
    for place, name in enumerate(names):
        try:
            fill(values[:, place], table.column(name))
        except pa.ArrowException as error:
            raise ValueError(f"column {name!r} is not of numbers ({error})") from error
    return values


def _times_ns(times: pa.Array, is_nanoseconds: bool) -> NDArray[np.int64]:
    if times.null_count:
        raise ValueError(f"{times.null_count} rows have no time")
    if pa.types.is_timestamp(times.type):
        return numbers(times.cast(TIME), np.int64)
    if is_nanoseconds:
        return numbers(times.cast(pa.int64()), np.int64)
    if pa.types.is_string(times.type):
        return _times_of_texts(times)
    return np.array([ns_of_unix_seconds(seconds) for seconds in times.to_pylist()], np.int64)


def _times_of_texts(times: pa.StringArray) -> NDArray[np.int64]:
    try:
        return numbers(times.cast(TIME), np.int64)
    except pa.ArrowInvalid:
        return np.array([_time_of_text(text) for text in times.to_pylist()], np.int64)


def _time_of_text(text: str) -> int:
    time_ns = ns_of_text(text.strip())
    if time_ns is None:
        raise ValueError(f"time {text!r} is neither ISO 8601 nor Unix seconds")
    return time_ns


def _sequences(table: pa.RecordBatch, times_ns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Of a row without instance_id the time: of another program, it is its node's only one of that nanosecond."""
    if not {"instance_id", "sequence"} <= set(table.schema.names):
        return times_ns
    sequences = table.column("sequence").cast(pa.int64())
    is_missing = pc.or_(sequences.is_null(), table.column("instance_id").is_null()).cast(pa.int8())
    given = numbers(sequences.fill_null(0), np.int64)
    return np.where(numbers(is_missing, np.int8) == 1, times_ns, given)


def _texts(table: pa.RecordBatch, name: str, default: str) -> pa.DictionaryArray:
    """A column of few different texts, which may lack some, or all."""
    if name not in table.schema.names:
        return strings([default]).take(array(np.zeros(table.num_rows, np.int32), pa.int32())).dictionary_encode()
    return table.column(name).cast(pa.string()).fill_null(default).dictionary_encode()


# -- To a table --------------------------------------------------------------------------------------------------------


def schema_of(columns: Sequence[Column]) -> pa.Schema:
    """The keys, then the columns as floats; one that has the name of a key is `name{}`."""
    return pa.schema([*_KEY_FIELDS, *(pa.field(stored_name(column, KEYS), pa.float64()) for column in columns)])


def table_of(node_id: str, rows: Rows, schema: pa.Schema) -> pa.Table:
    """The rows as a table of this schema; absent is null."""
    series = {stored_name(c, KEYS): values for c, values in zip(rows.columns, rows.values.T, strict=True)}
    nothing = np.full(len(rows), np.nan)
    return pa.Table.from_arrays(
        [
            array(rows.times_ns, TIME),
            strings([node_id]).take(array(np.zeros(len(rows), np.int32), pa.int32())),
            strings(rows.instance_ids).take(array(rows.instances, pa.int32())),
            array(rows.sequences, pa.int64()),
            *(_present(series.get(name, nothing)) for name in schema.names[len(KEYS) :]),
        ],
        schema=schema,
    )


def _present(values: NDArray[np.float64]) -> pa.Array:
    return array(values, pa.float64(), np.isnan(values))
