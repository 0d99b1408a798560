"""A leader on a real socket that does what the test says, and notes what it was sent."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import grpc
from grpc.aio import EOF  # type: ignore[attr-defined]

from mcp_telemetry.v1.metrics_pb2 import (
    Ack,
    Batch,
    Directive,
    Draining,
    Goodbye,
    Hello,
    LeaderMessage,
    MetricSnapshot,
    NodeMessage,
    Pace,
    Rejection,
    Welcome,
)


class ScriptedLeader:
    """Resumes after what it has stored, and acknowledges each batch unless told otherwise.

    status:   refuse each hello with this
    largest:  end the stream with RESOURCE_EXHAUSTED when a batch has a snapshot over so many bytes
    """

    def __init__(self, window: int = 20_000, pace: Pace | None = None) -> None:
        self.window = window
        self.pace = pace or Pace()
        self.acknowledges = True
        self.welcomes = True
        self.resume: int | None = None
        self.status: grpc.StatusCode | None = None
        self.largest = 1 << 30
        self.hellos: list[Hello] = []
        self.batches: list[Batch] = []
        self.goodbyes: list[Goodbye] = []
        self.stored: dict[str, dict[int, MetricSnapshot]] = {}
        # With the lock of each: gRPC takes one write of a stream at a time.
        self._contexts: dict[Any, asyncio.Lock] = {}
        self._port = 0

    async def __aenter__(self) -> ScriptedLeader:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._port}"

    @property
    def sequences(self) -> list[int]:
        """What is stored of the newest instance."""
        return sorted(self.stored.get(self.hellos[-1].instance_id, {})) if self.hellos else []

    @property
    def received(self) -> list[int]:
        """The sequences of all batches, in the order they came."""
        return [
            number
            for batch in self.batches
            for number in range(batch.first_sequence, batch.first_sequence + len(batch.snapshots))
        ]

    async def start(self) -> None:
        """Listen, where it listened before."""
        options = [("grpc.so_reuseport", 0), ("grpc.http2.min_ping_interval_without_data_ms", 5000)]
        self._server = grpc.aio.server(options=options)
        method = grpc.stream_stream_rpc_method_handler(self._serve, NodeMessage.FromString)
        handlers = grpc.method_handlers_generic_handler("mcp_telemetry.v1.Telemetry", {"StreamMetrics": method})
        self._server.add_generic_rpc_handlers((handlers,))
        self._port = self._server.add_insecure_port(f"127.0.0.1:{self._port}")
        await self._server.start()

    async def stop(self) -> None:
        """Break every connection, as a leader does that is killed."""
        await self._server.stop(None)

    async def acknowledge(self, durable: int, *rejections: Rejection) -> None:
        await self.say(LeaderMessage(ack=Ack(durable_sequence=durable, rejections=rejections)))

    async def direct(self, pace: Pace) -> None:
        await self.say(LeaderMessage(directive=Directive(pace=pace)))

    async def drain(self, retry_delay_ms: int = 0) -> None:
        await self.say(LeaderMessage(draining=Draining(retry_delay_ms=retry_delay_ms, reason="maintenance")))

    async def say(self, message: LeaderMessage) -> None:
        """To whoever has the newest stream."""
        await self._write(next(reversed(self._contexts)), message)

    async def until(self, condition: Any, seconds: float = 10) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, (
                f"not within {seconds} s; {len(self.hellos)} hellos, got {self.received[-100:]}"
            )
            await asyncio.sleep(0.005)

    async def _write(self, context: Any, message: LeaderMessage) -> None:
        async with self._contexts[context]:
            await context.write(message.SerializeToString())

    async def _serve(self, _: Any, context: Any) -> None:
        try:
            await self._welcome(context, (await context.read()).hello)
            while (message := await context.read()) is not EOF:
                if message.HasField("goodbye"):
                    self.goodbyes.append(message.goodbye)
                    return
                await self._take(context, message.batch)
        finally:
            self._contexts.pop(context, None)

    async def _welcome(self, context: Any, hello: Hello) -> None:
        self.hellos.append(hello)
        self._contexts[context] = asyncio.Lock()
        if self.status is not None:
            await context.abort(self.status, "as the test wants it")
        stored = self.stored.setdefault(hello.instance_id, {})
        resume = self.resume if self.resume is not None else max(stored, default=0) + 1
        if self.welcomes:
            now = time.time_ns()
            welcome = Welcome(resume_sequence=resume, pace=self.pace, window=self.window, leader_time_unix_nano=now)
            await self._write(context, LeaderMessage(welcome=welcome))

    async def _take(self, context: Any, batch: Batch) -> None:
        self.batches.append(batch)
        if any(snapshot.ByteSize() > self.largest for snapshot in batch.snapshots):
            await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "too large")
        stored = self.stored[self.hellos[-1].instance_id]
        for number, snapshot in enumerate(batch.snapshots, batch.first_sequence):
            assert snapshot.sequence == number
            assert number not in stored, f"{number} came twice"
            stored[number] = snapshot
        if self.acknowledges and stored:
            await self.acknowledge(max(stored))
