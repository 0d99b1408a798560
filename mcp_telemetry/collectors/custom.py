"""Measurements of the user's own: gauges, counters and histograms."""

from __future__ import annotations

import logging
import math
import re
import threading
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import TypeVar

from mcp_telemetry.collectors.application import DURATION_BOUNDS_SECONDS
from mcp_telemetry.collectors.labels import OTHER, clean_label
from mcp_telemetry.v1 import metrics_pb2

__all__ = ["MAX_CUSTOM_SERIES", "Counter", "CustomMetrics", "Gauge", "Histogram"]

logger = logging.getLogger(__name__)

# A series is a name with one set of label values. A histogram is as many columns as it has bounds, and two more.
MAX_CUSTOM_SERIES = 200
_MAX_LABELS = 16
_MAX_BOUNDS = 32
_MAX_UNIT_CHARACTERS = 63
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]{0,127}\Z")


class _Instrument:
    """One series, in the shape that is sent."""

    def __init__(self, sent: metrics_pb2.CustomMetric, lock: threading.Lock) -> None:
        self._sent = sent
        self._lock = lock


class Gauge(_Instrument):
    """A value that goes up and down. Absent from snapshots until it is set."""

    def set(self, value: float) -> None:
        """The value from now on; ValueError for a NaN or an infinity."""
        _check(math.isfinite(value), value, "a finite number")
        with self._lock:
            self._sent.gauge = value


class Counter(_Instrument):
    """A sum that only grows."""

    def __init__(self, sent: metrics_pb2.CustomMetric, lock: threading.Lock) -> None:
        super().__init__(sent, lock)
        sent.counter = 0

    def add(self, amount: float = 1) -> None:
        """Add to the sum; ValueError for a negative or not finite amount."""
        _check(math.isfinite(amount) and amount >= 0, amount, "a finite number, 0 or more")
        with self._lock:
            self._sent.counter += amount


class Histogram(_Instrument):
    """How values are distributed over bounds."""

    def __init__(self, sent: metrics_pb2.CustomMetric, lock: threading.Lock, bounds: Sequence[float]) -> None:
        super().__init__(sent, lock)
        self._bounds = tuple(bounds)
        sent.histogram.SetInParent()
        for bound in self._bounds:
            sent.histogram.buckets.add(at_most=bound)

    def record(self, value: float) -> None:
        """Count one value; ValueError for a negative or not finite one, which would make the sum fall."""
        _check(math.isfinite(value) and value >= 0, value, "a finite number, 0 or more")
        histogram = self._sent.histogram
        with self._lock:
            histogram.count += 1
            histogram.sum += value
            for bucket in histogram.buckets[bisect_left(self._bounds, value) :]:
                bucket.count += 1


Labels = tuple[tuple[str, str], ...]
InstrumentT = TypeVar("InstrumentT", bound=_Instrument)
_Make = Callable[[metrics_pb2.CustomMetric, threading.Lock], InstrumentT]


class CustomMetrics:
    """The instruments of one process; asking twice for a name and its labels gives the same one.

    When there are MAX_CUSTOM_SERIES, a further one shares the series of its name whose labels are all `other`. One
    that has no such name to share works too, but is not sent; `refused` counts them.
    """

    name = "custom"

    def __init__(self) -> None:
        self.refused = 0
        self._series: dict[tuple[str, Labels], _Instrument] = {}
        self._sent: list[metrics_pb2.CustomMetric] = []
        self._names: set[str] = set()
        self._lock = threading.Lock()
        self._limit_logged = False

    def gauge(self, name: str, unit: str = "", labels: Mapping[str, str] | None = None) -> Gauge:
        """The gauge of that name and those labels; `unit` is UCUM (By, s, {item}). ValueError for a bad name."""
        return self._instrument(name, unit, labels, Gauge, Gauge)

    def counter(self, name: str, unit: str = "", labels: Mapping[str, str] | None = None) -> Counter:
        """As `gauge`, for a sum that only grows."""
        return self._instrument(name, unit, labels, Counter, Counter)

    def histogram(
        self,
        name: str,
        unit: str = "",
        labels: Mapping[str, str] | None = None,
        bounds: Sequence[float] = DURATION_BOUNDS_SECONDS,
    ) -> Histogram:
        """As `gauge`, for a distribution; `bounds` are increasing, and count values up to and including each."""
        _check_bounds(bounds)
        return self._instrument(name, unit, labels, Histogram, lambda sent, lock: Histogram(sent, lock, bounds))

    def collect(self, snapshot: metrics_pb2.MetricSnapshot) -> None:
        """Fill `custom`, in the order in which the instruments were made."""
        with self._lock:
            snapshot.custom.extend(metric for metric in self._sent if metric.WhichOneof("value"))

    def _instrument(
        self,
        name: str,
        unit: str,
        labels: Mapping[str, str] | None,
        kind: type[InstrumentT],
        make: _Make[InstrumentT],
    ) -> InstrumentT:
        key = (name, _checked_labels(name, labels or {}))
        with self._lock:
            if key not in self._series and len(self._series) >= MAX_CUSTOM_SERIES:
                key = self._shared(*key)
            known = self._series.get(key)
            if known is None:
                return self._new(key, unit, make)
        if not isinstance(known, kind):
            raise ValueError(f"{name!r} is a {type(known).__name__} already: give the {kind.__name__} another name")
        return known

    def _new(self, key: tuple[str, Labels], unit: str, make: _Make[InstrumentT]) -> InstrumentT:
        name, labels = key
        sent = metrics_pb2.CustomMetric(name=name, unit=unit[:_MAX_UNIT_CHARACTERS])
        for label, value in labels:
            sent.labels.add(name=label, value=value)
        instrument = make(sent, self._lock)
        if self._has_room(key):
            self._series[key] = instrument
            self._sent.append(sent)
            self._names.add(name)
        else:
            self.refused += 1
        return instrument

    def _shared(self, name: str, labels: Labels) -> tuple[str, Labels]:
        if not self._limit_logged:
            self._limit_logged = True
            logger.warning("over %d custom series; %r and further ones share %r", MAX_CUSTOM_SERIES, name, OTHER)
        return name, tuple((label, OTHER) for label, _ in labels)

    def _has_room(self, key: tuple[str, Labels]) -> bool:
        if len(self._series) < MAX_CUSTOM_SERIES:
            return True
        name, labels = key
        return bool(labels) and name in self._names and len(self._series) < 2 * MAX_CUSTOM_SERIES


def _checked_labels(name: str, labels: Mapping[str, str]) -> Labels:
    wanted = "letters, digits, '_', '.', '/' and '-', at most 128, no digit first"
    for text in (name, *labels):
        if _NAME.match(text) is None:
            raise ValueError(f"{text!r} cannot name a metric or a label: want {wanted}")
    if len(labels) > _MAX_LABELS:
        raise ValueError(f"{name!r} has {len(labels)} labels: want at most {_MAX_LABELS}")
    return tuple((label, clean_label(str(labels[label]))) for label in sorted(labels))


def _check_bounds(bounds: Sequence[float]) -> None:
    increasing = all(low < high for low, high in pairwise(bounds))
    if not (0 < len(bounds) <= _MAX_BOUNDS and increasing and all(map(math.isfinite, bounds))):
        raise ValueError(f"bounds are {bounds!r}: want 1 to {_MAX_BOUNDS} finite numbers, increasing")


def _check(good: bool, value: float, wanted: str) -> None:
    if not good:
        raise ValueError(f"{value!r} cannot be measured: want {wanted}")
