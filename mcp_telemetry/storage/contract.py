"""What any storage engine must do: the one interface behind which hour files, JSON, or a distributed engine stand.

To add an engine: write a class of this Protocol that is made from a metrics folder (one elsewhere finds its address in
a file there, or in the environment), name it in `storage/engines.py`, where `--storage` finds it, and in
`tests/storage/engines.py`, where the conformance suite and the model take it up. Nothing else names an engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mcp_telemetry.model.columns import Column
from mcp_telemetry.series.rows import Rows

__all__ = ["Storage", "WriteReport"]


@dataclass(frozen=True, slots=True)
class WriteReport:
    """What one write did.

    rows_written: rows that are stored now and were not before
    duplicates:   rows given that were stored already, or given twice
    files:        files replaced
    hours:        where rows were added, in hours since 1970: what is summed up of them is out of date
    damaged:      unreadable files that were in the way, where they are kept now
    """

    rows_written: int = 0
    duplicates: int = 0
    files: int = 0
    hours: frozenset[int] = frozenset()
    damaged: tuple[Path, ...] = ()

    def __add__(self, other: WriteReport) -> WriteReport:
        return WriteReport(
            self.rows_written + other.rows_written,
            self.duplicates + other.duplicates,
            self.files + other.files,
            self.hours | other.hours,
            self.damaged + other.damaged,
        )


class Storage(Protocol):
    """Durable rows of many nodes. One writing process; within it, any method from any thread at any time.

    A row is identified by (node_id, instance_id, sequence) and stored once: what was sampled under that key never
    changes, so writing it again is harmless, in any order, after a crash too. Times are nanoseconds since 1970, ranges
    are half open: start included, end not.

    All methods raise StorageError when the disk fails or is full; what was stored before stays as it was.
    """

    def open(self) -> int:
        """Make ready for writing: create what is missing, remove what a crash left behind; returns how many leftovers.

        Only the one writing process calls this. Reading needs no open.
        """
        ...

    def write(self, node_id: str, rows: Rows) -> WriteReport:
        """Store rows, in any order, of any age; when this returns they survive a power cut.

        A reader sees each hour either before or after this, never in between (one in another process: each file of
        it). After a StorageError some rows may be stored and others not: write the same rows again. Unreadable data in
        the way is put aside, never overwritten.
        """
        ...

    def read(self, node_id: str, selectors: frozenset[str], start_ns: int, end_ns: int) -> Iterator[Rows]:
        """The rows of a time range, hour by hour, ordered by (time, instance_id, sequence); none for an unknown node.

        `selectors` as in `model.names.is_selected`: full names, base names, or empty for all columns; only those are
        read. A block lacks the columns that hour never had. An unreadable hour is left out, logged and counted in
        `damaged`; an hour that is replaced or deleted meanwhile is seen as it was, or not at all.
        """
        ...

    def prefetch(self, node_id: str, hours: Iterable[int]) -> None:
        """These hours (since 1970) will be read next: a hint, so that the disk need not be waited for at each of them.

        Never fails, and may do nothing.
        """
        ...

    def nodes(self) -> list[str]:
        """Every node that has rows, in alphabetical order. Lists folders: for start-up and tools, not for queries."""
        ...

    def newest_hours(self) -> dict[str, int]:
        """The same nodes, each with the newest hour (since 1970) in which it has rows; costs the same."""
        ...

    def columns(self, node_id: str, start_ns: int, end_ns: int) -> tuple[Column, ...]:
        """The columns that have a value in the hours the range touches, in the order they first appeared."""
        ...

    def hours(self, node_id: str, start_ns: int, end_ns: int) -> list[int]:
        """The hours (since 1970) the range touches in which the node has rows, ascending; reads no rows."""
        ...

    def versions(self, node_id: str, start_ns: int, end_ns: int) -> dict[int, int]:
        """The same hours, each with a number that any write of new rows to it changes, also across a restart.

        For telling cheaply whether what was made of an hour is out of date: a time of change, or a hash of names.
        """
        ...

    def days(self) -> dict[int, int]:
        """The days (since 1970) that have rows, ascending, and the bytes they take. For retention, not for queries."""
        ...

    def drop_day(self, day: int) -> int:
        """Forget every row of a day, whole files at a time; returns how many files went."""
        ...

    def cursors(self, node_id: str) -> dict[str, int]:
        """The highest stored sequence of each instance_id in the node's newest two hours.

        For checking a recovery: instances that ended before those hours are not in it.
        """
        ...

    @property
    def damaged(self) -> int:
        """Unreadable hours met by reads and writes since the start."""
        ...
