"""The storage engine of a single leader: one Parquet file per node and hour, replaced as a whole."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from mcp_telemetry.model.columns import Column
from mcp_telemetry.series.buckets import HOUR_NS
from mcp_telemetry.series.merge import take, unite
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.storage.atomic import make_folder, remove_leftovers, replace, storage_errors, sync_folder
from mcp_telemetry.storage.contract import WriteReport
from mcp_telemetry.storage.damage import version_of
from mcp_telemetry.storage.layout import Layout, check_node_id
from mcp_telemetry.storage.parquet_codec import NO_METRICS, columns_of, decode, encode, open_parquet
from mcp_telemetry.storage.parquet_files import ParquetFiles, prefetch

__all__ = ["HourFiles"]

_ALL: frozenset[str] = frozenset()
_CURSOR_FILES = 2
_WRITE_LOCKS = 64
# Two flushes at the default interval: the last one of an hour falls in it, whatever its phase.
_LAST_PART_NS = HOUR_NS // 6


class HourFiles:
    """A `Storage` (see there for the contract) in `<folder>/YYYY-MM-DD/<node_id>_HH-00-00.parquet`.

    A write reads the hour's file, merges, and replaces it; so there is nothing to compact, and every file is complete
    at every moment. Readers take no lock: they hold the file they opened, whatever replaces its name.
    """

    def __init__(self, folder: Path) -> None:
        self._layout = Layout(folder)
        self._locks = tuple(threading.Lock() for _ in range(_WRITE_LOCKS))
        self._files = ParquetFiles(open_parquet)

    @property
    def damaged(self) -> int:
        """Unreadable hours met by reads and writes since the start."""
        return self._files.damaged

    def open(self) -> int:
        """Create the folder and remove what interrupted writes left; returns how many files those were."""
        make_folder(self._layout.folder)
        return remove_leftovers(self._layout.folder, self._layout.temporaries)

    def write(self, node_id: str, rows: Rows) -> WriteReport:
        """Merge rows into the hours their times fall in; durable on return."""
        check_node_id(node_id)
        with self._locks[hash(node_id) % _WRITE_LOCKS]:
            reports = (self._write_hour(node_id, hour, part) for hour, part in _by_hour(rows))
            return sum(reports, WriteReport())

    def read(self, node_id: str, selectors: frozenset[str], start_ns: int, end_ns: int) -> Iterator[Rows]:
        """The rows of [start_ns, end_ns), one block per hour that has any, in order."""
        for path in self._paths(node_id, start_ns, end_ns):
            rows = self._files.look_into(path, lambda file: decode(file, selectors))
            if rows is not None:
                first, last = np.searchsorted(rows.times_ns, (start_ns, end_ns))
                if first < last:
                    yield take(rows, slice(int(first), int(last)))

    def prefetch(self, node_id: str, hours: Iterable[int]) -> None:
        """Have the kernel begin to read their files, all of them at once."""
        for hour in hours:
            prefetch(self._layout.path(node_id, hour))

    def nodes(self) -> list[str]:
        """Every node that has a file, by listing the folders."""
        return sorted(self.newest_hours())

    def newest_hours(self) -> dict[str, int]:
        """Every node that has a file, and the hour of its newest, by listing the folders."""
        with storage_errors("list", self._layout.folder):
            return self._layout.newest_hours()

    def columns(self, node_id: str, start_ns: int, end_ns: int) -> tuple[Column, ...]:
        """The columns of the hours the range touches, from the files' footers."""
        found: dict[str, Column] = {}
        for path in self._paths(node_id, start_ns, end_ns):
            for column in self._files.look_into(path, columns_of) or ():
                found.setdefault(column.name, column)
        return tuple(found.values())

    def hours(self, node_id: str, start_ns: int, end_ns: int) -> list[int]:
        """The hours of which the node has a file."""
        return [hour for hour in self._layout.hours(start_ns, end_ns) if self._layout.path(node_id, hour).exists()]

    def versions(self, node_id: str, start_ns: int, end_ns: int) -> dict[int, int]:
        """When each hour's file was replaced last, mixed with its size. One known to be unreadable has no rows."""
        paths = ((hour, self._layout.path(node_id, hour)) for hour in self._layout.hours(start_ns, end_ns))
        found = ((hour, path, version_of(path)) for hour, path in paths)
        return {
            hour: version
            for hour, path, version in found
            if version is not None and not self._files.is_damaged(path, version)
        }

    def days(self) -> dict[int, int]:
        """The days that have a folder, and the bytes of its hour files."""
        with storage_errors("list", self._layout.folder):
            return self._layout.day_sizes()

    def drop_day(self, day: int) -> int:
        """Unlink a day's hour files, and its folder when nothing else is in it."""
        with storage_errors("remove", self._layout.folder):
            return self._layout.remove_day(day)

    def cursors(self, node_id: str) -> dict[str, int]:
        """The highest sequence of each instance in the node's two newest files."""
        cursors: dict[str, int] = {}
        for path in self._layout.newest_paths(node_id, _CURSOR_FILES):
            rows = self._files.look_into(path, lambda file: decode(file, NO_METRICS))
            for instance_id, highest in _highest_sequences(rows) if rows is not None else ():
                cursors[instance_id] = max(highest, cursors.get(instance_id, 0))
        return cursors

    def _paths(self, node_id: str, start_ns: int, end_ns: int) -> Iterator[Path]:
        return (self._layout.path(node_id, hour) for hour in self._layout.hours(start_ns, end_ns))

    def _write_hour(self, node_id: str, hour: int, rows: Rows) -> WriteReport:
        path = self._layout.path(node_id, hour)
        stored, damaged = self._files.take(path, lambda file: decode(file, _ALL))
        merged = unite([rows] if stored is None else [stored, rows])
        added = len(merged) - (0 if stored is None else len(stored))
        hours = frozenset([hour]) if added else frozenset()
        report = WriteReport(added, len(rows) - added, files=len(hours), hours=hours, damaged=damaged)
        if added:
            make_folder(path.parent)
            replace(path, encode(node_id, merged, is_final=_is_nearly_over(hour, merged)))
        elif stored is not None:
            # Whoever put it there may have been killed before the new name was on the disk, and asks now if it is.
            with storage_errors("write", path):
                sync_folder(path.parent)
        return report


def _by_hour(rows: Rows) -> Iterator[tuple[int, Rows]]:
    hours = rows.times_ns // HOUR_NS
    different = np.unique(hours).tolist()
    if len(different) == 1:
        yield different[0], rows
        return
    for hour in different:
        yield hour, take(rows, np.flatnonzero(hours == hour))


def _highest_sequences(rows: Rows) -> Iterator[tuple[str, int]]:
    for number in np.unique(rows.instances).tolist():
        yield rows.instance_ids[number], int(rows.sequences[rows.instances == number].max())


def _is_nearly_over(hour: int, rows: Rows) -> bool:
    """Whether few writes to this hour are to be expected; it may be wrong, the file is only a little larger then."""
    return bool(rows.times_ns[-1] >= (hour + 1) * HOUR_NS - _LAST_PART_NS)
