"""Where events are kept: `<metrics dir>/_events/YYYY-MM-DD_<id>.ndjson`, one event a line, oldest first; ids grow.

A line is {"id", "time_ns", "node_id", "kind", "count", "detail"}: the fields of `Event`, and the kind by its name on
the wire. An event that was repeated stands again further down, and the last line of an id counts. Lines that are none
are left out and counted: a crash tears the last one, and the next write begins a new line.

What was noted within the last seconds before a kill -9 or a power cut is in no file, and lost.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from mcp_telemetry.leader.events import KEPT_NS, MOST_EVENTS, Event
from mcp_telemetry.series.buckets import HOUR_NS
from mcp_telemetry.storage.atomic import make_folder, storage_errors, sync_folder
from mcp_telemetry.storage.layout import DAY_HOURS, day_number, names_in
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["EventFiles", "is_event_file"]

_LINES_A_FILE = 10_000
_NAME = re.compile(r"(\d{4}-\d\d-\d\d)_(\d{12})\.ndjson\Z")
_DAY_NS = DAY_HOURS * HOUR_NS
_LAST_NUMBER = 2**63 - 1
_FIELDS = ("id", "time_ns", "node_id", "kind", "count", "detail")
_KINDS: dict[str, int] = dict(pb.EventKind.items())
_NAMES = {kind: name for name, kind in _KINDS.items()}
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def is_event_file(name: str) -> bool:
    """Whether a file in the folder of events holds some, by its name."""
    return _NAME.match(name) is not None


class EventFiles:
    """The folder's only reader and writer; one thread at a time.

    damaged: files of which lines could not be read, since the start
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lines: dict[Path, int] = {}
        self._is_torn = False
        self.damaged = 0
        self.damaged_lines = 0

    def read(self, now_ns: int) -> list[Event]:
        """All events of the last two years, by id; StorageError if the folder cannot be read."""
        events: dict[int, Event] = {}
        with storage_errors("read the events in", self._folder):
            for path in self._found():
                self._read_file(path, events)
        return [events[number] for number in sorted(events) if events[number].time_ns >= now_ns - KEPT_NS]

    def append(self, events: Sequence[Event], now_ns: int) -> None:
        """Write them durably, and remove the files that are too old or too many; StorageError if the disk refuses."""
        make_folder(self._folder)
        with storage_errors("write events in", self._folder):
            path = self._open_file(events[-1].id, now_ns)
            text = "\n" * self._is_torn + "".join(map(_line, events))
            # Until it is known to be whole: half of it may be there when the disk is full.
            self._is_torn = True
            _append_durably(path, text.encode())
            self._is_torn = False
            self._lines[path] = self._lines.get(path, 0) + len(events)
            self._remove(now_ns)

    def _found(self) -> list[Path]:
        if not self._folder.is_dir():
            return []
        names = filter(is_event_file, names_in(self._folder))
        return [self._folder / name for name in sorted(names, key=lambda name: name.partition("_")[2])]

    def _read_file(self, path: Path, events: dict[int, Event]) -> None:
        content = path.read_bytes()
        lines = content.splitlines()
        found = [event for line in lines if line and (event := _parsed(line)) is not None]
        events.update((event.id, event) for event in found)
        self._lines[path] = len(found)
        self._is_torn = not content.endswith(b"\n")
        lost = sum(map(bool, lines)) - len(found)
        self.damaged_lines += lost
        self.damaged += lost > 0

    def _open_file(self, newest_id: int, now_ns: int) -> Path:
        """The file that is written to now: the newest one, as long as it is today's and not full."""
        newest = next(reversed(self._lines), None)
        day = datetime.fromtimestamp(now_ns / 1e9, UTC).date().isoformat()
        if newest is not None and newest.name.startswith(day) and self._lines[newest] < _LINES_A_FILE:
            return newest
        self._is_torn = False
        return self._folder / f"{day}_{newest_id:012}.ndjson"

    def _remove(self, now_ns: int) -> None:
        """Whole files, oldest first; never the newest."""
        for path in self._too_many(now_ns):
            path.unlink(missing_ok=True)
            del self._lines[path]

    def _too_many(self, now_ns: int) -> list[Path]:
        oldest_day = (now_ns - KEPT_NS) // _DAY_NS
        left, going = sum(self._lines.values()), []
        for path in list(self._lines)[:-1]:
            left -= self._lines[path]
            if left < MOST_EVENTS and (day_number(path.name[:10]) or 0) >= oldest_day:
                break
            going.append(path)
        return going


def _line(event: Event) -> str:
    values = (event.id, event.time_ns, event.node_id, _NAMES[event.kind], event.count, event.detail)
    return _ENCODER.encode(dict(zip(_FIELDS, values, strict=True))) + "\n"


def _parsed(line: bytes) -> Event | None:
    """None for what this program can not have written."""
    try:
        fields = json.loads(line)
        number, time_ns, node_id, kind, count, detail = (fields[name] for name in _FIELDS)
        event = Event(number, time_ns, node_id, _KINDS[kind], count, detail)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    texts = isinstance(node_id, str) and isinstance(detail, str)
    return event if texts and all(map(_is_number, (number, time_ns, count))) else None


def _is_number(value: object) -> bool:
    return type(value) is int and 0 <= value <= _LAST_NUMBER


def _append_durably(path: Path, content: bytes) -> None:
    is_new = not path.exists()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(descriptor, view) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if is_new:
        sync_folder(path.parent)
