"""What a leader knows, read the way any program would."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc
import pyarrow.parquet as pq

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


def health(leader: str) -> pb.LeaderHealth:
    with querying(leader) as query:
        answer: pb.ListNodesResponse = query.ListNodes(
            pb.ListNodesRequest(without_nodes=True), timeout=DEADLINE_SECONDS
        )
    return answer.leader


def latest(leader: str, node_id: str) -> dict[str, float]:
    """The newest sample by column; empty if there is none."""
    with querying(leader) as query:
        answer = query.GetLatest(pb.GetLatestRequest(node_ids=[node_id]), timeout=DEADLINE_SECONDS)
    columns = {each.id: [column.name for column in each.columns] for each in answer.column_sets}
    pairs = (pair for each in answer.samples for pair in zip(columns[each.column_set], each.values, strict=True))
    return {name: value for name, value in pairs if not math.isnan(value)}


def history(
    leader: str, node_id: str, column: str, transform: pb.QueryRangeRequest.Transform = pb.QueryRangeRequest.VALUE
) -> list[float]:
    """All values of one column, oldest first."""
    request = pb.QueryRangeRequest(node_ids=[node_id], columns=[column], transform=transform)
    with querying(leader) as query:
        return [value for series in query.QueryRange(request, timeout=DEADLINE_SECONDS) for value in series.values]


def times_ns(leader: str, node_id: str, column: str) -> list[int]:
    """When the values of one column were taken, oldest first."""
    request = pb.QueryRangeRequest(node_ids=[node_id], columns=[column])
    with querying(leader) as query:
        return [
            time for series in query.QueryRange(request, timeout=DEADLINE_SECONDS) for time in series.times_unix_nano
        ]


def sequences_in_memory(leader: str, seconds: int = 600) -> dict[str, list[int]]:
    """By node, the sequences of what is in its ring of the last so many seconds, while no node reports."""
    found: dict[str, list[int]] = {}
    with querying(leader) as query:
        request = pb.WatchRequest(columns=["cpu.percent"], interval_ms=100, backfill_ms=1000 * seconds)
        for update in query.Watch(request, timeout=DEADLINE_SECONDS):
            if not update.samples:
                return found
            for samples in update.samples:
                found.setdefault(samples.node_id, []).extend(samples.sequences)
    raise AssertionError("the leader ended the watch")


def stored_sequences(metrics_dir: Path) -> dict[str, dict[str, list[int]]]:
    """By node and instance, the sequences in all hour files, read without any code of the leader's."""
    found: dict[str, dict[str, list[int]]] = {}
    for path in sorted(metrics_dir.glob("*/*.parquet")):
        table = pq.read_table(path, columns=["node_id", "instance_id", "sequence"])
        for node_id, instance_id, sequence in zip(*(column.to_pylist() for column in table.columns), strict=True):
            found.setdefault(node_id, {}).setdefault(instance_id, []).append(sequence)
    return found
