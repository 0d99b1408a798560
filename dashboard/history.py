"""Columns of one node as rows, for readers who want a table rather than series."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.client import Series
from mcp_telemetry.model.names import base_name

__all__ = ["HISTORY_COLUMNS", "history_rows"]

HISTORY_COLUMNS = ("cpu.percent", "memory.percent", "disk.percent", "requests")
_GAUGES = {"cpu.percent": "cpu_percent", "memory.percent": "memory_percent", "disk.percent": "disk_percent"}

Floats = NDArray[np.float64]


def history_rows(series: Sequence[Series], max_points: int = 0) -> list[dict[str, Any]]:
    """Rows {timestamp, cpu_percent, memory_percent, disk_percent, requests} by time, None where a value is missing.

    timestamp is Unix seconds; requests is the counter over all kinds. With `max_points` at most so many rows: then a
    row stands for a stretch of time and holds the highest percentages and the last counter of that stretch.
    """
    times = np.unique(np.concatenate([one.times_ns for one in series] or [np.array([], np.int64)]))
    if not len(times):
        return []
    table = {name: _aligned(times, series, column) for column, name in _GAUGES.items()}
    table["requests"] = _requests(times, series)
    if max_points and len(times) > max_points:
        times, table = _shortened(times, table, max_points)
    columns = [(times / 1e9).tolist(), *(_with_none(values) for values in table.values())]
    names = ("timestamp", *table)
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _aligned(times: NDArray[np.int64], series: Sequence[Series], column: str) -> Floats:
    values = np.full(len(times), np.nan)
    for one in series:
        if one.column.name == column:
            values[np.searchsorted(times, one.times_ns)] = one.values
    return values


def _requests(times: NDArray[np.int64], series: Sequence[Series]) -> Floats:
    """The sum over the kinds that a sample has: a process tells of all it has counted, and nothing of one before it."""
    names = sorted({one.column.name for one in series if base_name(one.column.name) == "requests"})
    kinds = np.array([_aligned(times, series, name) for name in names]).reshape(len(names), len(times))
    if any(one.head.step_ms for one in series):
        _leave_out_ended(kinds)
    return _filled(np.where(np.isnan(kinds).all(axis=0), np.nan, np.nansum(kinds, axis=0)))


def _leave_out_ended(kinds: Floats) -> None:
    """Takes out of steps, float64[kinds, n], what a process had counted that ended there.

    A step has the last of each kind: where another kind fell, one that goes on from there is of the new process; one
    that ends, or falls only afterwards, is of the process before.
    """
    heard = ~np.isnan(kinds).all(axis=0)
    known = kinds[:, heard]
    before, steps, after = known[:, :-2], known[:, 1:-1], known[:, 2:]
    fell = steps < before
    has_ended = np.isnan(after) | ((after < steps) & ~fell)
    steps[has_ended & fell.any(axis=0)] = np.nan
    kinds[:, heard] = known


def _filled(counter: Floats) -> Floats:
    """The counter stands where it was until it is heard of again; 0 before its first count."""
    last = np.maximum.accumulate(np.where(np.isnan(counter), -1, np.arange(len(counter))))
    return np.where(last >= 0, counter[np.maximum(last, 0)], 0.0)


def _shortened(
    times: NDArray[np.int64], table: dict[str, Floats], max_points: int
) -> tuple[NDArray[np.int64], dict[str, Floats]]:
    starts = np.linspace(0, len(times), max_points, endpoint=False).astype(np.int64)
    ends = np.append(starts[1:], len(times)) - 1
    # fmax ignores NaN as long as there is a number.
    shorter = {name: np.fmax.reduceat(values, starts) for name, values in table.items()}
    shorter["requests"] = table["requests"][ends]
    return times[ends], shorter


def _with_none(values: Floats) -> list[float | None]:
    return [None if value != value else value for value in np.round(values, 3).tolist()]
