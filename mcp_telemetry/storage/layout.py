"""Where an hour of a node is kept: `<folder>/YYYY-MM-DD/<node_id>_HH-00-00.parquet`, all in UTC.

Files whose names begin with a dot are not data: `.tmp-…` is being written, `.damaged-…` could not be read. They do not
end in `.parquet`, so that neither a glob nor a tool that opens the whole folder takes them for hours.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from mcp_telemetry.errors import StorageError
from mcp_telemetry.model.names import is_node_id
from mcp_telemetry.series.buckets import HOUR_NS

__all__ = [
    "DAY_HOURS",
    "HOURS_FOLDER",
    "MINUTES_FOLDER",
    "Layout",
    "check_node_id",
    "damaged_path",
    "day_name",
    "day_number",
    "is_hour_file",
    "is_temporary",
    "names_in",
    "temporary_path",
]

# Beside the days: what is summed up of them. Whoever reads the folder as one set of files skips an underscore.
MINUTES_FOLDER = "_minutes"
HOURS_FOLDER = "_hours"
DAY_HOURS = 24
_EPOCH = date(1970, 1, 1)
# A question about a fleet meets the same folders for each of its nodes.
_DAYS_REMEMBERED = 4096
_DAY_NAME = re.compile(r"\d{4}-\d\d-\d\d\Z")
_FILE_NAME = re.compile(r"([A-Za-z0-9].*)_(\d\d)-00-00\.parquet\Z")
_TEMPORARY = ".tmp-"
_DAMAGED = ".damaged-"


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths under one metrics folder. An hour is a whole number: hours since 1970."""

    folder: Path

    def path(self, node_id: str, hour: int) -> Path:
        """The file of one node's hour, whether it exists or not."""
        return self.folder / day_name(hour // DAY_HOURS) / f"{node_id}_{hour % DAY_HOURS:02}-00-00.parquet"

    def hours(self, start_ns: int, end_ns: int) -> Iterator[int]:
        """The hours that [start_ns, end_ns) touches on days that have a folder, oldest first."""
        first, last = start_ns // HOUR_NS, (end_ns - 1) // HOUR_NS
        for day in self.days():
            midnight = day * DAY_HOURS
            yield from range(max(first, midnight), min(last + 1, midnight + DAY_HOURS))

    def newest_paths(self, node_id: str, count: int) -> list[Path]:
        """The newest `count` existing files of a node, newest first; probes names, lists no folder of files."""
        found: list[Path] = []
        for day in reversed(self.days()):
            paths = (self.path(node_id, day * DAY_HOURS + hour) for hour in reversed(range(DAY_HOURS)))
            found += [path for path in paths if path.exists()]
            if len(found) >= count:
                break
        return found[:count]

    def newest_hours(self) -> dict[str, int]:
        """Every node that has a file, and the hour of its newest."""
        newest: dict[str, int] = {}
        for day in self.days():
            names = sorted(names_in(self.folder / day_name(day)))
            matches = (_FILE_NAME.match(name) for name in names)
            newest |= {match[1]: day * DAY_HOURS + int(match[2]) for match in matches if match}
        return newest

    def temporaries(self) -> list[Path]:
        """What writes left that never ended."""
        return [folder / name for folder, name in self._names() if is_temporary(name)]

    def day_sizes(self) -> dict[int, int]:
        """Each day that has hour files, oldest first, and their bytes."""
        sizes = {day: sum(path.stat().st_size for path in self._hour_paths(day)) for day in self.days()}
        return {day: size for day, size in sizes.items() if size}

    def remove_day(self, day: int) -> int:
        """Unlink the hour files of a day; the folder goes, too, unless something else is in it."""
        paths = list(self._hour_paths(day))
        for path in paths:
            path.unlink(missing_ok=True)
        with suppress(OSError):
            (self.folder / day_name(day)).rmdir()
        return len(paths)

    def _hour_paths(self, day: int) -> Iterator[Path]:
        folder = self.folder / day_name(day)
        if folder.is_dir():
            yield from (folder / name for name in names_in(folder) if _FILE_NAME.match(name))

    def days(self) -> list[int]:
        """The days that have a folder, ascending."""
        if not self.folder.is_dir():
            return []
        numbers = (day_number(name) for name in names_in(self.folder))
        return sorted(number for number in numbers if number is not None)

    def _names(self) -> Iterator[tuple[Path, str]]:
        for day in self.days():
            folder = self.folder / day_name(day)
            for name in names_in(folder):
                yield folder, name


def check_node_id(node_id: str) -> None:
    """StorageError if no file may have this name."""
    if not is_node_id(node_id):
        raise StorageError(f"node_id {node_id!r} cannot name a file: want [A-Za-z0-9][A-Za-z0-9._-]{{0,127}}")


def names_in(folder: Path) -> list[str]:
    """What a folder holds, in no order."""
    with os.scandir(folder) as entries:
        return [entry.name for entry in entries]


def is_hour_file(name: str) -> bool:
    """Whether a file in a day's folder is an hour of a node."""
    return _FILE_NAME.match(name) is not None


@lru_cache(maxsize=_DAYS_REMEMBERED)
def day_name(day: int) -> str:
    """The folder of a day, counted from 1970."""
    return (_EPOCH + timedelta(days=day)).isoformat()


@lru_cache(maxsize=_DAYS_REMEMBERED)
def day_number(name: str) -> int | None:
    """The day that a folder is of; None if it is of none."""
    if _DAY_NAME.match(name) is None:
        return None
    try:
        return (date.fromisoformat(name) - _EPOCH).days
    except ValueError:
        return None


def is_temporary(name: str) -> bool:
    """Whether a file is what a write left that never ended, or is just writing."""
    return name.startswith(_TEMPORARY)


def temporary_path(path: Path) -> Path:
    """Where the next content of `path` is written before it takes its place."""
    return path.with_name(_TEMPORARY + path.stem)


def damaged_path(path: Path) -> Path:
    """Where an unreadable file is kept: a new name each time, so that none replaces another."""
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    return path.with_name(f"{_DAMAGED}{moment}-{path.stem}")
