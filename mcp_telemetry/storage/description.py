"""What a Parquet file says of its metrics: unit and kind of each, under `mcp_telemetry.columns` in its metadata.

`{"cpu.percent": ["%", "gauge"], ...}`, in the order of the file: where every tool finds it, and not in Arrow's own
serialized schema, which would be most of a footer and take longer to read than a column.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from mcp_telemetry.model.columns import Column, Kind
from mcp_telemetry.model.names import is_selected
from mcp_telemetry.storage.plain import column_named, unaliased

__all__ = ["Chosen", "chosen", "described", "description", "read_chosen", "stored_name"]

_COLUMNS = "mcp_telemetry.columns"
_ESCAPE = "{}"


def stored_name(column: Column, keys: Sequence[str]) -> str:
    """The metric's own name, unless it is one of the names that the file needs for itself."""
    return column.name + _ESCAPE if column.name in keys else column.name


def description(columns: Sequence[Column], keys: Sequence[str]) -> dict[str, str]:
    """The metadata to write into a file of the keys and then these metrics."""
    metrics = {stored_name(column, keys): [column.unit, column.kind.name.lower()] for column in columns}
    return {_COLUMNS: json.dumps(metrics, ensure_ascii=False, separators=(",", ":"))}


def described(metadata: Mapping[bytes, bytes] | None) -> Mapping[str, Column]:
    """The metrics of a file by their stored names, in its order; none if it says nothing. ValueError for nonsense."""
    return _described((metadata or {}).get(_COLUMNS.encode(), b"{}"))


@lru_cache(maxsize=256)
def _described(text: bytes) -> Mapping[str, Column]:
    """Most files of a fleet have the same few descriptions."""
    try:
        found: Mapping[str, tuple[str, str]] = json.loads(text)
        return {
            name: Column(name.removesuffix(_ESCAPE), unit, Kind[kind.upper()]) for name, (unit, kind) in found.items()
        }
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"its metadata describes columns as {text[:80]!r}") from error


@dataclass(frozen=True, slots=True)
class Chosen:
    """Some columns of a file: keys, then metrics in its order. At which of its columns they are, and their names."""

    metrics: tuple[Column, ...]
    places: tuple[int, ...]
    names: tuple[str, ...]


def chosen(
    file: pq.ParquetReader, keys: tuple[str, ...], read: tuple[str, ...] = (), selectors: frozenset[str] = frozenset()
) -> Chosen:
    """Of a file with these keys those to read, and the selected metrics (see `is_selected`); ValueError if it is none.

    A file that describes nothing, because another tool wrote it again, is known by its names.
    """
    text = (file.metadata.metadata or {}).get(_COLUMNS.encode())
    if text is not None:
        return _chosen(text, keys, read, selectors)
    schema = file.schema_arrow
    if missing := set(read).difference(schema.names):
        raise ValueError(f"it has no column {min(missing)}")
    return _among(schema.names, {name: column_named(unaliased(name)) for name in schema.names}, keys, read, selectors)


@lru_cache(maxsize=256)
def _chosen(text: bytes, keys: tuple[str, ...], read: tuple[str, ...], selectors: frozenset[str]) -> Chosen:
    """A question meets the same few descriptions in all files, and to look through one costs more than a column."""
    metrics = _described(text)
    return _among([*keys, *metrics], metrics, keys, read, selectors)


def _among(
    names: Sequence[str],
    metrics: Mapping[str, Column],
    keys: tuple[str, ...],
    read: tuple[str, ...],
    selectors: frozenset[str],
) -> Chosen:
    some = [name for name in names if name not in keys and is_selected(metrics[name].name, selectors)]
    places = tuple(names.index(name) for name in (*read, *some))
    return Chosen(tuple(metrics[name] for name in some), places, (*read, *some))


def read_chosen(file: pq.ParquetReader, some: Chosen) -> list[pa.Array]:
    """Each of the columns, and nothing else; ValueError if they are elsewhere."""
    table: Any = file.read_all(some.places, use_threads=False)
    if table.column_names != list(some.names):
        raise ValueError("its columns are not in the order that its metadata tells")
    return [_joined(column) for column in table.columns]


def _joined(column: pa.ChunkedArray) -> pa.Array:
    """A row group is one chunk, and mostly the only one."""
    return column.chunk(0) if column.num_chunks == 1 else column.unify_dictionaries().combine_chunks()
