"""What has to be remembered of a node between two pieces, so that counters grow across them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mcp_telemetry.model.columns import Kind
from mcp_telemetry.series.buckets import Buckets, Floats
from mcp_telemetry.series.counters import rates
from mcp_telemetry.series.seams import Seams, seams
from mcp_telemetry.series.summarize import join

__all__ = ["Carry"]

_NO_TIME = np.empty(0, np.int64)


class Carry:
    """The time and the value of the last sample of each counter of one node, by column name."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[int, float]] = {}

    def rates(
        self, name: str, times_ns: NDArray[np.int64], values: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The increase per second up to each of these samples, which all have a value, ascending: times and rates."""
        if not len(times_ns):
            return times_ns, values
        before = self._last.get(name)
        self._last[name] = int(times_ns[-1]), float(values[-1])
        if before is not None:
            times_ns = np.concatenate((np.array(before[:1]), times_ns))
            values = np.concatenate((before[1:], values))
        speeds = rates(times_ns, values)
        known = ~np.isnan(speeds)
        return times_ns[1:][known], speeds[known]

    def seams(self, buckets: Buckets) -> tuple[Seams, Floats]:
        """The steps into each bucket, the first included, and the nanoseconds each took: float64[n, columns]."""
        tail = self._tail(buckets)
        joined = join([tail, buckets])
        between = seams(joined)
        apart = joined.first_times_ns[:, None] - joined.last_times_ns[np.maximum(between.before, 0)]
        leads = np.take_along_axis(joined.last_leads_ns, np.maximum(between.before, 0), 0)
        elapsed = np.where(between.before >= 0, apart + leads + joined.first_lags_ns, np.nan)
        self._remember(buckets)
        own = slice(len(tail), None)
        return Seams(between.before[own] - len(tail), between.increases[own], between.rates[own]), elapsed[own]

    def _tail(self, buckets: Buckets) -> Buckets:
        """A bucket before these that ends with what is remembered."""
        known = [(at, *self._last[c.name]) for at, c in enumerate(buckets.columns) if c.name in self._last]
        if not known:
            return Buckets.blank(buckets.step_ns, buckets.columns, times_ns=_NO_TIME, first=_NO_TIME, last=_NO_TIME)
        newest = np.array([max(time_ns for _, time_ns, _ in known)])
        tail = Buckets.blank(buckets.step_ns, buckets.columns, times_ns=newest, first=newest, last=newest)
        for at, time_ns, value in known:
            tail.counts[0, at], tail.lasts[0, at] = 1, value
            tail.last_leads_ns[0, at] = newest[0] - time_ns
        return tail

    def _remember(self, buckets: Buckets) -> None:
        for at, column in enumerate(buckets.columns):
            if column.kind is Kind.COUNTER:
                present = np.flatnonzero(buckets.counts[:, at])
                if len(present):
                    newest = present[-1]
                    time_ns = int(buckets.last_times_ns[newest] - buckets.last_leads_ns[newest, at])
                    self._last[column.name] = time_ns, float(buckets.lasts[newest, at])
