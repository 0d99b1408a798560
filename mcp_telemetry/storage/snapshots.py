"""Rows one by one: the shape of a file, or a line, that holds a single snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mcp_telemetry.model.columns import Column
from mcp_telemetry.series.rows import Rows

__all__ = ["Snapshot", "rows_of", "snapshots_of"]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One row: its key, its time in nanoseconds since 1970, and the columns that it has."""

    time_ns: int
    instance_id: str
    sequence: int
    values: Mapping[Column, float]

    @property
    def key(self) -> tuple[str, int]:
        """What is stored once per node."""
        return self.instance_id, self.sequence


def rows_of(snapshots: Sequence[Snapshot]) -> Rows:
    """The snapshots as rows, in the order given; columns as they first appear, those of one name are one."""
    columns: dict[str, Column] = {}
    for snapshot in snapshots:
        for column in snapshot.values:
            columns.setdefault(column.name, column)
    instance_ids = {name: number for number, name in enumerate(sorted({each.instance_id for each in snapshots}))}
    return Rows(
        columns=tuple(columns.values()),
        times_ns=np.array([each.time_ns for each in snapshots], np.int64),
        sequences=np.array([each.sequence for each in snapshots], np.int64),
        instances=np.array([instance_ids[each.instance_id] for each in snapshots], np.int32),
        instance_ids=tuple(instance_ids),
        values=_block(snapshots, {name: place for place, name in enumerate(columns)}),
    )


def _block(
    snapshots: Sequence[Snapshot], places: Mapping[str, int]
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    block = np.full((len(snapshots), len(places)), np.nan, order="F")
    for row, snapshot in enumerate(snapshots):
        block[row, [places[column.name] for column in snapshot.values]] = list(snapshot.values.values())
    return block


def snapshots_of(rows: Rows) -> Iterator[Snapshot]:
    """The rows one by one, each with the columns that it has."""
    present = ~np.isnan(rows.values)
    for row, (time_ns, sequence, instance) in enumerate(
        zip(rows.times_ns.tolist(), rows.sequences.tolist(), rows.instances.tolist(), strict=True)
    ):
        places = np.flatnonzero(present[row]).tolist()
        values = dict(zip([rows.columns[at] for at in places], rows.values[row, places].tolist(), strict=True))
        yield Snapshot(time_ns, rows.instance_ids[instance], sequence, values)
