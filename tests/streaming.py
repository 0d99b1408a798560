"""A node by hand: whatever messages a test likes, right or wrong, on a real stream."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import grpc
from grpc.aio import EOF  # type: ignore[attr-defined]

from mcp_telemetry.v1 import metrics_pb2 as pb

METHOD = "/mcp_telemetry.v1.Telemetry/StreamMetrics"
DEADLINE_SECONDS = 10


def snapshot(value: float = 1.0, time_ns: int | None = None, **custom: float) -> pb.MetricSnapshot:
    """A sample of now whose `cpu.percent` is `value`, with `custom.<name>` gauges."""
    made = pb.MetricSnapshot(time_unix_nano=time.time_ns() if time_ns is None else time_ns)
    made.system.cpu.percent = value
    for name, gauge in custom.items():
        made.custom.add(name=name, gauge=gauge)
    return made


def hello(node_id: str, instance_id: str = "i1", **fields: Any) -> pb.NodeMessage:
    return pb.NodeMessage(hello=pb.Hello(node_id=node_id, instance_id=instance_id, **{"protocol_version": 1, **fields}))


def batch(first: int, snapshots: Sequence[pb.MetricSnapshot], dropped: int = 0, ack_now: bool = True) -> pb.NodeMessage:
    return pb.NodeMessage(batch=pb.Batch(first_sequence=first, snapshots=snapshots, dropped=dropped, ack_now=ack_now))


def goodbye() -> pb.NodeMessage:
    return pb.NodeMessage(goodbye=pb.Goodbye(reason="done"))


class RawStream:
    """One StreamMetrics call; takes messages, or bytes that are none."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        method: Any = channel.stream_stream(METHOD, _serialized, pb.LeaderMessage.FromString)
        self._call = method()

    async def send(self, *messages: pb.NodeMessage | bytes) -> None:
        """When the stream has ended meanwhile, reading tells how."""
        with contextlib.suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError):
            for message in messages:
                await self._call.write(message)

    async def read(self) -> pb.LeaderMessage:
        """The leader's next message; AssertionError at the stream's end, AioRpcError if it ended with an error."""
        message = await asyncio.wait_for(self._call.read(), DEADLINE_SECONDS)
        assert message is not EOF, "the leader ended the stream"
        return message

    async def ack(self, durable: int) -> list[pb.Rejection]:
        """Reads until everything up to `durable` is acknowledged; what was rejected meanwhile."""
        rejections: list[pb.Rejection] = []
        while True:
            message = await self.read()
            rejections += message.ack.rejections
            if message.ack.durable_sequence >= durable:
                return rejections

    async def end(self) -> tuple[grpc.StatusCode, str]:
        """How the leader ends the stream, whatever it still says before."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            with contextlib.suppress(grpc.aio.AioRpcError):
                while await self._call.read() is not EOF:
                    pass
            return await self._call.code(), await self._call.details()

    async def done_writing(self) -> None:
        await self._call.done_writing()

    def cancel(self) -> None:
        self._call.cancel()


@asynccontextmanager
async def raw_stream(leader: str, **options: Any) -> AsyncIterator[RawStream]:
    """A stream on a connection of its own."""
    own = (("grpc.use_local_subchannel_pool", 1), *options.items())
    async with grpc.aio.insecure_channel(leader, options=own) as channel:
        stream = RawStream(channel)
        try:
            yield stream
        finally:
            stream.cancel()


async def welcomed(stream: RawStream, node_id: str, instance_id: str = "i1", **fields: Any) -> pb.Welcome:
    """Say hello and be welcomed."""
    await stream.send(hello(node_id, instance_id, **fields))
    return (await stream.read()).welcome


def _serialized(message: pb.NodeMessage | bytes) -> bytes:
    return message if isinstance(message, bytes) else message.SerializeToString()
