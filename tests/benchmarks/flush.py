"""Writing the hour files of a fleet: the CPU it takes, and whether the event loop notices."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np

from mcp_telemetry.leader.fleet import Fleet
from mcp_telemetry.series.buckets import HOUR_NS
from mcp_telemetry.series.merge import concatenate
from mcp_telemetry.storage.contract import Storage
from mcp_telemetry.storage.hour_files import HourFiles
from mcp_telemetry.storage.rollups import Hour, Rollups
from tests.benchmarks.competitors import scratch_folder
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Figure
from tests.benchmarks.recording import Recording, recorded_hour
from tests.benchmarks.stats import percentile
from tests.leader.parts import Parts

__all__ = ["measure"]

_NODES = 1000
_DAY_S, _HOUR_S, _INTERVAL_S = 86_400, 3600, 300
_ROLLED = "node"
_FLUSHES = _HOUR_S // _INTERVAL_S
_BEAT_S = 0.002
_SECONDS_OF_REST = 2.0


def measure(effort: Effort) -> list[Figure]:
    """One flush of all nodes: a twelfth of them at each of the flushes of an hour, so that it costs what one does."""
    nodes = _NODES if effort.is_thorough else _NODES // 10
    with scratch_folder() as folder:
        cpu_s = asyncio.run(_cpu_seconds(folder, nodes))
    with scratch_folder() as folder:
        at_rest, flushing = asyncio.run(_delays(folder, nodes // 5))
    flush_s, roll_s = cpu_s / nodes, _cpu_seconds_to_roll()
    share = flush_s / _INTERVAL_S + roll_s / _HOUR_S
    return [
        Figure(f"files of {_NODES} nodes, 44 columns, written each 5 minutes: CPU", "% of a core", 100_000 * share, 5),
        Figure("  300 rows of a node into its hour file", "ms", 1000 * flush_s),
        Figure("  an hour of a node into its rollups", "ms", 1000 * roll_s),
        Figure("  p99 delay of the event loop meanwhile", "ms", 1000 * percentile(flushing, 0.99)),
        Figure("  at rest", "ms", 1000 * percentile(at_rest, 0.99)),
    ]


def _cpu_seconds_to_roll() -> float:
    """The mean over the hours of a day: each goes into the day's file, which grows."""
    day_s = int(time.time()) // _DAY_S * _DAY_S - _DAY_S
    used_s = 0.0
    with scratch_folder() as folder:
        storage, rollups = HourFiles(folder), Rollups(folder)
        for hour_s in range(day_s, day_s + _DAY_S, _HOUR_S):
            storage.write(_ROLLED, recorded_hour().rows(0, hour_s, _HOUR_S))
            before = time.process_time()
            _roll(storage, rollups, hour_s // _HOUR_S)
            used_s += time.process_time() - before
    return used_s * _HOUR_S / _DAY_S


def _roll(storage: Storage, rollups: Rollups, hour: int) -> None:
    start_ns, end_ns = hour * HOUR_NS, (hour + 1) * HOUR_NS
    version = storage.versions(_ROLLED, start_ns, end_ns)[hour]
    rows = concatenate(storage.read(_ROLLED, frozenset(), start_ns, end_ns))
    rollups.update(_ROLLED, [Hour(hour, version, rows)])


async def _cpu_seconds(folder: Path, nodes: int) -> float:
    """Those of the flush alone: to watch the event loop costs a tenth as much."""
    async with _filled(folder, nodes) as parts:
        before = time.process_time()
        await parts.flusher.flush_all()
        return time.process_time() - before


async def _delays(folder: Path, nodes: int) -> tuple[list[float], list[float]]:
    """How late the event loop was before a flush, and meanwhile, in seconds."""
    async with _filled(folder, nodes) as parts:
        async with _heartbeat() as at_rest:
            await asyncio.sleep(_SECONDS_OF_REST)
        async with _heartbeat() as flushing:
            await parts.flusher.flush_all()
        return at_rest, flushing


@contextlib.asynccontextmanager
async def _filled(folder: Path, nodes: int) -> AsyncIterator[Parts]:
    async with Parts(folder, max_nodes=nodes, capacity=_HOUR_S) as parts:
        await asyncio.to_thread(_fill, parts.fleet, parts.storage, recorded_hour(), nodes)
        yield parts


def _fill(fleet: Fleet, storage: Storage, recording: Recording, nodes: int) -> None:
    """Each ring has five minutes that are in no file; what went before them in the hour is in one."""
    hour_s = int(time.time()) // _HOUR_S * _HOUR_S - _HOUR_S
    for number in range(nodes):
        node_id, done_s = f"node-{number:04}", number % _FLUSHES * _INTERVAL_S
        if done_s:
            storage.write(node_id, recording.rows(number, hour_s, done_s))
        new = recording.rows(number, hour_s + done_s, _INTERVAL_S)
        ring = fleet.join(node_id, 0).ring
        ring.append(new.columns, new.times_ns, new.sequences, np.ascontiguousarray(new.values), new.instance_ids[0])


@contextlib.asynccontextmanager
async def _heartbeat() -> AsyncIterator[list[float]]:
    """How late a timer of the event loop was each time, until the end of the block."""
    late_s: list[float] = []

    async def beat() -> None:
        while True:
            due = time.perf_counter() + _BEAT_S
            await asyncio.sleep(_BEAT_S)
            late_s.append(time.perf_counter() - due)

    task = asyncio.create_task(beat())
    try:
        yield late_s
    finally:
        task.cancel()
