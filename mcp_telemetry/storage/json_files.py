"""The storage engine for those who want plain JSON: a file for each snapshot, which any program reads."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path

from mcp_telemetry.errors import CorruptionError
from mcp_telemetry.model.columns import Column
from mcp_telemetry.series.buckets import HOUR_NS
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.storage.atomic import make_folder, remove_leftovers, storage_errors
from mcp_telemetry.storage.contract import WriteReport
from mcp_telemetry.storage.damage import DamageLog
from mcp_telemetry.storage.json_addition import Addition, load
from mcp_telemetry.storage.json_layout import SECOND_NS, JsonLayout, SnapshotFile
from mcp_telemetry.storage.layout import check_node_id, day_name
from mcp_telemetry.storage.snapshots import Snapshot, rows_of, snapshots_of

__all__ = ["JsonFiles"]

_LOCKS = 64
_CURSOR_HOURS = 2
_HOUR_SECONDS = 3600

_log = logging.getLogger(__name__)


class JsonFiles:
    """A `Storage` (see there for the contract) in `<folder>/YYYY-MM-DD/<node_id>_HH-MM-SS.json`.

    Other processes may see a part of a write, but never a part of a file. Readers list a day's folder, and read each of
    the node's files in the range: for fleets and long ranges there is `HourFiles`.
    """

    def __init__(self, folder: Path) -> None:
        self._layout = JsonLayout(folder)
        self._locks = tuple(threading.Lock() for _ in range(_LOCKS))
        self._damage = DamageLog()

    @property
    def damaged(self) -> int:
        """Unreadable snapshots met by reads and writes since the start."""
        return self._damage.count

    def open(self) -> int:
        """Create the folder and remove what interrupted writes left; returns how many files those were."""
        make_folder(self._layout.folder)
        return remove_leftovers(self._layout.folder, self._layout.temporaries)

    def write(self, node_id: str, rows: Rows) -> WriteReport:
        """A file for each row that is not stored yet; durable on return."""
        check_node_id(node_id)
        addition = Addition(self._layout, node_id, self._damage)
        with self._lock(node_id):
            for snapshot in snapshots_of(rows):
                addition.add(snapshot)
            return addition.finish()

    def read(self, node_id: str, selectors: frozenset[str], start_ns: int, end_ns: int) -> Iterator[Rows]:
        """The rows of [start_ns, end_ns), one block per hour that has any, in order."""
        seconds = range(start_ns // SECOND_NS, -(-end_ns // SECOND_NS))
        for files in self._hours(node_id, seconds):
            read = self._snapshots(node_id, files, selectors)
            found = (each for each in read if start_ns <= each.time_ns < end_ns)
            snapshots = sorted(found, key=lambda each: (each.time_ns, each.instance_id, each.sequence))
            if snapshots:
                yield rows_of(snapshots)

    def prefetch(self, node_id: str, hours: Iterable[int]) -> None:
        """Nothing: to open thousands of small files is most of what it costs to read them."""

    def nodes(self) -> list[str]:
        """Every node that has a file, by listing the folders."""
        return sorted(self.newest_hours())

    def newest_hours(self) -> dict[str, int]:
        """Every node that has a file, and the hour of its newest, by listing the folders."""
        with storage_errors("list", self._layout.folder):
            return self._layout.newest_hours()

    def columns(self, node_id: str, start_ns: int, end_ns: int) -> tuple[Column, ...]:
        """The columns of the hours the range touches; reads their files."""
        found: dict[str, Column] = {}
        for files in self._hours(node_id, _whole_hours(start_ns, end_ns)):
            for snapshot in self._snapshots(node_id, files):
                for column in snapshot.values:
                    found.setdefault(column.name, column)
        return tuple(found.values())

    def hours(self, node_id: str, start_ns: int, end_ns: int) -> list[int]:
        """The hours in which the node has files."""
        return list(self.versions(node_id, start_ns, end_ns))

    def versions(self, node_id: str, start_ns: int, end_ns: int) -> dict[int, int]:
        """Each such hour and a hash of its files' names: none is ever replaced."""
        found = self._hours(node_id, _whole_hours(start_ns, end_ns))
        return {files[0].second // _HOUR_SECONDS: _hash([file.name for file in files]) for files in found}

    def days(self) -> dict[int, int]:
        """The days that have snapshots, and their bytes."""
        with storage_errors("list", self._layout.folder):
            sizes = {day: self._layout.size(day) for day in self._layout.days()}
        return {day: size for day, size in sizes.items() if size}

    def drop_day(self, day: int) -> int:
        """Unlink a day's snapshots, and its folder when nothing else is in it."""
        with ExitStack() as held, storage_errors("remove", self._layout.folder):
            for lock in self._locks:
                held.enter_context(lock)
            return self._layout.remove(day)

    def cursors(self, node_id: str) -> dict[str, int]:
        """The highest sequence of each instance in the node's two newest hours."""
        cursors: dict[str, int] = {}
        for files in self._newest(node_id, _CURSOR_HOURS):
            for snapshot in self._snapshots(node_id, files):
                cursors[snapshot.instance_id] = max(snapshot.sequence, cursors.get(snapshot.instance_id, 0))
        return cursors

    def _lock(self, node_id: str) -> threading.Lock:
        return self._locks[hash(node_id) % _LOCKS]

    def _newest(self, node_id: str, count: int) -> list[list[SnapshotFile]]:
        found: list[list[SnapshotFile]] = []
        for day in reversed(self._layout.days()):
            found = [*_by_hour(self._files(day, node_id)), *found]
            if len(found) >= count:
                break
        return found[-count:]

    def _hours(self, node_id: str, seconds: range) -> Iterator[list[SnapshotFile]]:
        """The node's files of these seconds, hour by hour."""
        if seconds:
            for day in self._layout.days_within(seconds.start * SECOND_NS, seconds.stop * SECOND_NS):
                yield from _by_hour(file for file in self._files(day, node_id) if file.second in seconds)

    def _files(self, day: int, node_id: str) -> list[SnapshotFile]:
        with self._lock(node_id), storage_errors("list", self._layout.folder / day_name(day)):
            return self._layout.files(day, node_id)

    def _snapshots(
        self, node_id: str, files: Iterable[SnapshotFile], selectors: frozenset[str] = frozenset()
    ) -> list[Snapshot]:
        """What can be read of them; those that went since they were listed are not missed."""
        with self._lock(node_id):
            found = [self._look_into(node_id, file, selectors) for file in files]
        return [snapshot for snapshot in found if snapshot is not None]

    def _look_into(self, node_id: str, file: SnapshotFile, selectors: frozenset[str]) -> Snapshot | None:
        path = self._layout.path(node_id, file.second, file.number)
        try:
            return load(path, file.second, selectors)
        except CorruptionError as error:
            if self._damage.is_new(path):
                _log.error("%s; it is left out", error)
            return None


def _by_hour(files: Iterable[SnapshotFile]) -> Iterator[list[SnapshotFile]]:
    return (list(hour) for _, hour in groupby(files, key=lambda file: file.second // _HOUR_SECONDS))


def _whole_hours(start_ns: int, end_ns: int) -> range:
    return range(start_ns // HOUR_NS * _HOUR_SECONDS, -(-end_ns // HOUR_NS) * _HOUR_SECONDS)


def _hash(names: Iterable[str]) -> int:
    return int.from_bytes(hashlib.blake2b("/".join(names).encode(), digest_size=7).digest())
