"""Data as a leader would send it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from dashboard.client import NodeSamples, Series, Update
from mcp_telemetry.model.columns import Column, Kind
from mcp_telemetry.v1 import metrics_pb2 as pb

SECOND = 1_000_000_000
START = 1_767_225_600 * SECOND
COUNTERS = ("requests", "errors", "network")


def column(name: str) -> Column:
    return Column(name, "", Kind.COUNTER if name.startswith(COUNTERS) else Kind.GAUGE)


def series(name: str, values: Sequence[float], step_s: float = 1.0, start_ns: int = START) -> Series:
    times = start_ns + (np.arange(len(values)) * step_s * SECOND).astype(np.int64)
    return Series(column(name), times, np.array(values, np.float64))


def samples(node_id: str, rows: Sequence[Mapping[str, float]], start_ns: int = START) -> NodeSamples:
    names = sorted({name for row in rows for name in row})
    values = np.array([[row.get(name, np.nan) for name in names] for row in rows], np.float64)
    times = start_ns + np.arange(len(rows), dtype=np.int64) * SECOND
    return NodeSamples(node_id, tuple(map(column, names)), times, values.reshape(len(rows), len(names)))


def node(node_id: str, state: pb.NodeState = pb.LIVE, **labels: str) -> pb.Node:
    pairs = [pb.Label(name=name, value=value) for name, value in labels.items()]
    return pb.Node(node_id=node_id, state=state, labels=pairs, last_seen_unix_nano=START)


def update(
    *nodes: pb.Node, samples: Sequence[NodeSamples] = (), at_ns: int = START, forgotten: Sequence[str] = ()
) -> Update:
    return Update(nodes, list(samples), 0, at_ns, forgotten=forgotten)
