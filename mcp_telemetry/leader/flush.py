"""Moves rows from the rings to the hour files, and then frees the journal."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from mcp_telemetry.errors import StorageError
from mcp_telemetry.journal import Position
from mcp_telemetry.leader.backfill import Backfill
from mcp_telemetry.leader.commit import Committer
from mcp_telemetry.leader.fleet import Fleet, Node
from mcp_telemetry.series.rows import Rows

__all__ = ["Flusher"]

log = logging.getLogger(__name__)

_RETRY_S = 5.0
# One works while the other waits for the disk; four took a third more CPU, passing the interpreter around.
_THREADS = 2
_LOOK_S = 5.0
# A flood fills the disk no further than this before its rows are in files, where they take a hundredth of the room.
_MOST_JOURNAL_BYTES = 1 << 30


class Flusher:
    """Writes all nodes every interval or when the journal is large, and single ones when half their ring is in no file.

    failures: writes the disk refused; their rows stay in the journal and in memory
    is_refused: whether the disk refused the last one; on_disk is told of each, with the error or None

    What the journal held at the start is the backfill's to write; none of it is dropped before.
    """

    def __init__(
        self,
        fleet: Fleet,
        write: Callable[[str, Rows], object],
        committer: Committer,
        backfill: Backfill,
        interval_s: float,
    ) -> None:
        self._fleet = fleet
        self._write = write
        self._committer = committer
        self._backfill = backfill
        self._interval_s = interval_s
        self._threads = ThreadPoolExecutor(_THREADS, "flush")
        self._full: dict[str, Node] = {}
        self._work = asyncio.Event()
        self._progress = asyncio.Event()
        self._checkpoint: Position | None = None
        self.is_refused = False
        self.on_disk: Callable[[StorageError | None], None] = lambda error: None
        self.failures = 0

    async def run(self) -> None:
        """Flush until cancelled."""
        await asyncio.gather(self._catch_up(), self._flush_on_time())

    async def _catch_up(self) -> None:
        while not self._backfill.is_finished:
            try:
                await self._backfill.run()
                self._note(None)
            except StorageError as error:
                await self._bear(error)

    async def _flush_on_time(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + self._interval_s
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._work.wait(), min(_LOOK_S, max(0.0, due - loop.time())))
            self._work.clear()
            try:
                await self._flush_full()
                if loop.time() >= due or self._committer.journal_bytes > _MOST_JOURNAL_BYTES:
                    due = loop.time() + await self._flush_in_turn()
            except StorageError as error:
                await self._bear(error)
                self._work.set()

    async def _flush_in_turn(self) -> float:
        """Seconds until the next turn: soon, as long as the journal could not be freed anyhow."""
        if not self._backfill.is_finished:
            return _LOOK_S
        await self.flush_all()
        return self._interval_s

    async def _bear(self, error: StorageError) -> None:
        self.failures += 1
        self._note(error)
        await asyncio.sleep(_RETRY_S)

    def _note(self, error: StorageError | None) -> None:
        """Say so when the disk begins to refuse and when it takes again: a full disk refuses for hours."""
        if error is not None and not self.is_refused:
            log.error("%s: the hour files have to wait, and the journal grows; trying again", error)
        elif error is None and self.is_refused:
            log.info("the hour files can be written again")
        self.is_refused = error is not None
        self.on_disk(error)

    def close(self) -> None:
        """Begin no further write."""
        self._backfill.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def make_room(self, node: Node) -> None:
        """Note that a ring fills; wait while it holds twice its capacity that is in no file."""
        ring = node.ring
        while ring.is_half_unflushed:
            self._full[node.node_id] = node
            self._work.set()
            if not ring.is_overfull:
                return
            self._progress.clear()
            await self._progress.wait()

    async def flush_all(self) -> None:
        """Write every row, then drop the journal that held them. Waits for the backfill, whose rows are in it too."""
        await self._backfill.finished()
        # That of a turn that failed still holds: one each few seconds would fill a disk that refuses only the files.
        position = self._checkpoint = self._checkpoint or await self._committer.checkpoint()
        await self._flush_each(list(self._fleet))
        await self._committer.drop_before(position)
        self._checkpoint = None

    async def _flush_full(self) -> None:
        """The rings that are full now; those that fill meanwhile come next, or the journal would never be freed."""
        full, self._full = self._full, {}
        try:
            await self._flush_each(list(full.values()))
        except StorageError:
            self._full = full | self._full
            raise

    async def _flush_each(self, nodes: list[Node]) -> None:
        """Some at a time: a write waits for the disk as long as it works."""
        waiting = iter(nodes)

        async def work() -> None:
            for node in waiting:
                await self._flush(node)

        ends = await asyncio.gather(*(work() for _ in range(_THREADS)), return_exceptions=True)
        for end in ends:
            if isinstance(end, BaseException):
                raise end

    async def _flush(self, node: Node) -> None:
        ring = node.ring
        if not ring.unflushed:
            return
        until, rows = ring.appended, ring.since(ring.flushed)
        await asyncio.get_running_loop().run_in_executor(self._threads, self._write, node.node_id, rows)
        ring.mark_flushed(until)
        self._note(None)
        self._progress.set()
