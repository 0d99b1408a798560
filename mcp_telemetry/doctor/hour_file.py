"""One hour file, read as far as an examination needs it: every page once, and only the keys kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from mcp_telemetry.errors import CorruptionError, StorageError
from mcp_telemetry.storage.parquet_codec import NO_METRICS, decode, open_parquet, read_identity, run_of
from mcp_telemetry.storage.runs import Identity, Run

__all__ = ["Keys", "node_ids_of", "read_keys"]

_COLUMNS_AT_ONCE = 16
_KEY_TYPES = {
    "time": {pa.timestamp("ns", "UTC")},
    "node_id": {pa.string()},
    "instance_id": {pa.string(), pa.dictionary(pa.int32(), pa.string())},
    "sequence": {pa.int64()},
}


@dataclass(frozen=True, slots=True, eq=False)
class Keys:
    """Which n rows a file has: int64[n] times and sequences, int32[n] indices into the ids, in the file's order."""

    times_ns: NDArray[np.int64]
    sequences: NDArray[np.int64]
    instances: NDArray[np.int32]
    instance_ids: tuple[str, ...]
    nodes: NDArray[np.int32]
    node_ids: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.times_ns)


def read_keys(path: Path) -> Keys:
    """The keys, once every page of every column has proved to be what was written.

    CorruptionError if one is not, or if it is no hour file; FileNotFoundError if it went; StorageError if the disk
    refuses.
    """
    try:
        with pa.OSFile(str(path)) as source:
            file = open_parquet(source)
            _require_key_columns(file)
            _read_through(file)
            return _keys(file)
    except FileNotFoundError:
        raise
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        if isinstance(error, OSError) and error.errno:
            raise StorageError(f"cannot read {path}: {error.strerror or error}; check the disk") from error
        raise CorruptionError(str(error).strip().partition("\n")[0]) from error


def node_ids_of(file: pq.ParquetReader) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """The node of each row, int32[n], as an index into the names."""
    place = file.schema_arrow.names.index("node_id")
    column = file.read_all([place], use_threads=False).column(0).combine_chunks().dictionary_encode()
    return np.asarray(column.indices, np.int32), tuple(column.dictionary.to_pylist())


def _keys(file: pq.ParquetReader) -> Keys:
    times_ns, identity = decode(file, NO_METRICS).times_ns, read_identity(file)
    run = run_of(file)
    if run is not None and not _is(run, identity):
        raise CorruptionError("its metadata tells of other rows than it has")
    return Keys(times_ns, *identity, *node_ids_of(file))


def _is(run: Run, identity: Identity) -> bool:
    told = run.identity()
    return told.instance_ids == identity.instance_ids and np.array_equal(told.sequences, identity.sequences)


def _require_key_columns(file: pq.ParquetReader) -> None:
    schema = file.schema_arrow
    for name, types in _KEY_TYPES.items():
        if name not in schema.names:
            raise CorruptionError(f"it has no column {name}")
        if schema.field(name).type not in types:
            raise CorruptionError(f"its column {name} is {schema.field(name).type}")


def _read_through(file: pq.ParquetReader) -> None:
    """Some columns of one row group at a time, so that the widest file takes little memory."""
    places = range(file.metadata.num_columns)
    for group in range(file.metadata.num_row_groups):
        for first in range(0, len(places), _COLUMNS_AT_ONCE):
            table = file.read_row_group(group, places[first : first + _COLUMNS_AT_ONCE], use_threads=False)
            if any(table.column(name).null_count for name in _KEY_TYPES if name in table.column_names):
                raise CorruptionError("a row lacks its time, node, instance or sequence")
