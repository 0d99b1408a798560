"""What counters did between buckets: no bucket knows its neighbours, so readers find it from firsts and lasts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcp_telemetry.model.columns import Kind
from mcp_telemetry.series.buckets import Buckets, Floats
from mcp_telemetry.series.counters import growth, per_second

__all__ = ["Seams", "seams"]


@dataclass(frozen=True, slots=True, eq=False)
class Seams:
    """The step into each bucket, from the last value before it to its first.

    before:    intp[n, columns], the bucket of that last value; -1 where there is none
    increases: float64[n, columns]; NaN for gauges, where there is no value before, and where the bucket has none
    rates:     the same per second
    """

    before: NDArray[np.intp]
    increases: Floats
    rates: Floats


def seams(buckets: Buckets) -> Seams:
    """The steps between neighbours; a bucket without the column is passed over."""
    before = _before(buckets)
    at = np.maximum(before, 0)
    is_counter = np.array([column.kind is Kind.COUNTER for column in buckets.columns], np.bool_)
    grown = growth(np.take_along_axis(buckets.lasts, at, 0), buckets.firsts)
    grown[(before < 0) | ~is_counter] = np.nan
    # Differences of whole nanoseconds first: a time since 1970 has no room in a float.
    apart = buckets.first_times_ns[:, None] - buckets.last_times_ns[at]
    elapsed = apart + np.take_along_axis(buckets.last_leads_ns, at, 0) + buckets.first_lags_ns
    return Seams(before, grown, per_second(grown, elapsed))


def _before(buckets: Buckets) -> NDArray[np.intp]:
    places = np.where(buckets.counts > 0, np.arange(len(buckets))[:, None], -1)
    latest = np.maximum.accumulate(places, axis=0)
    return np.concatenate([np.full((1, len(buckets.columns)), -1), latest[:-1]])[: len(buckets)]
