"""The hour files: each one by itself, and all of a node together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from mcp_telemetry.doctor.coverage import Coverage, Gap
from mcp_telemetry.doctor.finding import Finding, Severity
from mcp_telemetry.doctor.folder import Folder
from mcp_telemetry.doctor.hour_file import Keys, read_keys
from mcp_telemetry.doctor.losses import Losses, counted_losses
from mcp_telemetry.doctor.mending import drop_stored_before, put_aside, put_in_place
from mcp_telemetry.errors import CorruptionError, StorageError
from mcp_telemetry.model.names import is_node_id
from mcp_telemetry.series.buckets import HOUR_NS
from mcp_telemetry.storage.hour_files import HourFiles

__all__ = ["hour_files"]

_RANGES_SHOWN = 5
_LAST_NS = 2**63 - 1
# Of one node. Its files are replaced one after the other.
_LONGEST_FLUSH_NS = 10 * 10**9

_Signatures = dict[int, tuple[int, int]]  # by hour


def hour_files(folder: Folder) -> Iterator[Finding]:
    """Every file is read once, whole; then what all of a node's files tell together."""
    hours = folder.hours()
    losses, total, done = counted_losses(folder), sum(map(len, hours.values())), 0
    for node_id, of_node in hours.items():
        coverage, is_in_order = Coverage(), True
        began_ns, before = time.time_ns(), _signatures(folder, node_id, of_node)
        for hour in of_node:
            for finding in _file(folder, node_id, hour, coverage):
                is_in_order = is_in_order and finding.code not in _FAULTS
                yield finding
            done += 1
            folder.progress("hour files", done, total)
        folder.seen["nodes"] += 1
        if folder.is_live and not _was_quiet(folder, node_id, before, began_ns):
            folder.seen["nodes written to meanwhile"] += 1
        elif is_in_order:
            yield from _together(folder, node_id, coverage, losses.get(node_id))


def _file(folder: Folder, node_id: str, hour: int, coverage: Coverage) -> Iterator[Finding]:
    path = folder.hour_path(node_id, hour)
    try:
        keys = read_keys(path)
    except FileNotFoundError:
        return
    except CorruptionError as error:
        what = f"its rows cannot be read: {error}"
        remedy = "set it aside; its hour is missing then, unless a backup has it"
        yield Finding(Severity.ERROR, "hour-unreadable", path, what, remedy, partial(put_aside, path))
        return
    except StorageError as error:
        yield Finding(Severity.ERROR, "disk-failed", path, str(error), "check the disk")
        return
    folder.seen["hour files"] += 1
    folder.seen["rows"] += len(keys)
    coverage.add(hour, keys)
    yield from _faults(folder, node_id, hour, keys)


def _faults(folder: Folder, node_id: str, hour: int, keys: Keys) -> Iterator[Finding]:
    path = folder.hour_path(node_id, hour)
    # Rows of a node that cannot be have nowhere to go.
    repair = partial(put_in_place, folder, node_id, hour) if all(map(is_node_id, keys.node_ids)) else None
    for code, fault in _FAULTS.items():
        if what := fault(keys, node_id, hour):
            remedy = "put every row where it belongs, in order and once" if repair else "move the file elsewhere"
            yield Finding(Severity.ERROR, code, path, what, remedy, repair)


def _of_other_nodes(keys: Keys, node_id: str, hour: int) -> str:
    others = [other for other in keys.node_ids if other != node_id]
    return f"it has rows of {_listed(others)}, and the name of {node_id}" if others else ""


def _of_other_hours(keys: Keys, node_id: str, hour: int) -> str:
    count = np.count_nonzero(keys.times_ns // HOUR_NS != hour)
    return f"{count} of {len(keys)} rows are of other hours, where queries do not find them" if count else ""


def _unsorted(keys: Keys, node_id: str, hour: int) -> str:
    names = np.argsort(np.argsort(np.array(keys.instance_ids)))[keys.instances]
    order = np.lexsort((keys.sequences, names, keys.times_ns))
    is_sorted = (order[1:] > order[:-1]).all()
    return "" if is_sorted else "its rows are not ordered by time, so that queries miss some of them"


def _twice(keys: Keys, node_id: str, hour: int) -> str:
    distinct = np.unique(np.column_stack((keys.nodes, keys.instances, keys.sequences)), axis=0)
    count = len(keys) - len(distinct)
    return f"{count} rows are stored twice" if count else ""


_FAULTS: dict[str, Callable[[Keys, str, int], str]] = {
    "hour-other-node": _of_other_nodes,
    "hour-other-hours": _of_other_hours,
    "hour-unsorted": _unsorted,
    "hour-duplicates": _twice,
}


def _together(folder: Folder, node_id: str, coverage: Coverage, losses: Losses | None) -> Iterator[Finding]:
    if coverage.is_scattered:
        what = f"the sequences of {node_id} are too scattered to look for gaps and duplicates"
        yield Finding(Severity.INFO, "sequences-scattered", folder.path, what)
    for double in sorted(coverage.doubles()):
        path, other = (folder.hour_path(node_id, hour) for hour in (double.later, double.earlier))
        what = f"it has rows that {other.relative_to(folder.path)} has, too"
        yield Finding(
            Severity.ERROR,
            "duplicates-across-hours",
            path,
            what,
            "remove them from the later hour",
            partial(drop_stored_before, folder, node_id, double.later, double.earlier),
        )
    for instance_id, gaps in coverage.gaps():
        yield Finding(Severity.INFO, "sequence-gaps", folder.path, _told(node_id, instance_id, gaps, losses))


def _told(node_id: str, instance_id: str, gaps: list[Gap], losses: Losses | None) -> str:
    ranges = [str(gap.first) if gap.width == 1 else f"{gap.first}-{gap.last}" for gap in gaps]
    count = sum(gap.width for gap in gaps)
    counted = f"; the leader has counted {losses}" if losses else ""
    return f"node {node_id}, instance {instance_id}: {count} sequences are in no file: {_listed(ranges)}{counted}"


def _listed(texts: list[str]) -> str:
    more = len(texts) - _RANGES_SHOWN
    return ", ".join(texts[:_RANGES_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _was_quiet(folder: Folder, node_id: str, before: _Signatures, began_ns: int) -> bool:
    """Whether no flush was under way: it adds rows to an hour that was read and to one that was not, like a gap."""
    now = _signatures(folder, node_id, HourFiles(folder.path).hours(node_id, 0, _LAST_NS))
    return now == before and all(mtime_ns < began_ns - _LONGEST_FLUSH_NS for _, mtime_ns in now.values())


def _signatures(folder: Folder, node_id: str, hours: Iterable[int]) -> _Signatures:
    """What changes when one of the files is replaced, comes or goes."""
    return {hour: found for hour in hours if (found := _signature(folder.hour_path(node_id, hour)))}


def _signature(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns
