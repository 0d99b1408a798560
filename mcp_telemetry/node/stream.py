"""One stream to one leader: a reader and a writer around the protocol's NodeSession."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any, Protocol

import grpc
from grpc.aio import EOF  # type: ignore[attr-defined]  # the stubs forgot it

from mcp_telemetry.node import messages
from mcp_telemetry.node.outbox import MAX_SNAPSHOT_BYTES, Outbox
from mcp_telemetry.protocol import Acked, Drained, NodeSession, Paced, Welcomed
from mcp_telemetry.v1.metrics_pb2 import LeaderMessage, Pace, Rejection

__all__ = ["MAX_BATCH_SNAPSHOTS", "Call", "Pacer", "Stream"]

logger = logging.getLogger(__name__)

MAX_BATCH_SNAPSHOTS = 500
_MAX_BATCH_BYTES = MAX_SNAPSHOT_BYTES
_WELCOME_SECONDS = 10.0
_LAST_ACK_SECONDS = 1.0
_DRAINED_SECONDS = 2.0

# A StreamStreamCall that takes bytes; grpc.aio has no types of its own.
Call = Any


class Pacer(Protocol):
    """Whoever samples: told the leader's clock and pace."""

    def set_clock(self, leader_time_unix_nano: int) -> None:
        """The leader's clock shows this now."""

    def set_pace(self, pace: Pace) -> None:
        """Sample and report like this from now on."""


class Stream:
    """Sends what the outbox holds, up to what was reported, within the leader's window.

    is_proven:       the leader has acknowledged something
    batch_snapshots: most snapshots in a batch; with fewer than usual each batch waits for the one before to be
                     acknowledged, so that it is known which one the leader could not take
    last_batch:      first sequence and number of snapshots of the last batch
    """

    def __init__(self, call: Call, outbox: Outbox, pacer: Pacer, on_due: Callable[[], None]) -> None:
        """`on_due` is called when a report should go out at once, whatever the phase."""
        self.is_proven = False
        self.last_batch = (0, 0)
        self.batch_snapshots = MAX_BATCH_SNAPSHOTS
        self._call = call
        self._outbox = outbox
        self._pacer = pacer
        self._on_due = on_due
        self._session = NodeSession(outbox.oldest, outbox.next)
        self._expected = 0  # the sequence that would follow what the leader has
        self._reported = 0  # everything before this may go out
        self._ack_at = 0  # ask for an ack with the batch that ends before this
        self._wake = asyncio.Event()
        self._is_leaving = False

    @property
    def is_careful(self) -> bool:
        """Whether one batch at a time goes out."""
        return self.batch_snapshots < MAX_BATCH_SNAPSHOTS

    async def open(self, hello: bytes) -> None:
        """Say hello and be welcomed.

        AioRpcError with the status the leader refused with, OutboxBehindError, ProtocolError if it breaks the rules,
        TimeoutError if it does not answer.
        """
        async with asyncio.timeout(_WELCOME_SECONDS):
            await self._call.write(hello)
            self._handle(await self._read() or LeaderMessage())

    async def run(self) -> Drained | None:
        """Send and receive until the stream ends; what the leader said if it is draining. Errors as of `open`."""
        writer = asyncio.create_task(self._write())
        writer.add_done_callback(self._writer_ended)
        try:
            return await self._receive(writer)
        except asyncio.CancelledError:
            raise _failure(writer) or asyncio.CancelledError from None
        finally:
            writer.cancel()
            await asyncio.wait({writer})

    def report(self, until: int) -> None:
        """Everything before the sequence `until` may go out now."""
        self._reported = max(self._reported, until)
        self._wake.set()

    def leave(self) -> None:
        """Send all there is, wait shortly for its acknowledgement, say goodbye."""
        self._is_leaving = True
        self._reported = self._ack_at = self._outbox.next
        self._wake.set()

    # -- Receiving ----------------------------------------------------------------------------------------------------

    async def _read(self) -> LeaderMessage | None:
        message = await self._call.read()
        return None if message is EOF else message

    async def _receive(self, writer: asyncio.Task[None]) -> Drained | None:
        while (message := await self._read()) is not None:
            drained = self._handle(message)
            if drained is not None:
                await self._drain(writer)
                return drained
        return None

    async def _drain(self, writer: asyncio.Task[None]) -> None:
        """Nothing more goes out, but what is on its way may still be acknowledged."""
        writer.cancel()
        await asyncio.wait({writer})
        with contextlib.suppress(TimeoutError, grpc.aio.AioRpcError, asyncio.InvalidStateError):
            async with asyncio.timeout(_DRAINED_SECONDS):
                await self._call.done_writing()
                while (message := await self._read()) is not None:
                    self._handle(message)

    def _handle(self, message: LeaderMessage) -> Drained | None:
        match self._session.receive(message):
            case Welcomed() as welcomed:
                self._welcomed(welcomed)
            case Acked(durable, rejections):
                self._acked(durable, rejections)
            case Paced(pace):
                self._pacer.set_pace(pace)
                self._on_due()
            case Drained() as drained:
                return drained
        return None

    def _welcomed(self, welcomed: Welcomed) -> None:
        self._outbox.acknowledge(welcomed.resume_sequence - 1)
        self._expected = self._outbox.acked + 1
        self._ack_at = self._outbox.next
        self._pacer.set_clock(welcomed.leader_time_unix_nano)
        self._pacer.set_pace(welcomed.pace)
        self._on_due()

    def _acked(self, durable: int, rejections: tuple[Rejection, ...]) -> None:
        self.is_proven = True
        self._outbox.acknowledge(durable)
        for rejection in rejections:
            reason = Rejection.Reason.Name(rejection.reason)
            logger.warning("the leader rejected snapshot %d, %s: %s", rejection.sequence, reason, rejection.detail)
        self._wake.set()

    # -- Sending ------------------------------------------------------------------------------------------------------

    async def _write(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while (batch := self._next_batch()) is not None:
                await self._call.write(batch)
            if self._is_leaving:
                await self._say_goodbye()
                return

    def _next_batch(self) -> bytes | None:
        if self.is_careful and self._session.in_flight:
            return None
        while wanted := self._session.sendable(min(self._reported, self._outbox.next)):
            stop = min(wanted.stop, wanted.start + self.batch_snapshots)
            first, records = self._outbox.read(wanted.start, stop, _MAX_BATCH_BYTES)
            until = first + len(records)
            self._session.gave_up(first - 1)
            self._session.sent(until - 1)
            if records:
                dropped, self._expected = max(0, first - self._expected), until
                self.last_batch = (first, len(records))
                return messages.batch(first, records, dropped, self.is_careful or until == self._ack_at)
        return None

    async def _say_goodbye(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_ACK_SECONDS):
                await self._flush()
        await self._call.write(messages.goodbye("stopped"))
        await self._call.done_writing()

    async def _flush(self) -> None:
        """Until everything is acknowledged, however often the window closes meanwhile."""
        if self._outbox.oldest < self._outbox.next:
            await self._call.write(messages.batch(self._outbox.next, [], ack_now=True))
        while self._outbox.oldest < self._outbox.next:
            await self._wake.wait()
            self._wake.clear()
            while (batch := self._next_batch()) is not None:
                await self._call.write(batch)

    def _writer_ended(self, writer: asyncio.Task[None]) -> None:
        """The reader learns of the end of a call by itself; of any other failure it would not."""
        if _failure(writer) is not None:
            self._call.cancel()


def _failure(task: asyncio.Task[None]) -> BaseException | None:
    return task.exception() if task.done() and not task.cancelled() else None
