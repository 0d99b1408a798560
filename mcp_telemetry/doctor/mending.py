"""Repairs of hour files: unreadable ones set aside, rows moved to where they belong, in order and each once.

A file is replaced only when each of its rows is durable where it belongs, and is kept beside as it was: so a kill at
any moment loses nothing, and the same repair made again goes on from there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pyarrow as pa

from mcp_telemetry.doctor.folder import Folder
from mcp_telemetry.doctor.hour_file import node_ids_of, read_keys
from mcp_telemetry.series.buckets import HOUR_NS
from mcp_telemetry.series.merge import take, unite
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.storage.atomic import move_aside, replace, storage_errors, sync_folder
from mcp_telemetry.storage.layout import damaged_path
from mcp_telemetry.storage.parquet_codec import decode, encode, open_parquet

__all__ = ["drop_stored_before", "put_aside", "put_in_place"]

_ALL: frozenset[str] = frozenset()


def put_aside(path: Path) -> str:
    """Rename an unreadable file, so that nothing replaces it and nobody reads it."""
    aside = damaged_path(path)
    with suppress(FileNotFoundError):
        move_aside(path, aside)
    return f"set aside as {aside.name}"


def put_in_place(folder: Folder, node_id: str, hour: int) -> str:
    """Have this file hold its own rows only, in order and each once; the others go to the files they belong to."""
    path, storage = folder.hour_path(node_id, hour), folder.storage()
    own, moved = [], 0
    for owner, rows in _by_node(path):
        is_own = (rows.times_ns // HOUR_NS == hour) & (owner == node_id)
        own.append(take(rows, is_own))
        if not is_own.all():
            storage.write(owner, take(rows, ~is_own))
            moved += int(np.count_nonzero(~is_own))
    ordered = unite(own)
    if not moved and _is_same(own[0], ordered):
        return "it is in order already"
    _replace(path, node_id, ordered)
    return f"{moved} rows moved to where they belong, {len(ordered)} left in order; as it was, it is kept beside"


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
    _replace(path, node_id, take(rows, ~is_double))
    return f"{np.count_nonzero(is_double)} rows removed that an earlier hour has; as it was, it is kept beside"


def _by_node(path: Path) -> Iterator[tuple[str, Rows]]:
    with pa.OSFile(str(path)) as source:
        file = open_parquet(source)
        rows, (nodes, node_ids) = decode(file, _ALL), node_ids_of(file)
    for number, node_id in enumerate(node_ids):
        yield node_id, take(rows, nodes == number)


def _is_same(rows: Rows, ordered: Rows) -> bool:
    return np.array_equal(rows.times_ns, ordered.times_ns) and np.array_equal(rows.sequences, ordered.sequences)


def _replace(path: Path, node_id: str, rows: Rows) -> None:
    """Durably; the file as it was stays under another name, in case a repair was not what somebody wanted."""
    kept = damaged_path(path)
    with storage_errors("keep", path):
        kept.hardlink_to(path)
        sync_folder(path.parent)
    if len(rows):
        replace(path, encode(node_id, rows))
        return
    with storage_errors("remove", path):
        path.unlink()
        sync_folder(path.parent)
