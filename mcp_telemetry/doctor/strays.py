"""What is in the days' folders besides hours: leftovers, what was set aside, and what nobody knows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain
from pathlib import Path

from mcp_telemetry.doctor.finding import Finding, Severity
from mcp_telemetry.doctor.folder import Entry, Folder, Kind
from mcp_telemetry.doctor.mending import finish_move
from mcp_telemetry.model.names import is_node_id
from mcp_telemetry.series.buckets import HOUR_NS
from mcp_telemetry.settings import DASHBOARDS_FOLDER, EVENTS_FOLDER, JOURNAL_FOLDER, SPOOL_FOLDER
from mcp_telemetry.storage.layout import HOURS_FOLDER, MINUTES_FOLDER

__all__ = [
    "empty_days",
    "future_hours",
    "impossible_names",
    "leftovers",
    "set_aside",
    "unfinished_moves",
    "unknown_files",
]

_OURS = {DASHBOARDS_FOLDER, EVENTS_FOLDER, JOURNAL_FOLDER, SPOOL_FOLDER, MINUTES_FOLDER, HOURS_FOLDER}
# No write takes longer; what a running leader is just writing is no leftover.
_OLD_NS = 10 * 60 * 10**9
# The leader takes samples of up to a day ahead.
_AHEAD_HOURS = 25


def leftovers(folder: Folder) -> Iterator[Finding]:
    """Temporary files of writes that never ended."""
    for entry in _entries(folder, Kind.TEMPORARY):
        if not (folder.is_live and _is_young(entry.path, folder.now_ns)):
            what = "a write that never ended left it; it holds nothing that is not stored elsewhere"
            yield Finding(Severity.WARNING, "leftover", entry.path, what, "remove it", partial(_remove, entry.path))


def set_aside(folder: Folder) -> Iterator[Finding]:
    """Files that could not be read, or that a repair replaced."""
    for entry in _entries(folder, Kind.DAMAGED):
        what = "kept because it could not be read, or because a repair replaced it"
        remedy = "have a look at it, or remove it"
        yield Finding(Severity.INFO, "set-aside", entry.path, what, remedy)


def unfinished_moves(folder: Folder) -> Iterator[Finding]:
    """Files from which a repair has taken rows that are not yet where they belong."""
    for entry in _entries(folder, Kind.MOVING):
        what = "a repair has taken rows out of this file, and has not put all of them where they belong"
        repair = partial(finish_move, folder, entry.path)
        yield Finding(Severity.ERROR, "move-unfinished", entry.path, what, "put them there", repair)


def unknown_files(folder: Folder) -> Iterator[Finding]:
    """What the leader has not written, and never reads."""
    known = _OURS | {path.name for _, path in folder.days()}
    strangers = [path for path in sorted(folder.path.iterdir()) if path.name not in known]
    strangers += (entry.path for entry in _entries(folder, Kind.UNKNOWN))
    for path in strangers:
        what = "nothing here wrote this, and nothing reads it"
        yield Finding(Severity.WARNING, "unknown-file", path, what, "move it out of the metrics folder")


def empty_days(folder: Folder) -> Iterator[Finding]:
    """Folders of days without a file; a running leader makes one a moment before it writes there."""
    spans = (path for tier in (MINUTES_FOLDER, HOURS_FOLDER) for path in sorted((folder.path / tier).glob("*/")))
    for path in chain((path for _, path in folder.days()), spans):
        if not folder.is_live and not any(path.iterdir()):
            what = "this folder is empty"
            yield Finding(Severity.INFO, "empty-day", path, what, "remove it", partial(_remove_folder, path))


def impossible_names(folder: Folder) -> Iterator[Finding]:
    """Hour files whose node could never have reported."""
    for entry in _entries(folder, Kind.HOUR):
        if not is_node_id(entry.node_id):
            what = f"{entry.node_id!r} is no node_id, so that no query can ask for it"
            yield Finding(Severity.ERROR, "impossible-node-id", entry.path, what, "name the file after its node")


def future_hours(folder: Folder) -> Iterator[Finding]:
    """Hours further ahead than any clock the leader accepts."""
    latest = folder.now_ns // HOUR_NS + _AHEAD_HOURS
    for entry in _entries(folder, Kind.HOUR):
        if entry.hour > latest:
            what = f"its hour lies {(entry.hour - latest + _AHEAD_HOURS) // 24} days ahead of this machine's clock"
            remedy = "set the clock of this machine; or, if the leader's was wrong, remove the file"
            yield Finding(Severity.WARNING, "future-hour", entry.path, what, remedy)


def _entries(folder: Folder, kind: Kind) -> Iterator[Entry]:
    entries = chain(folder.entries(), folder.rollup_entries())
    return (entry for entry in entries if entry.kind is kind)


def _is_young(path: Path, now_ns: int) -> bool:
    try:
        return now_ns - path.stat().st_mtime_ns < _OLD_NS
    except FileNotFoundError:
        return True


def _remove(path: Path) -> str:
    path.unlink(missing_ok=True)
    return "removed"


def _remove_folder(path: Path) -> str:
    path.rmdir()
    return "removed"
