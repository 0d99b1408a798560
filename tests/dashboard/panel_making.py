"""Series of nodes and groups as a leader would send them for a panel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from starlette.datastructures import QueryParams

from dashboard.client import Series
from dashboard.panels import panel_of
from mcp_telemetry.model.columns import Column, Kind
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.dashboard.making import SECOND, START

START_MS = START // 1_000_000
UNITS = {"cpu": "%", "memory": "%", "network": "By/s", "requests": "{request}/s"}


def panel(query: str) -> pb.Panel:
    return panel_of(QueryParams(query))


def of_node(node_id: str, column: str, values: Sequence[float], step_s: float = 1.0, kind: Kind = Kind.GAUGE) -> Series:
    """Samples of a node, one each `step_s` from START."""
    return _made(pb.Series(node_id=node_id), column, values, step_s, kind)


def of_group(column: str, values: Sequence[float], step_s: float = 5.0, **labels: str) -> Series:
    """Steps of an aggregate."""
    group = [pb.Label(name=name, value=value) for name, value in labels.items()]
    return _made(pb.Series(group=group, step_ms=round(step_s * 1000)), column, values, step_s, Kind.GAUGE)


def _made(head: pb.Series, column: str, values: Sequence[float], step_s: float, kind: Kind) -> Series:
    times = START + (np.arange(len(values)) * step_s * SECOND).astype(np.int64)
    unit = UNITS.get(column.partition(".")[0].partition("{")[0], "")
    return Series(Column(column, unit, kind), times, np.array(values, np.float64), head)
