"""Gauges, counters and histograms. Each is kept in the shape that is sent, so that a snapshot only copies it."""

from __future__ import annotations

import math
import threading
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from mcp_telemetry.v1 import metrics_pb2

__all__ = ["MAX_BOUNDS", "Counter", "Gauge", "Histogram", "Instrument"]

MAX_BOUNDS = 32


class Instrument:
    """One series of numbers; may be used from any thread. `sent` is guarded by `lock`."""

    columns = 1

    def __init__(self, sent: metrics_pb2.CustomMetric, lock: threading.Lock) -> None:
        self._sent = sent
        self._lock = lock


class Gauge(Instrument):
    """A value that goes up and down. Absent from snapshots until it is set."""

    def set(self, value: float) -> None:
        """The value from now on; ValueError for a NaN or an infinity."""
        _check(math.isfinite(value), value, "a finite number")
        with self._lock:
            self._sent.gauge = value


class Counter(Instrument):
    """A sum that only grows, from 0."""

    def __init__(self, sent: metrics_pb2.CustomMetric, lock: threading.Lock) -> None:
        super().__init__(sent, lock)
        sent.counter = 0

    def add(self, amount: float = 1) -> None:
        """Add to the sum; ValueError for a negative or not finite amount."""
        _check(math.isfinite(amount) and amount >= 0, amount, "a finite number, 0 or more")
        with self._lock:
            self._sent.counter += amount


class Histogram(Instrument):
    """How values are distributed: for each bound, how many were at most that."""

    def __init__(self, sent: metrics_pb2.CustomMetric, lock: threading.Lock, bounds: Sequence[float]) -> None:
        super().__init__(sent, lock)
        _check_bounds(bounds)
        self._bounds = tuple(bounds)
        self.columns = len(bounds) + 2  # the buckets, the count and the sum
        sent.histogram.SetInParent()
        for bound in bounds:
            sent.histogram.buckets.add(at_most=bound)

    def record(self, value: float) -> None:
        """Count one value; ValueError for one that is not finite, or negative and would make the sum fall."""
        _check(math.isfinite(value) and value >= 0, value, "a finite number, 0 or more")
        histogram = self._sent.histogram
        with self._lock:
            histogram.count += 1
            histogram.sum += value
            for bucket in histogram.buckets[bisect_left(self._bounds, value) :]:
                bucket.count += 1


def _check(good: bool, value: float, wanted: str) -> None:
    if not good:
        raise ValueError(f"{value!r} cannot be measured: want {wanted}")


def _check_bounds(bounds: Sequence[float]) -> None:
    increasing = all(low < high for low, high in pairwise(bounds))
    if not (0 < len(bounds) <= MAX_BOUNDS and increasing and all(map(math.isfinite, bounds))):
        raise ValueError(f"bounds are {bounds!r}: want 1 to {MAX_BOUNDS} finite numbers, increasing")
