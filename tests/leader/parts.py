"""The parts of a leader without sockets: what tests of single modules put together."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from grpc.aio import EOF  # type: ignore[attr-defined]

from mcp_telemetry.errors import StorageError, TelemetryError
from mcp_telemetry.journal import Journal, Position
from mcp_telemetry.leader.backfill import Backfill, Backlog
from mcp_telemetry.leader.commit import Committer
from mcp_telemetry.leader.decoding.layouts import Layouts
from mcp_telemetry.leader.fleet import Fleet, Node
from mcp_telemetry.leader.flush import Flusher
from mcp_telemetry.leader.health import LeaderHealth, Upkeep
from mcp_telemetry.leader.pace import Pacing
from mcp_telemetry.leader.reader import Reader
from mcp_telemetry.leader.recovery import recover
from mcp_telemetry.leader.stream import Intake, NodeStream
from mcp_telemetry.model.columns import Column
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.storage.contract import WriteReport
from mcp_telemetry.storage.hour_files import HourFiles
from mcp_telemetry.storage.rollups import Rollups
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.streaming import batch, hello, snapshot

CPU = Column("cpu.percent", "%")
DEADLINE_SECONDS = 10


class Parts:
    """A leader's inside on a folder; `restarted` gives what a new process would find there."""

    def __init__(self, folder: Path, max_nodes: int = 100, capacity: int = 1000, max_columns: int = 2000) -> None:
        self.folder = folder
        self.journal = Journal(folder / "journal")
        self.storage = HourFiles(folder)
        self.storage.open()
        self.fleet = Fleet(max_nodes, capacity, max_columns)
        self.backlog = Backlog()
        recover(self.journal, self.fleet, self.backlog)
        self.backfill = Backfill(self.journal, self.backlog, self.write)
        self.committer = Committer(self.journal, self.fleet)
        self.flusher = Flusher(self.fleet, self.write, self.committer, self.backfill, 3600)
        self.pacing = Pacing(self.fleet, 5, 100)
        layouts = Layouts(max_columns)
        self.intake = Intake(self.fleet, self.committer, layouts, self.pacing, 1000, self.flusher.make_room)
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Parts:
        self._tasks = [asyncio.create_task(self.committer.run()), asyncio.create_task(self.flusher.run())]
        await asyncio.wait_for(self.backfill.finished(), DEADLINE_SECONDS)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def committing(self) -> asyncio.Task[None]:
        return self._tasks[0]

    async def stop(self) -> None:
        """As a SIGKILL would: nothing is flushed."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        self.journal.close()

    def write(self, node_id: str, rows: Rows) -> WriteReport:
        return self.storage.write(node_id, rows)

    def stream(self) -> MemoryStream:
        return MemoryStream(NodeStream(self.intake, "ipv4:127.0.0.1:1"))

    def node(self, node_id: str) -> Node:
        node = self.fleet.get(node_id)
        assert node is not None
        return node


@dataclass
class MemoryStream:
    """The far end of a NodeStream, without a network between."""

    stream: NodeStream
    _sent: asyncio.Queue[object] = field(default_factory=asyncio.Queue)
    _received: asyncio.Queue[pb.LeaderMessage] = field(default_factory=asyncio.Queue)

    def __post_init__(self) -> None:
        self.task = asyncio.create_task(self.stream.serve(self._sent.get, self._write))
        # A test need not ask how each stream ended; asyncio would complain of those it did not ask.
        self.task.add_done_callback(lambda task: task.cancelled() or task.exception())

    async def _write(self, data: bytes) -> None:
        self._received.put_nowait(pb.LeaderMessage.FromString(data))

    @property
    def unread(self) -> int:
        """Messages that wait to be read."""
        return self._received.qsize()

    def send(self, *messages: pb.NodeMessage) -> None:
        for message in messages:
            self._sent.put_nowait(message.SerializeToString())

    def done_writing(self) -> None:
        self._sent.put_nowait(EOF)

    async def read(self) -> pb.LeaderMessage:
        return await asyncio.wait_for(self._received.get(), DEADLINE_SECONDS)

    async def ack(self, durable: int) -> list[pb.Rejection]:
        """Reads until everything up to `durable` is acknowledged; what was rejected meanwhile."""
        rejections: list[pb.Rejection] = []
        while True:
            message = await self.read()
            rejections += message.ack.rejections
            if message.ack.durable_sequence >= durable:
                return rejections

    async def end(self) -> TelemetryError | None:
        """What the stream ends with; None for OK."""
        await asyncio.wait({self.task}, timeout=DEADLINE_SECONDS)
        error = self.task.exception()
        assert error is None or isinstance(error, TelemetryError)
        return error


def reader_of(parts: Parts) -> Reader:
    """What answers questions about all that these parts hold."""
    return Reader(parts.fleet, parts.storage, Rollups(parts.folder), 1 << 20)


def health_of(parts: Parts, reader: Reader | None = None, *upkeep: Upkeep) -> LeaderHealth:
    """What tells how these parts are."""
    return LeaderHealth(
        parts.fleet,
        parts.journal,
        parts.committer,
        parts.flusher,
        parts.backfill,
        reader or reader_of(parts),
        parts.intake.received,
        [parts.storage],
        upkeep,
    )


async def joined(parts: Parts, node_id: str, instance_id: str = "i1") -> MemoryStream:
    """A stream that was welcomed."""
    stream = parts.stream()
    stream.send(hello(node_id, instance_id))
    assert (await stream.read()).HasField("welcome")
    return stream


async def report(stream: MemoryStream, first: int, count: int) -> None:
    """Send so many snapshots and wait until they are durable."""
    stream.send(batch(first, [snapshot(float(first + number)) for number in range(count)]))
    await stream.ack(first + count - 1)


def fill(node: Node, count: int, start_ns: int = 0, columns: tuple[Column, ...] = (CPU,), step_ns: int = 10**9) -> None:
    """Put rows straight into a node's ring: values 0, 1, 2 … at the seconds from `start_ns` on."""
    first = node.ring.appended
    times = (start_ns or time.time_ns()) + np.arange(count) * step_ns
    values = np.repeat(np.arange(first, first + count, dtype=float)[:, None], len(columns), axis=1)
    node.ring.append(columns, times, np.arange(first + 1, first + count + 1), values, "i1")


async def until(condition: Callable[[], object], seconds: float = DEADLINE_SECONDS) -> None:
    """Wait until the function returns something true."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for sets no event
            await asyncio.sleep(0.005)


class Disk:
    """Stands before a journal's `append`, and can hold it up or refuse."""

    def __init__(self, journal: Journal) -> None:
        self._append = journal.append
        self._may_go = threading.Event()
        self._may_go.set()
        self.is_full = False
        self.waiting = 0
        self.commits: list[int] = []
        journal.append = self._guarded  # type: ignore[method-assign]

    def hold(self) -> None:
        self._may_go.clear()

    def release(self) -> None:
        self._may_go.set()

    def _guarded(self, records: Sequence[bytes], *, sync: bool = True) -> Position:
        self.waiting += 1
        assert self._may_go.wait(DEADLINE_SECONDS)
        self.waiting -= 1
        if self.is_full:
            raise StorageError("cannot write: No space left on device")
        self.commits.append(len(records))
        return self._append(records, sync=sync)
