"""What samples come to in minutes and hours, kept longer than they are."""

from __future__ import annotations

import itertools
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow.parquet as pq

from mcp_telemetry.series.buckets import HOUR_NS, MINUTE_NS, Buckets
from mcp_telemetry.series.counters import without_overlaps
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.series.summarize import coarsen, join, summarize
from mcp_telemetry.series.versions import Versions
from mcp_telemetry.storage.atomic import make_folder, remove_leftovers, replace, storage_errors
from mcp_telemetry.storage.layout import DAY_HOURS, check_node_id
from mcp_telemetry.storage.parquet_files import ParquetFiles
from mcp_telemetry.storage.rollup_codec import decode_buckets, encode_buckets, open_rollup, versions_of
from mcp_telemetry.storage.shelf import DAY_NS, Shelf, hours_shelf, minutes_shelf

__all__ = ["Hour", "Rollups"]

_ALL: frozenset[str] = frozenset()
_REMEMBERED_FILES = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Hour:
    """All samples of an hour (since 1970), and its version (see `Storage.versions`) from before they were read."""

    hour: int
    version: int
    rows: Rows


class _Part(NamedTuple):
    """What is in a file, or goes into it."""

    buckets: Buckets
    versions: Mapping[int, int]


class Rollups:
    """Minutes and hours of many nodes under one metrics folder. One writing process; any method from any thread.

    Hours are written when their day is over; until then they are made from the minutes as they are read. A bucket is
    replaced only by one of at least as many samples: rows that come when the others of their hour were removed do not
    take the place of what these came to. All methods raise StorageError when the disk fails or is full.
    """

    def __init__(self, folder: Path) -> None:
        self._shelves = {MINUTE_NS: minutes_shelf(folder), HOUR_NS: hours_shelf(folder)}
        self._minutes, self._hours = self._shelves.values()
        self._files = ParquetFiles(open_rollup)
        self._write_lock = threading.Lock()
        self._remembered_versions = lru_cache(_REMEMBERED_FILES)(self._versions_in)

    @property
    def damaged(self) -> int:
        """Unreadable files met since the start."""
        return self._files.damaged

    def open(self) -> int:
        """Remove what interrupted writes left; returns how many files those were. For the writing process."""
        return sum(remove_leftovers(shelf.folder, shelf.temporaries) for shelf in self._shelves.values())

    # -- Writing ------------------------------------------------------------------------------------------------------

    def update(self, node_id: str, hours: Iterable[Hour]) -> tuple[Path, ...]:
        """Sum up hours into minutes: one replaced file a day. Returns where damaged files in the way are kept now.

        Where one was, every other hour of its day is to be summed up again.
        """
        check_node_id(node_id)
        days: defaultdict[int, list[_Part]] = defaultdict(list)
        for hour in hours:
            minutes = summarize(without_overlaps(hour.rows), MINUTE_NS)
            days[hour.hour // DAY_HOURS].append(_Part(minutes, {hour.hour: hour.version}))
        with self._write_lock:
            damaged = (self._add(self._minutes, node_id, day, parts) for day, parts in days.items())
            return tuple(itertools.chain.from_iterable(damaged))

    def close_day(self, node_id: str, day: int) -> tuple[Path, ...]:
        """Sum up the minutes of a day that is over into hours; the rest as `update`."""
        with self._write_lock:
            path = self._minutes.path(node_id, day)
            minutes = self._files.look_into(path, _whole)
            if minutes is None:
                return ()
            hours = _Part(coarsen(minutes.buckets, HOUR_NS), minutes.versions)
            return self._add(self._hours, node_id, self._hours.span(day), [hours])

    def _add(self, shelf: Shelf, node_id: str, span: int, parts: list[_Part]) -> tuple[Path, ...]:
        path = shelf.path(node_id, span)
        stored, damaged = self._files.take(path, _whole)
        fresh = _in_order([part.buckets for part in parts])
        versions = {hour: version for part in parts for hour, version in part.versions.items()}
        if stored is not None:
            fresh, versions = _merged(stored.buckets, fresh), {**stored.versions, **versions}
        make_folder(path.parent)
        replace(path, encode_buckets(node_id, fresh, versions))
        return damaged

    # -- Reading ------------------------------------------------------------------------------------------------------

    def read(
        self, node_id: str, step_ns: int, selectors: frozenset[str], start_ns: int, end_ns: int
    ) -> Iterator[Buckets]:
        """The buckets of a minute or an hour that begin in [start_ns, end_ns), ascending, a day or a month at a time.

        `selectors` as in `Storage.read`. A block lacks the columns its span never had; damaged files are left out.
        """
        blocks = self._stored_minutes if step_ns == MINUTE_NS else self._stored_hours
        for buckets in blocks(node_id, selectors, start_ns, end_ns):
            first, last = np.searchsorted(buckets.times_ns, (start_ns, end_ns))
            if first < last:
                yield buckets.take(slice(int(first), int(last)))

    def versions(self, node_id: str, step_ns: int, start_ns: int, end_ns: int) -> dict[int, int]:
        """The hours since 1970 that the range touches and that are summed up in a tier, ascending.

        Each with the version that it was made from.
        """
        return self.summed_up(node_id, step_ns, start_ns, end_ns).by_hour()

    def summed_up(self, node_id: str, step_ns: int, start_ns: int, end_ns: int) -> Versions:
        """The same as arrays, for whoever looks at all of them: two years are 17,520 hours."""
        minutes = self._versions(self._minutes, node_id, start_ns, end_ns)
        if step_ns == MINUTE_NS:
            return minutes
        closed = self._versions(self._hours, node_id, start_ns, end_ns)
        is_open = ~np.isin(minutes.hours // DAY_HOURS, closed.hours // DAY_HOURS)
        return _joined([closed, Versions(minutes.hours[is_open], minutes.numbers[is_open])])

    def unclosed_days(self, node_id: str, start_ns: int, end_ns: int) -> list[int]:
        """The days that the range touches whose hours are missing, or older than their minutes."""
        minutes = self._versions(self._minutes, node_id, start_ns, end_ns)
        closed = self._versions(self._hours, node_id, start_ns, end_ns)
        _, at, at_closed = np.intersect1d(minutes.hours, closed.hours, assume_unique=True, return_indices=True)
        is_open = np.ones(len(minutes.hours), np.bool_)
        is_open[at] = minutes.numbers[at] != closed.numbers[at_closed]
        days: list[int] = np.unique(minutes.hours[is_open] // DAY_HOURS).tolist()
        return days

    def _stored_minutes(self, node_id: str, selectors: frozenset[str], start_ns: int, end_ns: int) -> Iterator[Buckets]:
        for day in self._minutes.spans(start_ns, end_ns):
            buckets = self._look(self._minutes, node_id, day, selectors)
            if buckets is not None:
                yield buckets

    def _stored_hours(self, node_id: str, selectors: frozenset[str], start_ns: int, end_ns: int) -> Iterator[Buckets]:
        """Month by month: its file, and what there is of days that are not in it yet."""
        days = self._minutes.spans(start_ns, end_ns)
        months = {self._hours.span(day) for day in days} | set(self._hours.spans(start_ns, end_ns))
        for month in sorted(months):
            closed = self._look(self._hours, node_id, month, selectors) or Buckets.none(HOUR_NS)
            missing = set(days).difference((closed.times_ns // DAY_NS).tolist())
            within = sorted(day for day in missing if month <= day < self._hours.end(month))
            open_days = (self._look(self._minutes, node_id, day, selectors) for day in within)
            yield _in_order([closed, *(coarsen(minutes, HOUR_NS) for minutes in open_days if minutes is not None)])

    def _look(self, shelf: Shelf, node_id: str, span: int, selectors: frozenset[str]) -> Buckets | None:
        return self._files.look_into(shelf.path(node_id, span), lambda file: decode_buckets(file, selectors))

    def _versions(self, shelf: Shelf, node_id: str, start_ns: int, end_ns: int) -> Versions:
        paths = [shelf.path(node_id, span) for span in shelf.spans(start_ns, end_ns)]
        stamps = ((path, _changed(path)) for path in paths)
        found = _joined([self._remembered_versions(path, changed) for path, changed in stamps if changed])
        return found.between(start_ns // HOUR_NS, (end_ns - 1) // HOUR_NS + 1)

    def _versions_in(self, path: Path, _changed: int) -> Versions:
        return self._files.look_into(path, _stored_versions) or _joined([])

    # -- Retention ----------------------------------------------------------------------------------------------------

    def spans(self, step_ns: int) -> dict[int, int]:
        """The days (of minutes) or months (of hours) there are, by their first day since 1970; and the day they end."""
        shelf = self._shelves[step_ns]
        with storage_errors("list", shelf.folder):
            return {span: shelf.end(span) for span in shelf.spans()}

    def sizes(self, step_ns: int) -> dict[int, int]:
        """The same, and the bytes they take."""
        shelf = self._shelves[step_ns]
        with storage_errors("list", shelf.folder):
            return shelf.sizes()

    def drop(self, step_ns: int, span: int) -> int:
        """Forget a day of minutes, or a month of hours; returns how many files went."""
        shelf = self._shelves[step_ns]
        with self._write_lock, storage_errors("remove", shelf.folder):
            return shelf.remove(span)


def _changed(path: Path) -> int:
    """A number that another content of the file has not; 0 if there is none."""
    with storage_errors("look at", path):
        try:
            stat = path.stat()
        except FileNotFoundError:
            return 0
    return stat.st_mtime_ns ^ stat.st_size


def _stored_versions(file: pq.ParquetReader) -> Versions:
    found = versions_of(file)
    try:
        return Versions.of(found)
    except OverflowError as error:
        raise ValueError(f"the version of an hour is no 64-bit number: {error}") from error


def _joined(parts: list[Versions]) -> Versions:
    """Those of several files as one."""
    none = np.empty(0, np.int64)
    hours, numbers = (
        np.concatenate([none, *arrays]) for arrays in ([part[0] for part in parts], [part[1] for part in parts])
    )
    if bool((hours[1:] > hours[:-1]).all()):
        return Versions(hours, numbers)
    hours, at = np.unique(hours, return_index=True)
    return Versions(hours, numbers[at])


def _whole(file: pq.ParquetReader) -> _Part:
    return _Part(decode_buckets(file, _ALL), versions_of(file))


def _merged(stored: Buckets, fresh: Buckets) -> Buckets:
    """Both; of two of one time the fresh one, unless it was made of fewer samples."""
    _, at, at_fresh = np.intersect1d(stored.times_ns, fresh.times_ns, assume_unique=True, return_indices=True)
    if not len(at):
        return _in_order([stored, fresh])
    is_richer = stored.samples[at] > fresh.samples[at_fresh]
    stored_stays, fresh_stays = np.ones(len(stored), np.bool_), np.ones(len(fresh), np.bool_)
    stored_stays[at[~is_richer]] = False
    fresh_stays[at_fresh[is_richer]] = False
    return _in_order([stored.take(stored_stays), fresh.take(fresh_stays)])


def _in_order(blocks: list[Buckets]) -> Buckets:
    """Blocks of different times as one."""
    joined = join(blocks)
    if bool((joined.times_ns[1:] > joined.times_ns[:-1]).all()):
        return joined
    return joined.take(np.argsort(joined.times_ns))
