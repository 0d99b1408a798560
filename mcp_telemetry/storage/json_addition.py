"""One write of the JSON engine: which snapshots are new, where each goes, and all of them made durable together."""

from __future__ import annotations

import json
import logging
from pathlib import Path

from mcp_telemetry.errors import CorruptionError
from mcp_telemetry.storage.atomic import make_folder, move_aside, replace_all, storage_errors
from mcp_telemetry.storage.contract import WriteReport
from mcp_telemetry.storage.damage import DamageLog
from mcp_telemetry.storage.json_codec import decode, encode
from mcp_telemetry.storage.json_layout import SECOND_NS, JsonLayout
from mcp_telemetry.storage.layout import DAY_HOURS, damaged_path
from mcp_telemetry.storage.snapshots import Snapshot

__all__ = ["Addition", "load"]

_HOUR_SECONDS = 3600
_DAY_SECONDS = DAY_HOURS * _HOUR_SECONDS
# Their files are open at the same time, and the leader's connections leave it a hundred or so.
_MOST_AT_ONCE = 32

_log = logging.getLogger(__name__)


class Addition:
    """Snapshots of one node to be stored. Whoever has it holds the node's lock until `finish`.

    A key's time never changes, so that only files of the same second can hold the same key: no others are read.
    """

    def __init__(self, layout: JsonLayout, node_id: str, damage: DamageLog) -> None:
        self._layout = layout
        self._node_id = node_id
        self._damage = damage
        self._numbers: dict[int, dict[int, list[int]]] = {}
        self._keys: dict[int, set[tuple[str, int]]] = {}
        self._pending: dict[Path, bytes] = {}
        self._damaged: list[Path] = []
        self._hours: set[int] = set()
        self._added = 0
        self._duplicates = 0

    def add(self, snapshot: Snapshot) -> None:
        """Store it, unless its key is stored; durable after `finish`."""
        second = snapshot.time_ns // SECOND_NS
        keys = self._keys_of(second)
        if snapshot.key in keys:
            self._duplicates += 1
            return
        keys.add(snapshot.key)
        content = json.dumps(encode(self._node_id, snapshot), indent=2, ensure_ascii=False)
        self._pending[self._free_path(second)] = content.encode()
        self._hours.add(second // _HOUR_SECONDS)
        if len(self._pending) >= _MOST_AT_ONCE:
            self._flush()

    def finish(self) -> WriteReport:
        """Make everything durable; says what was done."""
        self._flush()
        hours, damaged = frozenset(self._hours), tuple(self._damaged)
        return WriteReport(self._added, self._duplicates, files=self._added, hours=hours, damaged=damaged)

    def _flush(self) -> None:
        pending, self._pending = self._pending, {}
        for folder in {path.parent for path in pending}:
            make_folder(folder)
        replace_all(pending)
        self._added += len(pending)

    def _free_path(self, second: int) -> Path:
        numbers = self._numbers_of(second)
        number = max(numbers, default=-1) + 1
        numbers.append(number)
        return self._layout.path(self._node_id, second, number)

    def _keys_of(self, second: int) -> set[tuple[str, int]]:
        if second not in self._keys:
            numbers = self._numbers_of(second)
            stored = {number: self._stored(second, number) for number in numbers}
            numbers[:] = [number for number, snapshot in stored.items() if snapshot is not None]
            self._keys[second] = {snapshot.key for snapshot in stored.values() if snapshot is not None}
        return self._keys[second]

    def _numbers_of(self, second: int) -> list[int]:
        """The numbers taken in this second; each day's folder is listed once."""
        day = second // _DAY_SECONDS
        if day not in self._numbers:
            self._numbers[day] = {}
            for file in self._layout.files(day, self._node_id):
                self._numbers[day].setdefault(file.second, []).append(file.number)
        return self._numbers[day].setdefault(second, [])

    def _stored(self, second: int, number: int) -> Snapshot | None:
        """What is stored there; an unreadable file is put aside first, so that nothing overwrites it."""
        path = self._layout.path(self._node_id, second, number)
        try:
            return load(path, second)
        except CorruptionError as error:
            aside = damaged_path(path)
            move_aside(path, aside)
            self._damage.set_aside(path)
            self._damaged.append(aside)
            _log.error("%s; kept as %s", error, aside.name)
            return None


def load(path: Path, second: int, selectors: frozenset[str] = frozenset()) -> Snapshot | None:
    """The snapshot in a file of this second; None if there is none, CorruptionError if it holds something else."""
    with storage_errors("read", path):
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
    try:
        _, snapshot = decode(json.loads(content), selectors=selectors)
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        remedy = "mcp-telemetry import takes in what another program wrote"
        raise CorruptionError(f"{path} is not a whole snapshot of this storage ({error!r}; {remedy})") from error
    if snapshot.time_ns // SECOND_NS != second:
        raise CorruptionError(f"{path} holds a snapshot of another second than its name says ({snapshot.time_ns} ns)")
    return snapshot
