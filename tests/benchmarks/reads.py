"""Reading from memory, inside the leader's process."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mcp_telemetry.leader.fleet import Fleet
from mcp_telemetry.model.columns import Column, Kind
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Figure
from tests.benchmarks.loadgen.snapshot import places
from tests.benchmarks.loadgen.walk import Walk
from tests.benchmarks.stats import median

__all__ = ["measure"]

_NODES, _HOUR = 1000, 3600
_SECOND_NS = 1_000_000_000
_WINDOWS, _REPEATS, _PAUSE_S = 9, 50, 0.3
_COLUMN = frozenset({"cpu.percent"})


def measure(effort: Effort) -> list[Figure]:
    """The newest values of a fleet, and an hour of one column; each the median of many reads."""
    fleet = _fleet()
    ring = next(iter(fleet)).ring
    assert len(ring) == _HOUR
    return [
        Figure(f"latest values of {_NODES} nodes", "ms", _milliseconds(lambda: _latest(fleet)), 1),
        Figure("one column's last hour of one node", "ms", _milliseconds(lambda: ring.rows(0, 2**62, _COLUMN)), 0.1),
    ]


def _latest(fleet: Fleet) -> list[tuple[int, NDArray[np.float64]] | None]:
    """Time and values of every node's newest sample, where they lie: what a reader inside the leader is given."""
    return [node.ring.latest() for node in fleet]


def _fleet() -> Fleet:
    """Full rings would take minutes to fill: the first node has its hour, the others a minute."""
    columns = tuple(
        Column(place.column, place.unit, Kind.COUNTER if place.is_counter else Kind.GAUGE) for place in places()
    )
    fleet, walk = Fleet(_NODES, _HOUR, 2000), Walk(np.random.default_rng(0))
    for index in range(_NODES):
        count = 60 if index else _HOUR
        times = np.arange(1, count + 1) * _SECOND_NS
        ring = fleet.join(f"node-{index:04}", 0).ring
        ring.append(columns, times, np.arange(1, count + 1), walk.values(count), "bench")
    return fleet


def _milliseconds(read: Callable[[], object]) -> float:
    """The median of the medians of windows apart in time: a window is short enough to fall to a neighbour whole."""
    medians = []
    for _ in range(_WINDOWS):
        medians.append(median([_seconds(read) for _ in range(_REPEATS)]))
        time.sleep(_PAUSE_S)
    return 1000 * median(medians)


def _seconds(read: Callable[[], object]) -> float:
    start = time.perf_counter()
    read()
    return time.perf_counter() - start
