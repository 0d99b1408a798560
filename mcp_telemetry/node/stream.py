"""One stream to one leader: a reader and a writer around an Exchange."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, Protocol

import grpc
from grpc.aio import EOF  # type: ignore[attr-defined]  # the stubs forgot it

from mcp_telemetry.errors import ProtocolError
from mcp_telemetry.node import messages
from mcp_telemetry.node.exchange import Exchange
from mcp_telemetry.protocol import Drained, Paced, Welcomed
from mcp_telemetry.v1.metrics_pb2 import LeaderMessage, Pace

__all__ = ["Call", "Pacer", "Stream"]

_WELCOME_SECONDS = 10.0
_LAST_ACK_SECONDS = 1.0
_DRAINED_SECONDS = 2.0

# A StreamStreamCall that takes bytes; the stubs know only one with an iterator.
Call = Any


class Pacer(Protocol):
    """Whoever samples: told the leader's clock and pace."""

    def set_clock(self, leader_time_unix_nano: int) -> None:
        """The leader's clock shows this now."""

    def set_pace(self, pace: Pace) -> None:
        """Sample and report like this from now on."""


class Stream:
    """Opens the stream, and keeps it until one side ends it."""

    def __init__(self, call: Call, exchange: Exchange, pacer: Pacer, on_due: Callable[[], None]) -> None:
        """`on_due` is called when a report should go out at once, whatever the phase."""
        self._call = call
        self._exchange = exchange
        self._pacer = pacer
        self._on_due = on_due
        self._wake = asyncio.Event()
        self._is_leaving = False

    async def open(self, hello: bytes) -> Drained | None:
        """Say hello and be welcomed; what the leader said if it is draining instead.

        AioRpcError with the status the leader refused with, OutboxBehindError, ProtocolError if it breaks the rules,
        TimeoutError if it does not answer.
        """
        async with asyncio.timeout(_WELCOME_SECONDS):
            await self._call.write(hello)
            while not self._exchange.is_welcome:
                message = await self._read()
                if message is None:
                    raise ProtocolError("it ended the stream without a welcome")
                if (drained := self._handle(message)) is not None:
                    return drained
        return None

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
        self._exchange.report(until)
        self._wake.set()

    def leave(self) -> None:
        """Send all there is, wait shortly for its acknowledgement, say goodbye."""
        self._is_leaving = True
        self._wake.set()

    # -- Receiving ----------------------------------------------------------------------------------------------------

    async def _read(self) -> LeaderMessage | None:
        message = await self._call.read()
        return None if message is EOF else message

    async def _receive(self, writer: asyncio.Task[None]) -> Drained | None:
        while (message := await self._read()) is not None:
            if (drained := self._handle(message)) is not None:
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
        received = self._exchange.receive(message)
        if isinstance(received, Drained):
            return received
        if isinstance(received, Welcomed):
            self._pacer.set_clock(received.leader_time_unix_nano)
        if isinstance(received, Welcomed | Paced):
            self._pacer.set_pace(received.pace)
            self._on_due()
        self._wake.set()
        return None

    # -- Sending ------------------------------------------------------------------------------------------------------

    async def _write(self) -> None:
        while not self._is_leaving:
            await self._send_when_woken()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_ACK_SECONDS):
                await self._settle()
        await self._call.write(messages.goodbye("stopped"))
        await self._call.done_writing()

    async def _send_when_woken(self) -> None:
        await self._wake.wait()
        self._wake.clear()
        while (batch := self._exchange.next_batch()) is not None:
            await self._call.write(batch)

    async def _settle(self) -> None:
        """Until everything is acknowledged, however often the window closes meanwhile."""
        if self._exchange.is_settled:
            return
        request = self._exchange.last_request()
        self._wake.set()
        await self._send_when_woken()
        await self._call.write(request)
        while not self._exchange.is_settled:
            await self._send_when_woken()

    def _writer_ended(self, writer: asyncio.Task[None]) -> None:
        """The reader learns of the end of a call by itself; of any other failure it would not."""
        if _failure(writer) is not None:
            self._call.cancel()


def _failure(task: asyncio.Task[None]) -> BaseException | None:
    return task.exception() if task.done() and not task.cancelled() else None
