"""How much a counter grew, and how fast, whatever happened to the process or the clock in between.

A counter that falls started again at 0, so that it grew by what it is since. A sample that lacks the counter is passed
over: growth is from the value before it to the value after it.
"""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

from mcp_telemetry.model.columns import Kind
from mcp_telemetry.series.rows import Rows

__all__ = ["growth", "per_second", "rates", "without_overlaps"]

_NS_PER_S = 1e9

Floats = NDArray[np.float64]
Times = NDArray[np.int64]


def growth(before: Floats, after: Floats) -> Floats:
    """What a counter grew by from one value to the next, of any shape; NaN where either is missing."""
    difference = np.asarray(after - before)
    np.copyto(difference, after, where=difference < 0)
    return difference


def rates(times_ns: Times, values: Floats) -> Floats:
    """float64[n - 1], per second: up to each sample but the first, from the last one before it that has a value.

    NaN without either, and where no time passed. Times ascending.
    """
    speeds = np.full(max(0, len(values) - 1), np.nan)
    present = np.flatnonzero(~np.isnan(values))
    steps = growth(values[present[:-1]], values[present[1:]])
    speeds[present[1:] - 1] = per_second(steps, np.diff(times_ns[present]))
    return speeds


def per_second(steps: Floats, elapsed_ns: Floats | Times) -> Floats:
    """Growth over nanoseconds, of any two shapes that fit; NaN where no time passed."""
    seconds = np.where(elapsed_ns > 0, elapsed_ns, np.nan) / _NS_PER_S
    return np.asarray(steps / seconds)


def without_overlaps(rows: Rows) -> Rows:
    """The rows, lacking counters where the node's clock was set back and time passed twice.

    By time, the samples of the two passes alternate, and each fall from the later to the earlier would look like a
    restart. Counters keep their values in the longest row of samples of each instance that is in order by time and by
    sequence; what they grew by in the others is found again in the next step of those. Gauges are as they were.
    """
    order = np.lexsort((rows.sequences, rows.instances))
    edges = np.flatnonzero(np.diff(rows.instances[order])) + 1
    out_of_order = [part[_out_of_order(rows.times_ns[part])] for part in np.split(order, edges)]
    hidden = np.concatenate(out_of_order)
    if not len(hidden):
        return rows
    values = rows.values.copy("K")
    for place, column in enumerate(rows.columns):
        if column.kind is Kind.COUNTER:
            values[hidden, place] = np.nan
    return Rows(rows.columns, rows.times_ns, rows.sequences, rows.instances, rows.instance_ids, values)


def _out_of_order(times_ns: Times) -> NDArray[np.intp]:
    """Which to leave out so that the rest, as much as can be, ascends."""
    if bool((times_ns[1:] >= times_ns[:-1]).all()):
        return np.empty(0, np.intp)
    return np.setdiff1d(np.arange(len(times_ns)), _longest_ascent(times_ns.tolist()))


def _longest_ascent(numbers: list[int]) -> list[int]:
    """Places of a longest subsequence that never falls, by patience sorting."""
    ends: list[int] = []  # ends[k]: the lowest number that an ascent of k + 1 numbers can end with so far
    places: list[int] = []  # where that is
    before = [-1] * len(numbers)
    for place, number in enumerate(numbers):
        length = bisect_right(ends, number)
        before[place] = places[length - 1] if length else -1
        ends[length : length + 1] = [number]
        places[length : length + 1] = [place]
    chosen = []
    place = places[-1] if places else -1
    while place >= 0:
        chosen.append(place)
        place = before[place]
    return chosen[::-1]
