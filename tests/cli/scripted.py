"""A leader that answers as it is told, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc

from mcp_telemetry.v1 import metrics_pb2 as pb
from mcp_telemetry.v1.metrics_pb2_grpc import TelemetryQueryServicer, add_TelemetryQueryServicer_to_server

SECOND = 10**9
START_S = 1_767_225_600  # 2026-01-01T00:00:00Z
START = START_S * SECOND
CPU = pb.Column(name="cpu.percent", unit="%", kind=pb.GAUGE)
SENT = pb.Column(name="network.bytes_sent", unit="By", kind=pb.COUNTER)


def series(values: Sequence[float], column: pb.Column = CPU, node_id: str = "a", **fields: Any) -> pb.Series:
    """Values of one second each from START on."""
    times = [START + number * SECOND for number in range(len(values))]
    return pb.Series(node_id=node_id, column=column, times_unix_nano=times, values=values, **fields)


class ScriptedLeader(TelemetryQueryServicer):
    """Knows nodes a and b with two columns; answers QueryRange with `answer`, or with `samples` if asked for those."""

    def __init__(self) -> None:
        self.address = ""
        self.answer: list[pb.Series] = []
        self.refusal: tuple[grpc.StatusCode, str] | None = None
        self.samples: list[pb.Series] = []
        self.asked = pb.QueryRangeRequest()

    def ListNodes(self, request: pb.ListNodesRequest, _context: Any) -> pb.ListNodesResponse:  # noqa: N802
        names = [name for name in ("a", "b") if name in (request.node_ids or ("a", "b"))]
        return pb.ListNodesResponse(nodes=[pb.Node(node_id=name) for name in names])

    def GetLatest(self, request: pb.GetLatestRequest, _context: Any) -> pb.GetLatestResponse:  # noqa: N802
        return pb.GetLatestResponse(column_sets=[pb.ColumnSet(id=1, columns=[CPU, SENT])])

    def QueryRange(self, request: pb.QueryRangeRequest, context: Any) -> Iterator[pb.Series]:  # noqa: N802
        self.asked = request
        if self.refusal:
            context.abort(*self.refusal)
        yield from self.samples if self.samples and request.tier == pb.QueryRangeRequest.RAW else self.answer


@contextmanager
def scripted_leader() -> Iterator[ScriptedLeader]:
    leader = ScriptedLeader()
    server = grpc.server(ThreadPoolExecutor(4))
    add_TelemetryQueryServicer_to_server(leader, server)  # type: ignore[no-untyped-call]
    leader.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    try:
        yield leader
    finally:
        server.stop(None)
