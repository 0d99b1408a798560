"""What a Parquet file says of its metrics: unit and kind of each, in its metadata under `columns`.

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

__all__ = ["Chosen", "chosen", "described", "description", "read_chosen", "stored_name"]

_COLUMNS = "columns"
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
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"its metadata describes columns as {text[:80]!r}") from error


@dataclass(frozen=True, slots=True)
class Chosen:
    """Some metrics of a file, in its order, and at which of its columns they are, by number and name."""

    columns: tuple[Column, ...]
    places: tuple[int, ...]
    names: tuple[str, ...]


def chosen(file: pq.ParquetReader, keys: Sequence[str], selectors: frozenset[str] = frozenset()) -> Chosen:
    """The selected metrics (see `is_selected`) of a file that begins with these keys; ValueError if it is none."""
    metadata = file.metadata.metadata or {}
    if _COLUMNS.encode() not in metadata:
        raise ValueError(f"its metadata lacks {_COLUMNS}")
    return _chosen(metadata[_COLUMNS.encode()], len(keys), selectors)


@lru_cache(maxsize=256)
def _chosen(text: bytes, keys: int, selectors: frozenset[str]) -> Chosen:
    """A question meets the same few descriptions in all files, and to look through one costs more than a column."""
    found = list(enumerate(_described(text).items(), keys))
    some = [(column, at, name) for at, (name, column) in found if is_selected(column.name, selectors)]
    columns, places, names = zip(*some, strict=True) if some else ((), (), ())
    return Chosen(columns, places, names)


def read_chosen(
    file: pq.ParquetReader, keys: Mapping[str, int], metrics: Chosen
) -> tuple[dict[str, pa.Array], list[pa.Array]]:
    """The keys of these names and places, and the metrics; nothing else is read. ValueError if they are elsewhere."""
    table: Any = file.read_all([*keys.values(), *metrics.places], use_threads=False)
    if table.column_names != [*keys, *metrics.names]:
        raise ValueError("its columns are not in the order that its metadata tells")
    arrays = [_joined(column) for column in table.columns]
    return dict(zip(keys, arrays, strict=False)), arrays[len(keys) :]


def _joined(column: pa.ChunkedArray) -> pa.Array:
    """A row group is one chunk, and mostly the only one."""
    return column.chunk(0) if column.num_chunks == 1 else column.unify_dictionaries().combine_chunks()
