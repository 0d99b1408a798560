"""The Telemetry service: StreamMetrics on raw bytes, so that nothing is parsed twice."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import grpc

from mcp_telemetry.errors import TelemetryError
from mcp_telemetry.leader.stream import Intake, NodeStream
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["Telemetry"]

log = logging.getLogger(__name__)

SERVICE = "mcp_telemetry.v1.Telemetry"


class Telemetry:
    """Opens a NodeStream for each call."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._streams: set[NodeStream] = set()

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
        self._streams.add(stream)
        try:
            await stream.serve(context.read, context.write)
        except TelemetryError as error:
            log.info("the stream of %s ends: %s", stream.node.node_id if stream.node else context.peer(), error)
            await context.abort(error.status, str(error))
        finally:
            self._streams.discard(stream)
