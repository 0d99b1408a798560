"""Group commit: what arrives within a few milliseconds goes to the journal in one write and one sync."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from mcp_telemetry.errors import StorageError
from mcp_telemetry.journal import Journal, Position
from mcp_telemetry.leader.fleet import Fleet
from mcp_telemetry.leader.records import Kind, encode

__all__ = ["Committer", "Entry"]

log = logging.getLogger(__name__)

GATHER_S = 0.020
GATHER_BYTES = 1 << 20
# Streams are not read while more than this waits for the disk.
MOST_WAITING_BYTES = 32 << 20


@dataclass(slots=True)
class Entry:
    """A record, and what to do on the event loop when it is durable or when the disk refused it."""

    record: bytes
    on_durable: Callable[[], None]
    on_failure: Callable[[StorageError], None]


class Committer:
    """Owns the journal's writing end: one commit at a time, on a thread of its own.

    commits, failures: how many there were; waiting_bytes: what has not begun to be written
    last_s: how long the last commit took until it was on the disk
    is_refused: whether the disk refused the last one; on_disk is told of each, with the error or None
    """

    def __init__(self, journal: Journal, fleet: Fleet) -> None:
        self._journal = journal
        self._fleet = fleet
        self._thread = ThreadPoolExecutor(1, "journal")
        self._waiting: list[Entry] = []
        self._checkpoints: list[asyncio.Future[Position]] = []
        self._gathered = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._closing = False
        self.is_refused = False
        self.on_disk: Callable[[StorageError | None], None] = lambda error: None
        self.waiting_bytes = 0
        self.journal_bytes = journal.size_bytes
        self.commits = 0
        self.last_s = 0.0
        self.failures = 0

    def submit(self, entry: Entry) -> None:
        """Have the record written with the next commit. In order: what is submitted first is durable first."""
        if not self._waiting:
            asyncio.get_running_loop().call_later(GATHER_S, self._gathered.set)
        self._waiting.append(entry)
        self.waiting_bytes += len(entry.record)
        if self.waiting_bytes >= GATHER_BYTES:
            self._gathered.set()
            if self.waiting_bytes >= MOST_WAITING_BYTES:
                self._room.clear()

    @property
    def is_full(self) -> bool:
        """Whether nothing should be submitted until there is `room`."""
        return not self._room.is_set()

    async def room(self) -> None:
        """Wait until the disk has caught up enough to take more."""
        await self._room.wait()

    async def checkpoint(self) -> Position:
        """Write the fleet's state at the head of a new segment; what lies before it is needed only for its rows."""
        future: asyncio.Future[Position] = asyncio.get_running_loop().create_future()
        self._checkpoints.append(future)
        self._gathered.set()
        return await future

    async def drop_before(self, position: Position) -> None:
        """Forget the records before a checkpoint: their rows are in files."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._journal.drop_before, position)

    async def run(self) -> None:
        """Commit until `close`."""
        while not self._closing or self._waiting or self._checkpoints:
            await self._gathered.wait()
            self._gathered.clear()
            await self._commit()
            await self._write_checkpoints()

    async def close(self) -> None:
        """Let `run` end when everything submitted is written."""
        self._closing = True
        self._gathered.set()

    async def _commit(self) -> None:
        entries, self._waiting = self._waiting, []
        self.waiting_bytes = 0
        self._room.set()
        if not entries:
            return
        loop = asyncio.get_running_loop()
        began = time.monotonic()
        try:
            self.journal_bytes = await loop.run_in_executor(
                self._thread, self._append, [entry.record for entry in entries]
            )
        except StorageError as error:
            self._fail(entries, error)
            if self._journal.failure:
                raise  # only opening it anew tells what is on the disk
        else:
            self.commits += 1
            self.last_s = time.monotonic() - began
            self._note(None)
            for entry in entries:
                entry.on_durable()

    def _append(self, records: list[bytes]) -> int:
        self._journal.append(records)
        return self._journal.size_bytes

    def _fail(self, entries: list[Entry], error: StorageError) -> None:
        # What was submitted meanwhile counts on its predecessors being stored, so it fails with them.
        self.failures += 1
        self._note(error)
        entries += self._waiting
        self._waiting = []
        self.waiting_bytes = 0
        self._room.set()
        for entry in entries:
            entry.on_failure(error)

    def _note(self, error: StorageError | None) -> None:
        """Say so when the disk begins to refuse and when it takes again: a full disk refuses for hours."""
        if error is not None and not self.is_refused:
            log.error("%s: nothing is acknowledged until it can be written; the nodes keep what they have", error)
        elif error is None and self.is_refused:
            log.info("the journal can be written again")
        self.is_refused = error is not None
        self.on_disk(error)

    async def _write_checkpoints(self) -> None:
        """Between two commits, so that the state is exactly what all records so far have made."""
        futures, self._checkpoints = self._checkpoints, []
        if not futures:
            return
        loop = asyncio.get_running_loop()
        state = self._fleet.dump()
        try:
            position = await loop.run_in_executor(self._thread, self._checkpoint, state)
        except StorageError as error:
            for future in _awaited(futures):
                future.set_exception(error)
        else:
            for future in _awaited(futures):
                future.set_result(position)

    def _checkpoint(self, state: object) -> Position:
        record = encode(Kind.CHECKPOINT, time.time_ns(), b"", b"", json.dumps(state).encode())
        self._journal.roll()
        end = self._journal.append([record])
        return Position(end.segment, 0)


def _awaited(futures: list[asyncio.Future[Position]]) -> list[asyncio.Future[Position]]:
    """Whoever waited may have given up meanwhile."""
    return [future for future in futures if not future.done()]
