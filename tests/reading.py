"""What a leader knows, read the way any program would."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

import grpc

from mcp_telemetry.v1 import metrics_pb2 as pb
from mcp_telemetry.v1.metrics_pb2_grpc import TelemetryQueryStub

DEADLINE_SECONDS = 10


@contextmanager
def querying(leader: str) -> Iterator[TelemetryQueryStub]:
    with grpc.insecure_channel(leader) as channel:
        yield TelemetryQueryStub(channel)


def nodes(leader: str) -> dict[str, pb.Node]:
    with querying(leader) as query:
        answer = query.ListNodes(pb.ListNodesRequest(), timeout=DEADLINE_SECONDS)
    return {node.node_id: node for node in answer.nodes}


def latest(leader: str, node_id: str) -> dict[str, float]:
    """The newest sample by column; empty if there is none."""
    with querying(leader) as query:
        answer = query.GetLatest(pb.GetLatestRequest(node_ids=[node_id]), timeout=DEADLINE_SECONDS)
    columns = {each.id: [column.name for column in each.columns] for each in answer.column_sets}
    pairs = (pair for each in answer.samples for pair in zip(columns[each.column_set], each.values, strict=True))
    return {name: value for name, value in pairs if not math.isnan(value)}


def history(leader: str, node_id: str, column: str) -> list[float]:
    """All values of one column, oldest first."""
    request = pb.QueryRangeRequest(node_ids=[node_id], columns=[column])
    with querying(leader) as query:
        return [value for series in query.QueryRange(request, timeout=DEADLINE_SECONDS) for value in series.values]
