"""Making one set of rows out of several, each (instance_id, sequence) once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from mcp_telemetry.model.columns import Column
from mcp_telemetry.series.rows import Rows

T = TypeVar("T", bound=np.generic)

__all__ = ["concatenate", "join_seam", "take", "unite"]


def concatenate(blocks: Iterable[Rows]) -> Rows:
    """The rows of all blocks in turn, with the columns of all: NaN where a block lacks one, first-seen order.

    Columns are told apart by name: one that changed its unit or kind keeps the first it had. instance_ids of the result
    are in alphabetical order. The values are stored column by column.
    """
    blocks = list(blocks)
    if len(blocks) == 1 and _is_tidy(blocks[0]):
        return blocks[0]
    instance_ids = tuple(sorted({name for block in blocks for name in block.instance_ids}))
    columns, values = _unite_columns(blocks)
    return Rows(
        columns=columns,
        times_ns=_joined([block.times_ns for block in blocks], np.int64),
        sequences=_joined([block.sequences for block in blocks], np.int64),
        instances=_joined([_renumbered(block, instance_ids) for block in blocks], np.int32),
        instance_ids=instance_ids,
        values=values,
    )


def unite(blocks: Iterable[Rows]) -> Rows:
    """The rows of all blocks, each (instance_id, sequence) once (the first given), by (time, instance_id, sequence)."""
    rows = concatenate(blocks)
    if _is_in_order(rows):
        return rows
    first = _first_of_each_key(rows)
    order = np.lexsort((rows.sequences[first], rows.instances[first], rows.times_ns[first]))
    return take(rows, first[order])


def join_seam(stored: Rows, recent: Rows) -> Rows:
    """One answer from what the files and what the ring hold of a node: no gap, no double, in order.

    `stored` is in order, as a Storage reads it; `recent` may be in any order and overlap with it.
    """
    if not len(recent):
        return stored
    # A key's time never changes, so that only rows from the ring's oldest time on can be in both.
    seam = int(np.searchsorted(stored.times_ns, recent.times_ns.min()))
    return concatenate([take(stored, slice(0, seam)), unite([take(stored, slice(seam, None)), recent])])


def take(rows: Rows, which: NDArray[np.intp] | NDArray[np.bool_] | slice) -> Rows:
    """Some of the rows: indices, a mask, or a slice (then without a copy)."""
    # Row by row out of a matrix that is stored column by column would touch every cache line: go by columns.
    values = rows.values[which] if isinstance(which, slice) else rows.values.T[:, which].T
    return Rows(
        rows.columns,
        rows.times_ns[which],
        rows.sequences[which],
        rows.instances[which],
        rows.instance_ids,
        values,
    )


def _unite_columns(blocks: Sequence[Rows]) -> tuple[tuple[Column, ...], NDArray[np.float64]]:
    columns: dict[str, Column] = {}
    for block in blocks:
        for column in block.columns:
            columns.setdefault(column.name, column)
    places = {name: place for place, name in enumerate(columns)}
    values = np.empty((sum(map(len, blocks)), len(columns)), order="F")
    start = 0
    for block in blocks:
        _copy_values(block, places, values[start : start + len(block)])
        start += len(block)
    return tuple(columns.values()), values


def _copy_values(block: Rows, places: Mapping[str, int], target: NDArray[np.float64]) -> None:
    names = {column.name for column in block.columns}
    is_whole = len(names) == len(places) == len(block.columns)
    if not is_whole:
        target[:] = np.nan
    for column, series in zip(block.columns, block.values.T, strict=True):
        np.copyto(target[:, places[column.name]], series, where=True if is_whole else ~np.isnan(series))


def _is_tidy(rows: Rows) -> bool:
    """Whether ids are in order and names are given once, so that nothing needs to be moved."""
    names = {column.name for column in rows.columns}
    return len(names) == len(rows.columns) and list(rows.instance_ids) == sorted(set(rows.instance_ids))


def _joined(arrays: Sequence[NDArray[T]], kind: type[T]) -> NDArray[T]:
    return np.concatenate([np.empty(0, kind), *arrays])


def _renumbered(block: Rows, instance_ids: Sequence[str]) -> NDArray[np.int32]:
    numbers = [instance_ids.index(name) for name in block.instance_ids]
    return np.array(numbers, np.int32)[block.instances]


def _is_in_order(rows: Rows) -> bool:
    """Whether there is nothing to sort and no double, found in a few passes: so it is at nearly every flush."""
    instances, sequences, times_ns = rows.instances, rows.sequences, rows.times_ns
    return bool(
        (instances[1:] == instances[:-1]).all()
        and (sequences[1:] > sequences[:-1]).all()
        and (times_ns[1:] >= times_ns[:-1]).all()
    )


def _first_of_each_key(rows: Rows) -> NDArray[np.intp]:
    order = np.lexsort((rows.sequences, rows.instances))
    instances, sequences = rows.instances[order], rows.sequences[order]
    is_first = np.ones(len(rows), np.bool_)
    is_first[1:] = (instances[1:] != instances[:-1]) | (sequences[1:] != sequences[:-1])
    return order[is_first]
