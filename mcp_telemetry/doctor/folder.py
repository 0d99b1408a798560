"""The metrics folder under examination: what is in it, by name, and who is using it."""

from __future__ import annotations

import fcntl
import os
import re
import time
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path

from mcp_telemetry.errors import ConfigurationError
from mcp_telemetry.settings import JOURNAL_FOLDER
from mcp_telemetry.storage.contract import Storage
from mcp_telemetry.storage.engines import storage_in
from mcp_telemetry.storage.hour_files import HourFiles
from mcp_telemetry.storage.json_layout import parse_name
from mcp_telemetry.storage.layout import DAY_HOURS, HOURS_FOLDER, MINUTES_FOLDER, Layout, damaged_path, day_number

__all__ = ["DAMAGED", "MOVING", "Entry", "Folder", "Kind", "entries_of", "holder_of", "moving_path", "opened"]

DAMAGED = ".damaged-"
MOVING = ".moving-"
_ROLLUP_FILE = re.compile(r"[A-Za-z0-9].*_00-00-00\.parquet\Z")
_HOUR_FILE = re.compile(r"(.+)_([01]\d|2[0-3])-00-00\.parquet\Z")


class Kind(Enum):
    """What a file in a day's folder is, by its name."""

    HOUR = auto()
    SNAPSHOT = auto()
    TEMPORARY = auto()
    DAMAGED = auto()
    MOVING = auto()
    ROLLUP = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in a day's folder; node_id and hour (since 1970) are of hours and snapshots."""

    path: Path
    kind: Kind
    node_id: str = ""
    hour: int = 0


def _no_progress(doing: str, done: int, total: int) -> None:
    pass


@dataclass(slots=True)
class Folder:
    """One examination of one metrics folder.

    leader:   the process that has the folder open, as far as its lock tells; empty if there is none
    seen:     how much was examined, by what it is
    progress: told what is being done, and how much of how much
    """

    path: Path
    leader: str = ""
    now_ns: int = field(default_factory=time.time_ns)
    progress: Callable[[str, int, int], None] = _no_progress
    seen: Counter[str] = field(default_factory=Counter)

    @property
    def is_live(self) -> bool:
        """Whether a leader changes files meanwhile."""
        return bool(self.leader)

    @property
    def layout(self) -> Layout:
        """Where hour files are."""
        return Layout(self.path)

    def storage(self) -> Storage:
        """The engine that wrote the days; the hour files', if two have."""
        try:
            return storage_in(self.path)
        except ConfigurationError:
            return HourFiles(self.path)

    def days(self) -> list[tuple[int, Path]]:
        """The folders of days, oldest first, each with its number since 1970."""
        numbered = ((day_number(path.name), path) for path in _listed(self.path) if path.is_dir())
        return sorted((number, path) for number, path in numbered if number is not None)

    def entries(self) -> Iterator[Entry]:
        """Every file in the days' folders."""
        return (entry for day, path in self.days() for entry in entries_of(day, path))

    def rollup_entries(self) -> Iterator[Entry]:
        """Every file in the folders of the rollups."""
        for tier in (MINUTES_FOLDER, HOURS_FOLDER):
            for span in _listed(self.path / tier):
                yield from (_rollup_entry(path) for path in (_listed(span) if span.is_dir() else [span]))

    def hours(self) -> dict[str, array[int]]:
        """The hours of which each node has a file, ascending: 8 bytes each, however many nodes and days there are."""
        found: dict[str, array[int]] = {}
        for entry in self.entries():
            if entry.kind is Kind.HOUR:
                found.setdefault(entry.node_id, array("q")).append(entry.hour)
        return dict(sorted(found.items()))

    def hour_path(self, node_id: str, hour: int) -> Path:
        """The file of one node's hour, whether it exists or not."""
        return self.layout.path(node_id, hour)


def opened(path: Path, progress: Callable[[str, int, int], None] = _no_progress) -> Folder:
    """The folder, ready to be examined; ConfigurationError if there is none, or it cannot be listed."""
    if not path.is_dir():
        raise ConfigurationError(f"{path} is no folder: name the one that the leader has as --metrics-dir")
    try:
        names = [entry.name for entry in path.iterdir()]
    except OSError as error:
        raise ConfigurationError(f"cannot list {path}: {error.strerror}; run this as the leader's user") from error
    if names and not any(day_number(name) is not None or name == JOURNAL_FOLDER for name in names):
        raise ConfigurationError(f"{path} holds no metrics: name the folder that the leader has as --metrics-dir")
    return Folder(path, leader=holder_of(path / JOURNAL_FOLDER), progress=progress)


def holder_of(journal: Path) -> str:
    """The process that has a journal open; empty if none has. Creates and changes nothing."""
    try:
        descriptor = os.open(journal / "lock", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return ""
    try:
        # Shared and given back at once: enough to learn whether somebody holds it exclusively.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return os.pread(descriptor, 20, 0).decode("ascii", "replace") or "unknown"
    finally:
        os.close(descriptor)
    return ""


def entries_of(day: int, folder: Path) -> Iterator[Entry]:
    """What is in a day's folder, by name; nothing if it went meanwhile."""
    return (_entry(day, path) for path in _listed(folder))


def moving_path(path: Path) -> Path:
    """Where a file is kept while its rows are put where they belong: a new name each time."""
    aside = damaged_path(path)
    return aside.with_name(aside.name.replace(DAMAGED, MOVING, 1))


def _entry(day: int, path: Path) -> Entry:
    if path.name.startswith(MOVING):
        return Entry(path, Kind.MOVING)
    if path.name.startswith(".tmp-"):
        return Entry(path, Kind.TEMPORARY)
    if path.name.startswith(DAMAGED):
        return Entry(path, Kind.DAMAGED)
    if match := _HOUR_FILE.match(path.name):
        return Entry(path, Kind.HOUR, match[1], day * DAY_HOURS + int(match[2]))
    if snapshot := parse_name(path.name):
        return Entry(path, Kind.SNAPSHOT, snapshot.node_id, day * DAY_HOURS + snapshot.second // 3600)
    return Entry(path, Kind.UNKNOWN)


def _rollup_entry(path: Path) -> Entry:
    if _ROLLUP_FILE.match(path.name):
        return Entry(path, Kind.ROLLUP)
    entry = _entry(0, path)
    return entry if entry.kind in (Kind.TEMPORARY, Kind.DAMAGED) else Entry(path, Kind.UNKNOWN)


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except (FileNotFoundError, PermissionError):
        return []  # it went meanwhile; or `permissions` tells of it
