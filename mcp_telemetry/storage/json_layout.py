"""Where a snapshot is kept as JSON: `<folder>/YYYY-MM-DD/<node_id>_HH-MM-SS.json`, in UTC.

Of several in one second the second is `<node_id>_HH-MM-SS.1.json`, and so on. A node's name may itself look like the
end of a path, so that names are taken apart from their end: `a_10-00-00_11-00-00.json` is of the node `a_10-00-00`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from mcp_telemetry.storage.layout import DAY_HOURS, Layout, day_name, names_in

__all__ = ["JsonLayout", "SnapshotFile", "parse_name"]

SECOND_NS = 1_000_000_000
_DAY_SECONDS = DAY_HOURS * 3600
_NAME = re.compile(r"([A-Za-z0-9].*)_([01]\d|2[0-3])-([0-5]\d)-([0-5]\d)(?:\.(\d{1,9}))?\.json\Z", re.ASCII)


class SnapshotFile(NamedTuple):
    """What a file's name says; sorts by time. number: how many of the same second were there before."""

    second: int
    number: int
    node_id: str
    name: str


def parse_name(name: str) -> SnapshotFile | None:
    """A name taken apart, `second` counted from midnight; None if it is no snapshot's."""
    match = _NAME.match(name)
    if match is None:
        return None
    hours, minutes, seconds, number = (int(part or 0) for part in match.groups()[1:])
    return SnapshotFile(hours * 3600 + minutes * 60 + seconds, number, match[1], name)


@dataclass(frozen=True, slots=True)
class JsonLayout:
    """The paths under one metrics folder. Days, hours and seconds are counted from 1970."""

    folder: Path

    def path(self, node_id: str, second: int, number: int) -> Path:
        """The file of one snapshot, whether it exists or not."""
        day, within = divmod(second, _DAY_SECONDS)
        time = f"{within // 3600:02}-{within // 60 % 60:02}-{within % 60:02}"
        return self.folder / day_name(day) / f"{node_id}_{time}{f'.{number}' if number else ''}.json"

    def days(self) -> list[int]:
        """The days that have a folder, ascending."""
        return Layout(self.folder).days()

    def temporaries(self) -> list[Path]:
        """What writes left that never ended."""
        return Layout(self.folder).temporaries()

    def files(self, day: int, node_id: str = "") -> list[SnapshotFile]:
        """The files of a day, of one node or of all, in order of time; `second` is counted from 1970."""
        folder = self.folder / day_name(day)
        if not folder.is_dir():
            return []
        parsed = (parse_name(name) for name in names_in(folder) if name.startswith(node_id))
        found = (file for file in parsed if file is not None and node_id in ("", file.node_id))
        return sorted(file._replace(second=file.second + day * _DAY_SECONDS) for file in found)

    def newest_hours(self) -> dict[str, int]:
        """Every node, and the last hour of which it has a file."""
        newest: dict[str, int] = {}
        for day in self.days():
            newest |= {file.node_id: file.second // 3600 for file in self.files(day)}
        return newest

    def size(self, day: int) -> int:
        """Bytes of a day's snapshots."""
        with os.scandir(self.folder / day_name(day)) as entries:
            return sum(entry.stat().st_size for entry in entries if parse_name(entry.name))

    def remove(self, day: int) -> int:
        """Unlink the snapshots of a day; the folder goes, too, unless something else is in it."""
        folder = self.folder / day_name(day)
        files = self.files(day)
        for file in files:
            (folder / file.name).unlink(missing_ok=True)
        with suppress(OSError):
            folder.rmdir()
        return len(files)

    def days_within(self, start_ns: int, end_ns: int) -> Iterator[int]:
        """The days with a folder that [start_ns, end_ns) touches, ascending."""
        first, last = start_ns // (_DAY_SECONDS * SECOND_NS), (end_ns - 1) // (_DAY_SECONDS * SECOND_NS)
        return (day for day in self.days() if first <= day <= last)
