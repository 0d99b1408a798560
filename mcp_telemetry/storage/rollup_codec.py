"""Buckets of one node to the bytes of a Parquet file, and back.

The columns of a file are `time` (where the bucket begins), `stat`, `node_id`, `first_time` and `last_time` (of the
bucket's samples), then one per metric under its column name. Each bucket has a row for each stat: the count of samples,
their first and last, of gauges the min, max and mean, of counters the increase and the lowest and highest rate per
second. What a metric does not have is null. Rows are in order of (stat, time), so that a column of a file is one block
of numbers per stat; few columns keep the footer small, and reading one costs little more than its numbers.

Where a metric was missing in a bucket's first or last samples, further stats say for how long; files without such a
case lack them. A metric that has the name of one of the five is stored as `name{}`. The file's metadata holds the
version of each hour it was made from (see `Storage.versions`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from mcp_telemetry.series.buckets import Buckets, Floats
from mcp_telemetry.storage.arrow import TIME, array, coded, fill, numbers, strings
from mcp_telemetry.storage.description import chosen, description, read_chosen, stored_name
from mcp_telemetry.storage.parquet_codec import open_parquet

__all__ = ["STATS", "decode_buckets", "encode_buckets", "open_rollup", "step_of", "versions_of"]

# In the order of the file: the stat, and the matrix of Buckets it is.
STATS = {
    "count": "counts",
    "first": "firsts",
    "first_lag_ns": "first_lags_ns",
    "increase": "increases",
    "last": "lasts",
    "last_lead_ns": "last_leads_ns",
    "max": "maximums",
    "mean": "means",
    "min": "minimums",
    "rate_max": "rate_maximums",
    "rate_min": "rate_minimums",
}
# These say that something is missing; 0 is as good as nothing.
_SELDOM = {"first_lag_ns", "last_lead_ns"}
_KEYS = (
    pa.field("time", TIME, nullable=False),
    pa.field("stat", pa.string(), nullable=False),
    pa.field("node_id", pa.string(), nullable=False),
    pa.field("first_time", TIME, nullable=False),
    pa.field("last_time", TIME, nullable=False),
)
_KEY_NAMES = tuple(field.name for field in _KEYS)
_READ_KEYS = ("time", "stat", "first_time", "last_time")
_TEXTS = ["stat", "node_id"]
_VERSIONS, _STEP = "versions", "step_ns"
_ZSTD_LEVEL = 3


# -- Writing -----------------------------------------------------------------------------------------------------------


def encode_buckets(node_id: str, buckets: Buckets, versions: Mapping[int, int]) -> memoryview:
    """The bytes of a file of these buckets, which were made from these versions of hours."""
    stats = [stat for stat, matrix in STATS.items() if _is_needed(stat, getattr(buckets, matrix))]
    fields, arrays = list(_KEYS), _key_arrays(node_id, buckets, stats)
    for place, column in enumerate(buckets.columns):
        fields.append(pa.field(stored_name(column, _KEY_NAMES), pa.float64()))
        arrays.append(_stored([getattr(buckets, STATS[stat])[:, place] for stat in stats]))
    metadata = {_STEP: str(buckets.step_ns), _VERSIONS: json.dumps(dict(sorted(versions.items())))}
    metadata |= description(buckets.columns, _KEY_NAMES)
    return _written(pa.Table.from_arrays(arrays, schema=pa.schema(fields)), metadata)


def _is_needed(stat: str, matrix: Floats) -> bool:
    return stat not in _SELDOM or bool((matrix > 0).any())


def _key_arrays(node_id: str, buckets: Buckets, stats: list[str]) -> list[pa.Array]:
    which = np.repeat(np.arange(len(stats), dtype=np.int32), len(buckets))
    return [
        array(np.tile(buckets.times_ns, len(stats)), TIME),
        strings(stats).take(array(which, pa.int32())),
        strings([node_id]).take(array(np.zeros_like(which), pa.int32())),
        array(np.tile(buckets.first_times_ns, len(stats)), TIME),
        array(np.tile(buckets.last_times_ns, len(stats)), TIME),
    ]


def _stored(blocks: list[Floats]) -> pa.Array:
    values = np.concatenate([np.empty(0), *blocks])
    missing = np.isnan(values)
    return array(values, pa.float64(), missing if missing.any() else None)


def _written(table: pa.Table, metadata: Mapping[str, str]) -> memoryview:
    sink = pa.BufferOutputStream()
    plain = [name for name in table.column_names if name not in _TEXTS]
    with pq.ParquetWriter(
        sink,
        table.schema,
        # A column repeats itself: the last of a bucket is nearly the first of the next, and the lowest nearly both.
        compression=dict.fromkeys(plain, "zstd"),
        compression_level=dict.fromkeys(plain, _ZSTD_LEVEL),
        use_dictionary=_TEXTS,
        column_encoding=dict.fromkeys(plain, "PLAIN"),
        write_statistics=list(_READ_KEYS),
        write_page_checksum=True,
        store_schema=False,
    ) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata(metadata)
    return memoryview(sink.getvalue())


# -- Reading -----------------------------------------------------------------------------------------------------------


def open_rollup(source: pa.NativeFile) -> pq.ParquetReader:
    """A file to read from; raises OSError or pa.ArrowException when it is none."""
    return open_parquet(source, _KEY_NAMES.index("stat"))


def versions_of(file: pq.ParquetReader) -> dict[int, int]:
    """The hours since 1970 that the file was made from, and what their versions were then."""
    return {int(hour): int(version) for hour, version in json.loads(_metadata(file, _VERSIONS)).items()}


def step_of(file: pq.ParquetReader) -> int:
    """How wide its buckets are, in nanoseconds."""
    return int(_metadata(file, _STEP))


def _metadata(file: pq.ParquetReader, name: str) -> bytes:
    found: dict[bytes, bytes] = file.metadata.metadata or {}
    if name.encode() not in found:
        raise ValueError(f"its metadata lacks {name}")
    return found[name.encode()]


def decode_buckets(file: pq.ParquetReader, selectors: frozenset[str]) -> Buckets:
    """The buckets of a file with the selected columns; nothing else is read. ValueError for a file of another make."""
    some = chosen(file, _KEY_NAMES, _READ_KEYS, selectors)
    times, codes, first_times, last_times, *series = read_chosen(file, some)
    stats = _stats(coded(codes))
    count = len(codes) // max(1, len(stats))
    begin, first, last = (numbers(moments, np.int64)[:count] for moments in (times, first_times, last_times))
    # Column by column and in each stat by stat, as in the file: the matrices of the stats are views of it.
    values = np.empty((len(series), len(stats), count))
    for blocks, stored in zip(values, series, strict=True):
        fill(blocks.reshape(-1), stored)
    matrices = {STATS[stat]: values[:, place].T for place, stat in enumerate(stats)}
    left_out = _left_out(matrices, (count, len(series)))
    return Buckets(step_of(file), some.metrics, begin, first, last, **matrices, **left_out)


def _left_out(matrices: Mapping[str, Floats], shape: tuple[int, int]) -> Mapping[str, Floats]:
    """The stats that a file lacks because they are 0 wherever there is a value."""
    counts = matrices.get("counts", np.zeros(shape))
    return {name: np.where(counts > 0, 0, np.nan) for name in STATS.values() if name not in matrices}


def _stats(codes: pa.DictionaryArray) -> list[str]:
    """The stats of a file, checked to be one block of rows each."""
    stats: list[str] = codes.dictionary.to_pylist()
    which: NDArray[np.int32] = numbers(codes.indices, np.int32)
    if not set(stats) <= set(STATS) or (stats and len(which) % len(stats)):
        raise ValueError(f"its stats are {stats}, of {len(which)} rows")
    if not np.array_equal(which, np.repeat(np.arange(len(stats)), len(which) // max(1, len(stats)))):
        raise ValueError("its rows are not in order of their stats")
    return stats
