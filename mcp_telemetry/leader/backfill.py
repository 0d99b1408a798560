"""After a start: brings the rows of the journal to the hour files, behind the leader that serves already.

Node by node, so that each file is written once or twice, however the nodes' records alternate in the journal. Until a
node's turn its replayed rows are in no answer; no record goes before all rows are in files, so that a crash costs only
time, and what is written again is stored once.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from array import array
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from mcp_telemetry.journal import Journal, Position
from mcp_telemetry.leader.decoding.layouts import Layouts
from mcp_telemetry.leader.decoding.rereading import Rereader
from mcp_telemetry.leader.records import Record, decode
from mcp_telemetry.series.rows import Rows

__all__ = ["Backfill", "Backlog"]

log = logging.getLogger(__name__)

# What is in the journal was accepted, and acknowledged: a bound that was lowered since must not reject it.
_ANY_COLUMNS = 1 << 20
_PART_BYTES = 16 << 20
_OFFSET_BITS = 32


class Backlog:
    """Where in the journal the batches of each node are whose rows may be in no file: 8 bytes a batch.

    records: of any kind in the journal; rows: of all batches
    """

    def __init__(self) -> None:
        self._places: dict[str, array[int]] = {}
        self.records = 0
        self.rows = 0

    def __len__(self) -> int:
        """Nodes that have any."""
        return len(self._places)

    @property
    def batches(self) -> int:
        """Records whose rows may be in no file."""
        return sum(map(len, self._places.values()))

    def places(self, node_id: str) -> array[int]:
        """Where the node's batches are, to add to."""
        return self._places.setdefault(node_id, array("Q"))

    @staticmethod
    def place(position: Position) -> int:
        """A position as it stands among the places."""
        return position.segment << _OFFSET_BITS | position.offset

    def node(self) -> str | None:
        """One of the nodes, the same until it is `done`; None if there is none."""
        return next(iter(self._places), None)

    def positions(self, node_id: str) -> Iterator[Position]:
        """Where its batches are, oldest first."""
        for place in self._places.get(node_id, ()):
            yield Position(place >> _OFFSET_BITS, place & (1 << _OFFSET_BITS) - 1)

    def done(self, node_id: str) -> None:
        """All of its rows are in files."""
        del self._places[node_id]


class Backfill:
    """Writes a backlog, on one thread. `written`: rows given to the storage so far."""

    def __init__(self, journal: Journal, backlog: Backlog, write: Callable[[str, Rows], object]) -> None:
        self._journal = journal
        self._backlog = backlog
        self._write = write
        self._thread = ThreadPoolExecutor(1, "backfill")
        self._layouts = Layouts(_ANY_COLUMNS)
        self._finished = asyncio.Event()
        self._closing = threading.Event()
        self.written = 0

    @property
    def is_finished(self) -> bool:
        """Whether all rows that were in the journal at the start are in files."""
        return self._finished.is_set()

    @property
    def pending_records(self) -> int:
        """Batches that are still to be written; those of the node that is being written included."""
        return self._backlog.batches

    @property
    def pending_rows(self) -> int:
        """Rows that are still to be written."""
        return 0 if self.is_finished else max(0, self._backlog.rows - self.written)

    async def finished(self) -> None:
        """Wait until they are."""
        await self._finished.wait()

    async def run(self) -> None:
        """Write all that is left; StorageError if the disk refuses: run it again, it goes on there."""
        loop, began = asyncio.get_running_loop(), time.monotonic()
        nodes = len(self._backlog)
        if nodes:
            log.info("writing %d rows of %d nodes from the journal to the hour files", self._backlog.rows, nodes)
        while (node_id := self._backlog.node()) is not None:
            self._check_open()
            await loop.run_in_executor(self._thread, self._write_node, node_id)
            self._backlog.done(node_id)
        if nodes:
            log.info("the journal's rows are in the hour files, after %.1f s", time.monotonic() - began)
        self._finished.set()

    def close(self) -> None:
        """Stop soon; what is not written is in the journal."""
        self._closing.set()
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _check_open(self) -> None:
        if self._closing.is_set():
            raise asyncio.CancelledError

    def _write_node(self, node_id: str) -> None:
        reader = Rereader(self._layouts)
        for record in self._records(node_id):
            try:
                reader.add(record)
            except ValueError as error:
                log.error("a batch of node %s in the journal is left out: %s", node_id, error)
            if reader.nbytes >= _PART_BYTES:
                self._hand_over(node_id, reader.take())
        self._hand_over(node_id, reader.take())

    def _records(self, node_id: str) -> Iterator[Record]:
        missing = len(self._backlog.places(node_id))
        for data in self._journal.fetch(self._backlog.positions(node_id)):
            self._check_open()
            missing -= 1
            yield decode(data)
        if missing:
            log.error("%d records of node %s have become unreadable since the start", missing, node_id)

    def _hand_over(self, node_id: str, rows: Rows) -> None:
        if len(rows):
            self._write(node_id, rows)
            self.written += len(rows)
