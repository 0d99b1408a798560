"""A node whose every kind of loss is real: numbers left out, some said to be dropped, bad ones, and the same twice."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

import grpc

from mcp_telemetry.v1 import metrics_pb2 as pb
from mcp_telemetry.v1.metrics_pb2_grpc import TelemetryStub

NS = 1_000_000_000
HOUR_NS = 3600 * NS
LOSSES = {"stored": 8, "gaps": 2, "dropped": 3, "rejected": 1, "duplicates": 2, "late": 1}


def play_lossy(node_id: str, leader: str) -> None:
    """Reports, with the losses of LOSSES, and leaves; returns when the leader has said that it has everything."""
    with grpc.insecure_channel(leader) as channel:
        for _ in TelemetryStub(channel).StreamMetrics(_messages(node_id)):
            pass


def _messages(node_id: str) -> Iterator[pb.NodeMessage]:
    now = time.time_ns()
    yield pb.NodeMessage(hello=pb.Hello(node_id=node_id, instance_id="i1", protocol_version=1, first_sequence=1))
    yield _batch(1, [_snapshot(now - HOUR_NS), *(_snapshot(now + at) for at in range(3))])
    yield _batch(3, [_snapshot(now + at) for at in range(2)])
    yield _batch(10, [_snapshot(now + 10), _snapshot(now + 11, math.nan)], dropped=3)
    yield _batch(12, [_snapshot(now + at) for at in range(20, 23)])
    yield pb.NodeMessage(goodbye=pb.Goodbye(reason="the play is over"))


def _batch(first: int, snapshots: list[pb.MetricSnapshot], dropped: int = 0) -> pb.NodeMessage:
    batch = pb.Batch(first_sequence=first, snapshots=snapshots, dropped=dropped, ack_now=True)
    return pb.NodeMessage(batch=batch)


def _snapshot(time_ns: int, percent: float = 50.0) -> pb.MetricSnapshot:
    return pb.MetricSnapshot(time_unix_nano=time_ns, system=pb.SystemMetrics(cpu=pb.CpuMetrics(percent=percent)))
