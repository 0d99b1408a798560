"""From counters to rates. A counter that falls was restarted: that stretch has no rate, never a negative one."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

__all__ = ["CounterRates", "rates", "thinned"]

_NS_PER_S = 1e9


def rates(times_ns: NDArray[np.int64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Increase per second since the sample before: float64[n], NaN for the first sample and after a restart."""
    result = np.full(len(values), np.nan)
    if len(values) > 1:
        increase = np.diff(values)
        seconds = np.diff(times_ns) / _NS_PER_S
        result[1:] = np.where((increase >= 0) & (seconds > 0), increase / np.where(seconds > 0, seconds, 1), np.nan)
    return result


def thinned(
    times_ns: NDArray[np.int64], values: NDArray[np.float64], max_points: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """At most `max_points` of the points: the lowest and the highest of each of max_points/2 equal parts."""
    if len(values) <= max_points:
        return times_ns, values
    parts = max(1, max_points // 2)
    edges = np.linspace(0, len(values), parts + 1).astype(np.int64)
    picked = [edge + _extremes(values[edge:end]) for edge, end in pairwise(edges)]
    kept = np.unique(np.concatenate(picked))
    return times_ns[kept], values[kept]


def _extremes(values: NDArray[np.float64]) -> NDArray[np.intp]:
    if np.isnan(values).all():
        return np.zeros(1, np.intp)
    return np.array([np.nanargmin(values), np.nanargmax(values)])


class CounterRates:
    """The same for samples that come one by one, for all counters of one node."""

    def __init__(self) -> None:
        self._before: dict[str, tuple[int, float]] = {}

    def step(self, time_ns: int, counters: dict[str, float]) -> dict[str, float]:
        """Rates by column, each since that column was last there; none for the first time and after a restart."""
        found = {name: self._rate(name, time_ns, value) for name, value in counters.items()}
        self._before.update((name, (time_ns, value)) for name, value in counters.items())
        return {name: rate for name, rate in found.items() if rate is not None}

    def _rate(self, name: str, time_ns: int, value: float) -> float | None:
        before_ns, before = self._before.get(name, (time_ns, value))
        if time_ns <= before_ns or value < before:
            return None
        return (value - before) / (time_ns - before_ns) * _NS_PER_S
