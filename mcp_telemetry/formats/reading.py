"""What every reader of a format shares: what it gives, what stands in for what a file lacks, and where problems go."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mcp_telemetry.model.names import base_name, is_metric_name, is_node_id
from mcp_telemetry.series.merge import take
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.storage.snapshots import Snapshot

__all__ = ["READ_ERRORS", "Batch", "Problems", "Read", "Reading"]

# What reading a file that is not what it seems may raise.
READ_ERRORS = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    OSError,
    pa.ArrowException,
)

# 2000-01-01: what is older was not in seconds, or of a clock that was never set.
_EARLIEST_NS = 946_684_800 * 10**9
_MOST_LISTED = 10

Batch: TypeAlias = tuple[str, Rows | Snapshot]


@dataclass(slots=True)
class Problems:
    """What was left out.

    files:  files of which nothing, or not the rest, could be read
    rows:   single rows or lines
    listed: the first of both, where and why
    """

    files: int = 0
    rows: int = 0
    listed: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.files or self.rows)

    def skip_file(self, path: Path, reason: object) -> None:
        """From here on nothing of this file is read."""
        self.files += 1
        self._list(f"{path}: {_line(reason)}")

    def skip_rows(self, path: Path, reason: object, count: int = 1) -> None:
        """These are left out, and the file is read on."""
        self.rows += count
        self._list(f"{path}: {_line(reason)}")

    def _list(self, text: str) -> None:
        if len(self.listed) < _MOST_LISTED:
            self.listed.append(text)


def _line(reason: object) -> str:
    text = repr(reason) if isinstance(reason, KeyError | AttributeError | TypeError) else str(reason)
    return " ".join(text.split())[:300]


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read.

    node_id: of rows that name none; empty for none
    zone:    of times in file names, where a file has none inside; None for this machine's
    """

    node_id: str = ""
    zone: tzinfo | None = None
    problems: Problems = field(default_factory=Problems)

    def checked(self, path: Path, batch: Batch) -> Iterator[Batch]:
        """The batch without rows that no leader would have accepted; they are noted."""
        node_id, part = batch
        try:
            if not is_node_id(node_id):
                raise ValueError(f"{node_id!r} is no node_id: name one with --node")
            if isinstance(part, Snapshot):
                _check_snapshot(part)
                yield batch
            else:
                yield node_id, self._checked_rows(path, part)
        except ValueError as error:
            self.problems.skip_rows(path, error, 1 if isinstance(part, Snapshot) else len(part))

    def _checked_rows(self, path: Path, rows: Rows) -> Rows:
        for column in rows.columns:
            _check_column(column.name)
        for instance_id in rows.instance_ids:
            _check_instance(instance_id)
        is_early = rows.times_ns < _EARLIEST_NS
        rows = self._without(path, rows, is_early, "times before 2000: want ISO 8601 or Unix seconds")
        rows = self._without(path, rows, rows.sequences < 1, "sequences below 1")
        is_infinite = np.isinf(rows.values)
        return self._without(path, rows, np.logical_or.reduce(is_infinite, axis=1), "values that are infinite")

    def _without(self, path: Path, rows: Rows, is_bad: NDArray[np.bool_], what: str) -> Rows:
        if not is_bad.any():
            return rows
        count = int(is_bad.sum())
        self.problems.skip_rows(path, f"{count} rows with {what}", count)
        return take(rows, ~is_bad)


Read: TypeAlias = Callable[[Path, Reading], Iterator[Batch]]


def _check_snapshot(snapshot: Snapshot) -> None:
    _check_instance(snapshot.instance_id)
    if snapshot.time_ns < _EARLIEST_NS:
        raise ValueError("its time is before 2000: timestamps are Unix seconds")
    if snapshot.sequence < 1:
        raise ValueError(f"sequence {snapshot.sequence} is below 1")
    for column, value in snapshot.values.items():
        _check_column(column.name)
        if math.isinf(value):
            raise ValueError(f"{column.name} is infinite")


@lru_cache(maxsize=8192)
def _check_column(name: str) -> None:
    if not is_metric_name(base_name(name)):
        raise ValueError(f"column {name!r} cannot be a metric: want letters, digits, and . _ / - after the first")


def _check_instance(instance_id: str) -> None:
    if not is_node_id(instance_id):
        raise ValueError(f"instance_id {instance_id!r} has other characters than letters, digits, '.', '_' and '-'")
