"""Rows that are consecutive ones of one instance, as mostly all of an hour are: three numbers tell which they are."""

from __future__ import annotations

import json
from typing import NamedTuple

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from mcp_telemetry.series.rows import Rows

__all__ = ["Identity", "Run", "told", "told_run"]

_RUN = "mcp_telemetry.run"
_ARROW = b"ARROW:schema"


class Identity(NamedTuple):
    """Which rows they are: the fields of Rows of the same names."""

    sequences: NDArray[np.int64]
    instances: NDArray[np.int32]
    instance_ids: tuple[str, ...]


class Run(NamedTuple):
    """`rows` consecutive rows of an instance, from the sequence `first` on."""

    instance_id: str
    first: int
    rows: int

    def identity(self) -> Identity:
        """The same, row by row."""
        sequences = np.arange(self.first, self.first + self.rows)
        return Identity(sequences, np.zeros(self.rows, np.int32), (self.instance_id,))


def told(rows: Rows) -> dict[str, str]:
    """The metadata to write into a file of these rows; none if they are no run."""
    if not len(rows) or rows.instances.any() or (np.diff(rows.sequences) != 1).any():
        return {}
    return {_RUN: json.dumps(Run(rows.instance_ids[0], int(rows.sequences[0]), len(rows)))}


def told_run(file: pq.ParquetReader, instances: int, sequences: int) -> Run | None:
    """What a file's metadata tells of the columns at these two places, if it does; ValueError for nonsense.

    A footer has no checksum, and Arrow keeps metadata with rows that somebody put in another order: what statistics
    contradict is not believed, and nothing where Arrow's schema is, which the files of this program lack.
    """
    metadata, said = file.metadata, file.metadata.metadata or {}
    text = said.get(_RUN.encode())
    if text is None or _ARROW in said or metadata.num_row_groups != 1 or not metadata.num_rows:
        return None
    try:
        instance_id, first, rows = json.loads(text)
        run = Run(str(instance_id), int(first), int(rows))
    except (TypeError, ValueError) as error:
        raise ValueError(f"its metadata tells of rows as {text[:80]!r}") from error
    group = metadata.row_group(0)
    ids, numbers = group.column(instances).statistics, group.column(sequences).statistics
    if not ids or not numbers or run.rows != metadata.num_rows:
        return None
    is_it = ids.min == ids.max == run.instance_id and (numbers.min, numbers.max) == (
        run.first,
        run.first + run.rows - 1,
    )
    return run if is_it else None
