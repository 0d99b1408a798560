"""The query service of a leader's parts, on a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import pytest

from mcp_telemetry.leader.query import TelemetryQuery
from mcp_telemetry.leader.reader import Reader
from mcp_telemetry.v1 import metrics_pb2 as pb
from mcp_telemetry.v1.metrics_pb2_grpc import TelemetryQueryStub
from tests.leader.parts import Parts, health_of, reader_of


class Served:
    def __init__(self, parts: Parts, reader: Reader, stub: TelemetryQueryStub) -> None:
        self.parts = parts
        self.reader = reader
        self.stub: Any = stub

    async def range(self, **request: Any) -> list[pb.Series]:
        call = self.stub.QueryRange(pb.QueryRangeRequest(**request), timeout=10)
        return [series async for series in call]

    async def refusal(self, method: str, request: Any) -> tuple[grpc.StatusCode, str]:
        call = getattr(self.stub, method)(request, timeout=10)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            if hasattr(call, "read"):
                await call.read()
            else:
                await call
        return refused.value.code(), refused.value.details() or ""


@asynccontextmanager
async def serving(parts: Parts, patience_s: float = 30.0) -> AsyncIterator[Served]:
    server, reader = grpc.aio.server(), reader_of(parts)
    health = health_of(parts, reader)
    query = TelemetryQuery(parts.fleet, reader, parts.pacing, health, patience_s)
    server.add_generic_rpc_handlers((query.handler(),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield Served(parts, reader, TelemetryQueryStub(channel))
    await server.stop(None)
