"""A journal as a leader leaves it that was killed before it wrote any hour file."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from mcp_telemetry.journal import Journal
from mcp_telemetry.leader.records import Effect, Kind, encode
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.benchmarks.loadgen.snapshot import template
from tests.benchmarks.loadgen.walk import Walk

__all__ = ["write_journal"]

_SECOND_NS = 10**9
_INSTANCE = b"0123456789abcdef0123456789abcdef"
# So many different histories are enough: nothing looks at two nodes at once.
_WALKS = 10
_HEAD_BYTES = 170


def write_journal(folder: Path, size_bytes: int, nodes: int, per_report: int = 5) -> int:
    """Nodes that sampled each second up to now and sent reports of so many snapshots; how many of these there are."""
    reports = max(1, size_bytes // (nodes * (per_report * len(template()) + _HEAD_BYTES)))
    start_ns = time.time_ns() - reports * per_report * _SECOND_NS
    walks = [Walk(np.random.default_rng(seed), ahead=per_report * 50) for seed in range(_WALKS)]
    with Journal(folder) as journal:
        journal.append([_hello(_name(node), start_ns) for node in range(nodes)], sync=False)
        for report in range(reports):
            first = 1 + report * per_report
            times = start_ns + np.arange(first, first + per_report, dtype=np.uint64) * np.uint64(_SECOND_NS)
            taken = [walk.take(times) for walk in walks]
            journal.append(
                [_batch(_name(node), first, int(times[-1]), per_report, taken[node % _WALKS]) for node in range(nodes)],
                sync=False,
            )
        journal.sync()
    return nodes * reports * per_report


def _name(node: int) -> bytes:
    return b"node-%05d" % node


def _hello(name: bytes, now_ns: int) -> bytes:
    hello = pb.Hello(node_id=name.decode(), instance_id=_INSTANCE.decode(), protocol_version=1, first_sequence=1)
    return encode(Kind.HELLO, now_ns, name, _INSTANCE, hello.SerializeToString())


def _batch(name: bytes, first: int, newest_ns: int, count: int, snapshots: bytes) -> bytes:
    head = pb.Batch(first_sequence=first).SerializeToString()
    tail = pb.Batch(sent_unix_nano=newest_ns).SerializeToString()
    effect = Effect(first, first + count - 1, count, 0, 0, 0, 0, 0, newest_ns)
    return encode(Kind.BATCH, newest_ns, name, _INSTANCE, head + snapshots + tail, effect)
