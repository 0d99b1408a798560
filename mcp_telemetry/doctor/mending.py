"""Repairs of hour files: unreadable ones set aside, rows moved to where they belong, in order and each once.

A file that is replaced is kept beside as it was. If some of its rows belong elsewhere it is called `.moving-…` until
they are there, which comes after every file was rid of what does not belong into it: two files may each hold what
belongs into the other. So a kill at any moment loses nothing, and the next repair goes on from there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pyarrow as pa

from mcp_telemetry.doctor.folder import DAMAGED, MOVING, Folder, moving_path
from mcp_telemetry.doctor.hour_file import node_ids_of, read_keys
from mcp_telemetry.errors import CorruptionError, StorageError
from mcp_telemetry.series.buckets import HOUR_NS
from mcp_telemetry.series.merge import concatenate, take, unite
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.storage.atomic import move_aside, replace, storage_errors, sync_folder
from mcp_telemetry.storage.hour_files import HourFiles
from mcp_telemetry.storage.layout import damaged_path
from mcp_telemetry.storage.parquet_codec import decode, encode, open_parquet

__all__ = ["drop_stored_before", "finish_move", "put_aside", "put_in_place"]

_ALL: frozenset[str] = frozenset()
_NO_ROWS = concatenate([])


def put_aside(path: Path) -> str:
    """Rename an unreadable file, so that nothing replaces it and nobody reads it."""
    aside = damaged_path(path)
    with suppress(FileNotFoundError):
        move_aside(path, aside)
    return f"set aside as {aside.name}"


def put_in_place(folder: Folder, node_id: str, hour: int) -> str:
    """Have this file hold its own rows only, in order and each once; the others are kept for `finish_move`."""
    path = folder.hour_path(node_id, hour)
    parts = dict(_by_node(path))
    rows = parts.get(node_id, _NO_ROWS)
    ordered = unite([take(rows, rows.times_ns // HOUR_NS == hour)])
    moved = sum(map(len, parts.values())) - int(np.count_nonzero(rows.times_ns // HOUR_NS == hour))
    if not moved and _is_same(rows, ordered):
        return "it is in order already"
    _replace(path, node_id, ordered, moving_path(path) if moved else damaged_path(path))
    return f"{len(ordered)} rows left in order, {moved} taken out to be put where they belong"


def finish_move(folder: Folder, moving: Path) -> str:
    """Write the rows that were taken out of a file to where they belong; the file as it was is kept beside."""
    storage, count = HourFiles(folder.path), 0
    for owner, rows in _by_node(moving):
        for hour in np.unique(rows.times_ns // HOUR_NS).tolist():
            _require_own_rows(folder.hour_path(owner, hour), owner)
        count += storage.write(owner, rows).rows_written
    move_aside(moving, moving.with_name(moving.name.replace(MOVING, DAMAGED, 1)))
    return f"{count} rows put where they belong"


def drop_stored_before(folder: Folder, node_id: str, hour: int, before: int) -> str:
    """Remove from this file the rows whose keys an earlier hour's file has, too."""
    path = folder.hour_path(node_id, hour)
    earlier = read_keys(folder.hour_path(node_id, before))
    known = {
        name: np.unique(earlier.sequences[earlier.instances == number])
        for number, name in enumerate(earlier.instance_ids)
    }
    parts = dict(_by_node(path))
    if set(parts) != {node_id}:
        return "left alone until its rows are where they belong"
    rows = parts[node_id]
    is_double = np.zeros(len(rows), np.bool_)
    for number, name in enumerate(rows.instance_ids):
        is_double |= (rows.instances == number) & np.isin(rows.sequences, known.get(name, ()))
    if not is_double.any():
        return "nothing is there twice any more"
    _replace(path, node_id, take(rows, ~is_double), damaged_path(path))
    return f"{np.count_nonzero(is_double)} rows removed that an earlier hour has; as it was, it is kept beside"


def _by_node(path: Path) -> Iterator[tuple[str, Rows]]:
    with pa.OSFile(str(path)) as source:
        file = open_parquet(source)
        rows, (nodes, node_ids) = decode(file, _ALL), node_ids_of(file)
    for number, node_id in enumerate(node_ids):
        yield node_id, take(rows, nodes == number)


def _is_same(rows: Rows, ordered: Rows) -> bool:
    return np.array_equal(rows.times_ns, ordered.times_ns) and np.array_equal(rows.sequences, ordered.sequences)


def _require_own_rows(path: Path, node_id: str) -> None:
    """What is merged into a file becomes its node's, so that one with rows of another must be put in order first."""
    with suppress(FileNotFoundError, CorruptionError):
        if read_keys(path).node_ids != (node_id,):
            raise StorageError(f"{path} has rows of other nodes still; repair it first")


def _replace(path: Path, node_id: str, rows: Rows, kept: Path) -> None:
    """Durably; the file as it was stays under another name, in case a repair was not what somebody wanted."""
    with storage_errors("keep", path):
        kept.hardlink_to(path)
        sync_folder(path.parent)
    if len(rows):
        replace(path, encode(node_id, rows))
        return
    with storage_errors("remove", path):
        path.unlink()
        sync_folder(path.parent)
