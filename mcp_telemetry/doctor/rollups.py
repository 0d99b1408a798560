"""The rollups: whether they can be read, are there for every closed hour, and are what the samples come to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mcp_telemetry.doctor.finding import Finding, Severity
from mcp_telemetry.doctor.folder import Folder, Kind
from mcp_telemetry.doctor.mending import put_aside
from mcp_telemetry.errors import CorruptionError, StorageError
from mcp_telemetry.series.buckets import HOUR_NS, MINUTE_NS, Buckets
from mcp_telemetry.series.counters import without_overlaps
from mcp_telemetry.series.merge import concatenate
from mcp_telemetry.series.summarize import coarsen, join, summarize
from mcp_telemetry.storage.contract import Storage
from mcp_telemetry.storage.layout import DAY_HOURS
from mcp_telemetry.storage.rollup_codec import decode_buckets, open_rollup, versions_of
from mcp_telemetry.storage.rollups import Hour, Rollups

__all__ = ["rollup_contents", "rollup_files"]

_ALL: frozenset[str] = frozenset()
_LAST_NS = 2**63 - 1
_DAY_NS = DAY_HOURS * HOUR_NS


def rollup_files(folder: Folder) -> Iterator[Finding]:
    """Every file of minutes and of hours, by itself."""
    for entry in folder.rollup_entries():
        if entry.kind is Kind.ROLLUP:
            folder.seen["rollup files"] += 1
            try:
                _read_whole(entry.path)
            except FileNotFoundError:
                continue
            except CorruptionError as error:
                what, remedy = (
                    f"it cannot be read: {error}",
                    "set it aside; what has samples is summed up again",
                )
                repair = partial(put_aside, entry.path)
                yield Finding(Severity.ERROR, "rollup-unreadable", entry.path, what, remedy, repair)
            except StorageError as error:
                yield Finding(Severity.ERROR, "disk-failed", entry.path, str(error), "check the disk")


def rollup_contents(folder: Folder) -> Iterator[Finding]:
    """Of every node what is summed up, beside what its samples come to."""
    storage, rollups = folder.storage(), Rollups(folder.path)
    names = storage.nodes()
    for done, node_id in enumerate(names):
        folder.progress("rollups", done, len(names))
        yield from _missing(folder, storage, rollups, node_id)
        yield from _wrong(folder, storage, rollups, node_id)
        yield from _wrong_hours(folder, rollups, node_id)


def _missing(folder: Folder, storage: Storage, rollups: Rollups, node_id: str) -> Iterator[Finding]:
    """What a killed leader had not come to; a running one is about to."""
    if folder.is_live:
        return
    versions = storage.versions(node_id, 0, folder.now_ns // HOUR_NS * HOUR_NS)
    made = rollups.versions(node_id, MINUTE_NS, 0, _LAST_NS)
    hours = [hour for hour, version in versions.items() if made.get(hour) != version]
    today = folder.now_ns // _DAY_NS
    unclosed = rollups.unclosed_days(node_id, 0, today * _DAY_NS)
    days = {day for day in (*unclosed, *(hour // DAY_HOURS for hour in hours)) if day < today}
    if hours or days:
        what = f"of node {node_id} {len(hours)} hours and {len(days)} days are not summed up, or were before more came"
        repair = partial(_make, folder, node_id, hours, sorted(days))
        yield Finding(Severity.INFO, "rollup-missing", folder.path, what, "the next start does", repair)


def _wrong(folder: Folder, storage: Storage, rollups: Rollups, node_id: str) -> Iterator[Finding]:
    """Minutes that say to be of just these samples, and are not."""
    made, today = rollups.versions(node_id, MINUTE_NS, 0, _LAST_NS), folder.now_ns // _DAY_NS
    for hour, version in storage.versions(node_id, 0, folder.now_ns).items():
        if made.get(hour) != version:
            continue
        fresh, stored = _summed_up(storage, node_id, hour), _stored(rollups, node_id, MINUTE_NS, hour, 1)
        if _is_poorer(stored, fresh, {hour}) and _version(storage, node_id, hour) == version:
            path, day = folder.hour_path(node_id, hour), hour // DAY_HOURS
            what = "its minutes are not what its samples come to"
            repair = partial(_make, folder, node_id, [hour], [day] if day < today else [])
            yield Finding(Severity.ERROR, "rollup-wrong", path, what, "sum it up again", repair)


def _wrong_hours(folder: Folder, rollups: Rollups, node_id: str) -> Iterator[Finding]:
    """Hours that say to be of just these minutes, and are not."""
    settled = _settled(rollups, node_id, 0, _LAST_NS)
    for day in sorted({hour // DAY_HOURS for hour in settled}):
        first = day * DAY_HOURS
        fresh = coarsen(_stored(rollups, node_id, MINUTE_NS, first, DAY_HOURS), HOUR_NS)
        stored = _stored(rollups, node_id, HOUR_NS, first, DAY_HOURS)
        unchanged = settled.items() & _settled(rollups, node_id, day * _DAY_NS, (day + 1) * _DAY_NS).items()
        if _is_poorer(stored, fresh, dict(unchanged).keys()):
            what = f"the hours of node {node_id} of day {np.datetime64(day, 'D')} are not what its minutes come to"
            repair = partial(_make, folder, node_id, [], [day])
            yield Finding(Severity.ERROR, "rollup-wrong", folder.path, what, "sum them up again", repair)


def _settled(rollups: Rollups, node_id: str, start_ns: int, end_ns: int) -> dict[int, int]:
    """The hours that say to be of just the minutes there are, with the version of both.

    A running leader replaces files between two looks: what did not change from before them to after was of one state.
    """
    closed = rollups.versions(node_id, HOUR_NS, start_ns, end_ns)
    minutes = rollups.versions(node_id, MINUTE_NS, start_ns, end_ns)
    return dict(minutes.items() & closed.items())


def _version(storage: Storage, node_id: str, hour: int) -> int:
    """That of an hour's samples now; 0 if there are none."""
    return storage.versions(node_id, hour * HOUR_NS, (hour + 1) * HOUR_NS).get(hour, 0)


def _stored(rollups: Rollups, node_id: str, step_ns: int, hour: int, hours: int) -> Buckets:
    blocks = rollups.read(node_id, step_ns, _ALL, hour * HOUR_NS, (hour + hours) * HOUR_NS)
    return join([Buckets.none(step_ns), *blocks])


def _summed_up(storage: Storage, node_id: str, hour: int) -> Buckets:
    rows = concatenate(storage.read(node_id, _ALL, hour * HOUR_NS, (hour + 1) * HOUR_NS))
    return summarize(without_overlaps(rows), MINUTE_NS)


def _is_poorer(stored: Buckets, fresh: Buckets, hours: Set[int]) -> bool:
    """Whether a bucket of these hours lacks samples that are there.

    More is right: some samples may have been removed since.
    """
    counts = _counts(stored)
    lacking = (time_ns for (time_ns, name), count in _counts(fresh).items() if counts.get((time_ns, name), 0) < count)
    return any(time_ns // HOUR_NS in hours for time_ns in lacking)


def _counts(buckets: Buckets) -> Mapping[tuple[int, str], float]:
    """By time and column, how many samples have it; only where any has."""
    rows, columns = np.nonzero(buckets.counts)
    keys = zip(buckets.times_ns[rows].tolist(), (buckets.columns[at].name for at in columns.tolist()), strict=True)
    return dict(zip(keys, buckets.counts[rows, columns].tolist(), strict=True))


def _make(folder: Folder, node_id: str, hours: Sequence[int], days: Sequence[int]) -> str:
    """As the leader does: an hour at a time, then the days that are over."""
    storage, rollups = folder.storage(), Rollups(folder.path)
    for hour in hours:
        version = _version(storage, node_id, hour)
        rows = concatenate(storage.read(node_id, _ALL, hour * HOUR_NS, (hour + 1) * HOUR_NS))
        rollups.update(node_id, [Hour(hour, version, rows)])
    for day in days:
        rollups.close_day(node_id, day)
    return f"{len(hours)} hours and {len(days)} days summed up"


def _read_whole(path: Path) -> None:
    """Every page of it, and that it makes sense; CorruptionError if not."""
    try:
        with pa.OSFile(str(path)) as source:
            file: pq.ParquetReader = open_rollup(source)
            decode_buckets(file, _ALL)
            versions_of(file)
    except FileNotFoundError:
        raise
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        if isinstance(error, OSError) and error.errno:
            raise StorageError(f"cannot read {path}: {error.strerror}; check the disk") from error
        raise CorruptionError(str(error).strip().partition("\n")[0]) from error
