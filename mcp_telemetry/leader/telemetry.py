"""The Telemetry service: StreamMetrics on raw bytes, so that nothing is parsed twice."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import Any

import grpc

from mcp_telemetry.errors import OverloadedError, TelemetryError
from mcp_telemetry.leader.room import Room
from mcp_telemetry.leader.stream import Intake, NodeStream
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["Telemetry"]

log = logging.getLogger(__name__)

SERVICE = "mcp_telemetry.v1.Telemetry"
_HELLO_S = 10.0
_WARN_EVERY_S = 60.0


class Telemetry:
    """Opens a NodeStream for each call, as long as there is room for it."""

    def __init__(self, intake: Intake, room: Room) -> None:
        self._intake = intake
        self._room = room
        self._streams: set[NodeStream] = set()
        self._warned_s: dict[str, float] = {}

    def handler(self) -> grpc.GenericRpcHandler[bytes, bytes]:
        """What to register at the server."""
        method = grpc.stream_stream_rpc_method_handler(self._stream_metrics)
        return grpc.method_handlers_generic_handler(SERVICE, {"StreamMetrics": method})

    def drain(self, reason: str, retry_delay_ms: int) -> None:
        """Tell all nodes that the leader is going down."""
        for stream in self._streams:
            stream.drain(pb.Draining(reason=reason, retry_delay_ms=retry_delay_ms))

    async def emptied(self, limit_s: float) -> None:
        """Wait until all streams have ended, or as long as the limit."""
        end = asyncio.get_running_loop().time() + limit_s
        while self._streams and asyncio.get_running_loop().time() < end:  # noqa: ASYNC110 - for a moment, at the end
            await asyncio.sleep(0.01)

    async def _stream_metrics(self, _: Any, context: grpc.aio.ServicerContext[bytes, bytes]) -> None:
        stream = NodeStream(self._intake, context.peer())
        try:
            await self._let_in(stream, context)
            await stream.serve(context.read, context.write)
        except OverloadedError as error:
            self._note_turned_away(error)
            await context.abort(error.status, str(error))
        except TelemetryError as error:
            log.info("the stream of %s ends: %s", stream.node.node_id if stream.node else context.peer(), error)
            await context.abort(error.status, str(error))
        finally:
            self._streams.discard(stream)

    async def _let_in(self, stream: NodeStream, context: grpc.aio.ServicerContext[bytes, bytes]) -> None:
        if len(self._streams) < self._room.streams:
            self._streams.add(stream)
            if len(self._streams) == self._room.scarce:
                self._warn("there will soon be no room for further nodes: %s", self._room.shortage)
            return
        # Whoever is still sending its hello would be told by gRPC that something failed, and not what.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(context.read(), _HELLO_S)
        raise OverloadedError(f"the leader has no room for another node: {self._room.shortage}")

    def _note_turned_away(self, error: OverloadedError) -> None:
        self._intake.received.refused_streams += 1
        self._warn("nodes are turned away: %s", error)

    def _warn(self, text: str, why: object) -> None:
        """Once a minute: nodes come and go, and one that is turned away tries again and again."""
        now_s = time.monotonic()
        if now_s - self._warned_s.get(text, -_WARN_EVERY_S) >= _WARN_EVERY_S:
            self._warned_s[text] = now_s
            log.warning(text, why)
