"""Buckets: what a stretch of samples comes to, the shape in which rollups move between files and queries."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from mcp_telemetry.model.columns import Column

__all__ = ["HOUR_NS", "MATRICES", "MINUTE_NS", "Buckets"]

MINUTE_NS = 60 * 10**9
HOUR_NS = 60 * MINUTE_NS

Floats = NDArray[np.float64]
Times = NDArray[np.int64]


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
    first_lags_ns:  from the bucket's first sample to the first that has the column: 0 unless it was missing there
    last_leads_ns:  from the last sample that has the column to the bucket's last
    minimums, maximums, means: of a gauge's values; NaN for counters
    increases:      of a counter from its first to its last sample here, restarts allowed for; NaN for gauges
    rate_minimums, rate_maximums: the lowest and the highest increase per second between two samples here; NaN for
                    gauges, and where there are no two samples
    """

    step_ns: int
    columns: tuple[Column, ...]
    times_ns: Times
    first_times_ns: Times
    last_times_ns: Times
    counts: Floats
    firsts: Floats
    lasts: Floats
    first_lags_ns: Floats
    last_leads_ns: Floats
    minimums: Floats
    maximums: Floats
    means: Floats
    increases: Floats
    rate_minimums: Floats
    rate_maximums: Floats

    def __len__(self) -> int:
        return len(self.times_ns)

    @property
    def samples(self) -> Floats:
        """float64[n]: how many samples each was made of, as far as they have any column."""
        return np.asarray(self.counts.max(axis=1, initial=0))

    def take(self, which: NDArray[np.intp] | NDArray[np.bool_] | slice) -> Buckets:
        """Some of the buckets: indices, a mask, or a slice (then without a copy)."""
        times = (self.times_ns[which], self.first_times_ns[which], self.last_times_ns[which])
        return Buckets(self.step_ns, self.columns, *times, *(getattr(self, name).T[:, which].T for name in MATRICES))

    @classmethod
    def blank(cls, step_ns: int, columns: tuple[Column, ...], *, times_ns: Times, first: Times, last: Times) -> Buckets:
        """Buckets in which no sample has any of the columns. The matrices are stored column by column."""
        shape = len(times_ns), len(columns)
        missing = {name: np.full(shape, np.nan, order="F") for name in MATRICES}
        missing["counts"][:] = 0
        return cls(step_ns, columns, times_ns, first, last, **missing)

    @classmethod
    def none(cls, step_ns: int) -> Buckets:
        """No buckets of no columns."""
        times = np.empty(0, np.int64)
        return cls.blank(step_ns, (), times_ns=times, first=times, last=times)


# The fields with a number for each bucket and column.
MATRICES = tuple(field.name for field in fields(Buckets) if field.type == "Floats")
