"""Filling outboxes, and reading them to the end."""

from __future__ import annotations

from mcp_telemetry.node.outbox import Outbox
from mcp_telemetry.v1.metrics_pb2 import MetricSnapshot

MIB = 1 << 20


def snapshot(time_unix_nano: int = 1, size: int = 0) -> MetricSnapshot:
    made = MetricSnapshot(time_unix_nano=time_unix_nano)
    made.system.cpu.percent = 12.5
    if size:
        made.custom.add(name="x" * size, gauge=1)
    return made


def fill(outbox: Outbox, count: int, size: int = 0) -> None:
    for _ in range(count):
        outbox.append(snapshot(outbox.next, size))


def held(outbox: Outbox, max_bytes: int = MIB, start: int = 0) -> list[int]:
    """The sequences that reading to the end gives, each checked against its snapshot."""
    sequences, start = [], start or outbox.oldest
    while start < outbox.next:
        chunk = outbox.read(start, outbox.next, max_bytes)
        read = [MetricSnapshot.FromString(record) for record in chunk.records]
        assert [each.sequence for each in read] == list(range(chunk.first, chunk.first + len(read)))
        sequences += [each.sequence for each in read]
        start = chunk.first + len(read)
    return sequences
