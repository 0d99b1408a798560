"""Measurements of the user's own, by name and labels."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from mcp_telemetry.collectors.application import DURATION_BOUNDS_SECONDS
from mcp_telemetry.collectors.instruments import Counter, Gauge, Histogram, Instrument
from mcp_telemetry.collectors.labels import MAX_COLUMN_NAME, OTHER, clean_label
from mcp_telemetry.model.names import custom_column_name, is_metric_name
from mcp_telemetry.v1 import metrics_pb2

__all__ = ["MAX_CUSTOM_COLUMNS", "CustomMetrics"]

logger = logging.getLogger(__name__)

# A gauge or counter is one column for each set of label values, a histogram one for each bound and two more.
MAX_CUSTOM_COLUMNS = 400
_MAX_SHARED_COLUMNS = 100
# What a histogram adds to its name: `.bucket`, and `,at_most=` with a number.
_SUFFIX_CHARACTERS = 32

Labels = tuple[tuple[str, str], ...]
Make = Callable[[metrics_pb2.CustomMetric, threading.Lock], Instrument]
InstrumentT = TypeVar("InstrumentT", bound=Instrument)


class CustomMetrics:
    """The instruments of one process; may be used from any thread.

    Asking again for a name with the same labels gives the same instrument. When MAX_CUSTOM_COLUMNS are taken, further
    labels of a name share one instrument, whose labels are all `other`. When even that does not fit, the instrument
    works but is not sent, and `refused` counts it.
    """

    name = "custom"

    def __init__(self) -> None:
        self.refused = 0
        self._instruments: dict[tuple[str, Labels], Instrument] = {}
        self._sent: list[metrics_pb2.CustomMetric] = []
        self._columns = 0
        self._limit_logged = False
        self._lock = threading.Lock()

    def gauge(self, name: str, unit: str = "", labels: Mapping[str, str] | None = None) -> Gauge:
        """The gauge of that name and those labels; `unit` is UCUM (By, s, {item}). ValueError for a bad name."""
        return _of_kind(Gauge, self._instrument(name, unit, labels, Gauge), name)

    def counter(self, name: str, unit: str = "", labels: Mapping[str, str] | None = None) -> Counter:
        """As `gauge`, for a sum that only grows."""
        return _of_kind(Counter, self._instrument(name, unit, labels, Counter), name)

    def histogram(
        self,
        name: str,
        unit: str = "",
        labels: Mapping[str, str] | None = None,
        bounds: Sequence[float] = DURATION_BOUNDS_SECONDS,
    ) -> Histogram:
        """As `gauge`, for a distribution; `bounds` are increasing, and count the values up to and including each."""
        made = self._instrument(name, unit, labels, lambda sent, lock: Histogram(sent, lock, bounds))
        return _of_kind(Histogram, made, name)

    def collect(self, snapshot: metrics_pb2.MetricSnapshot) -> None:
        """Fill `custom`, in the order in which the instruments were made."""
        with self._lock:
            snapshot.custom.extend(metric for metric in self._sent if metric.WhichOneof("value"))

    def _instrument(self, name: str, unit: str, labels: Mapping[str, str] | None, make: Make) -> Instrument:
        own, shared = _keys(name, labels or {})
        with self._lock:
            known = self._instruments.get(own) or self._added(own, unit, make, MAX_CUSTOM_COLUMNS)
            return known or self._overflowed(shared, unit, make)

    def _added(self, key: tuple[str, Labels], unit: str, make: Make, max_columns: int) -> Instrument | None:
        """A new instrument, None when it does not fit any more."""
        name, labels = key
        sent = metrics_pb2.CustomMetric(name=name, unit=clean_label(unit))
        for label, value in labels:
            sent.labels.add(name=label, value=value)
        instrument = make(sent, self._lock)
        if self._columns + instrument.columns > max_columns:
            return None
        self._columns += instrument.columns
        self._sent.append(sent)
        self._instruments[key] = instrument
        return instrument

    def _overflowed(self, shared: tuple[str, Labels], unit: str, make: Make) -> Instrument:
        if not self._limit_logged:
            self._limit_logged = True
            logger.warning(
                "custom metrics take over %d columns; %r and further ones share %r",
                MAX_CUSTOM_COLUMNS,
                shared[0],
                OTHER,
            )
        most = MAX_CUSTOM_COLUMNS + _MAX_SHARED_COLUMNS
        known = self._instruments.get(shared) or self._added(shared, unit, make, most)
        if known is None:
            self.refused += 1
        return known or make(metrics_pb2.CustomMetric(), self._lock)


def _keys(name: str, labels: Mapping[str, str]) -> tuple[tuple[str, Labels], tuple[str, Labels]]:
    """Under which it is kept: with its own labels, and with all of them `other`; ValueError for bad names."""
    for text in (name, *labels):
        if not is_metric_name(text):
            wanted = "letters, digits, '_', '.', '/' and '-', at most 128, the first a letter or '_'"
            raise ValueError(f"{text!r} cannot name a metric or a label: want {wanted}")
    shared = tuple((label, OTHER) for label in sorted(labels))
    if not _fits(name, shared):
        raise ValueError(f"the labels of {name!r} are too long: want fewer or shorter names, {', '.join(labels)}")
    own = tuple((label, clean_label(labels[label])) for label in sorted(labels))
    return (name, own if _fits(name, own) else shared), (name, shared)


def _fits(name: str, labels: Labels) -> bool:
    return len(custom_column_name(name, labels)) + _SUFFIX_CHARACTERS <= MAX_COLUMN_NAME


def _of_kind(kind: type[InstrumentT], instrument: Instrument, name: str) -> InstrumentT:
    if not isinstance(instrument, kind):
        raise ValueError(
            f"{name!r} is a {type(instrument).__name__} already: give the {kind.__name__} another name or other labels"
        )
    return instrument
