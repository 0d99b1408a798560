"""Buckets: what a stretch of samples comes to, the shape in which rollups move between files and queries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcp_telemetry.model.columns import Column

__all__ = ["HOUR_NS", "MINUTE_NS", "Buckets"]

MINUTE_NS = 60 * 10**9
HOUR_NS = 60 * MINUTE_NS

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Buckets:
    """n stretches of time of one node, each `step_ns` wide, ascending, none twice and none without a sample.

    A bucket is a pure function of the samples whose time falls in it: it knows nothing of its neighbours, so that late
    data changes one bucket only. What happened between the last sample of a bucket and the first of the next (the
    seam) is found by readers from firsts, lasts and their times.

    times_ns:       int64[n], where each begins: a multiple of step_ns
    first_times_ns: int64[n], time of its first sample; last_times_ns: of its last
    counts:         float64[n, columns], samples that have the column; 0 where none has
    firsts, lasts:  float64[n, columns], NaN where the count is 0, as all below
    minimums, maximums, means: of a gauge's values; NaN for counters
    increases:      of a counter from its first to its last sample here, restarts allowed for; NaN for gauges
    rate_minimums, rate_maximums: the lowest and the highest increase per second between two samples here; NaN for
                    gauges, and where there are no two samples
    """

    step_ns: int
    columns: tuple[Column, ...]
    times_ns: NDArray[np.int64]
    first_times_ns: NDArray[np.int64]
    last_times_ns: NDArray[np.int64]
    counts: Floats
    firsts: Floats
    lasts: Floats
    minimums: Floats
    maximums: Floats
    means: Floats
    increases: Floats
    rate_minimums: Floats
    rate_maximums: Floats

    def __len__(self) -> int:
        return len(self.times_ns)
