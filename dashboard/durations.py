"""How long things took: means and percentiles from increases of sums, counts and cumulative buckets."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from dashboard.client import Series
from mcp_telemetry.model.columns import Column
from mcp_telemetry.model.names import base_name, column_name, label_values

__all__ = ["is_bucket", "means", "percentiles", "sum_of", "without_part"]

_BUCKET, _SUM = "operation.duration_bucket", "operation.duration_seconds"
_PARTS = (".bucket", "_bucket")
_AT_MOST = "at_most="

Floats = NDArray[np.float64]
Times = NDArray[np.int64]


def is_bucket(column: str) -> bool:
    """Whether a base name is that of a histogram's buckets."""
    return column == _BUCKET or (column.startswith("custom.") and column.endswith(".bucket"))


def sum_of(bucket: str) -> str:
    """The base name of the sum that belongs to buckets; its unit is that of what was measured."""
    return _SUM if bucket == _BUCKET else f"{without_part(bucket)}.sum"


def without_part(base: str) -> str:
    """The name of a histogram: `custom.wait.bucket` gives `custom.wait`."""
    for part in _PARTS:
        base = base.removesuffix(part)
    return base


def means(series: Iterable[Series], sums: str, counts: str) -> list[Series]:
    """The increases of sums by those of counts, one series for each set of labels; steps without any are left out."""
    found = list(series)
    by_labels = {_labels(one): one for one in found if base_name(one.column.name) == counts}
    pairs = [(one, by_labels.get(_labels(one))) for one in found if base_name(one.column.name) == sums]
    return [_mean(total, count) for total, count in pairs if count is not None]


def _mean(total: Series, count: Series) -> Series:
    times, at_total, at_count = np.intersect1d(total.times_ns, count.times_ns, return_indices=True)
    amounts, calls = total.values[at_total], count.values[at_count]
    happened = calls > 0
    return Series(Column(total.column.name, "s"), times[happened], amounts[happened] / calls[happened])


def percentiles(series: Iterable[Series], share: float, unit: str = "") -> list[Series]:
    """Of the increases of cumulative buckets the value that `share` of them does not exceed, for each set of labels.

    unit: that of what was measured; buckets only count

    Within a bucket values are taken to be spread evenly; what is above the last bound is that bound.
    """
    groups: dict[tuple[str, tuple[str, ...]], list[tuple[float, Series]]] = {}
    for one in series:
        base, labels = base_name(one.column.name), _labels(one)
        if labels and (bound := _bound(labels[-1])) is not None:
            groups.setdefault((base, labels[:-1]), []).append((bound, one))
    return [
        _percentile(Column(column_name(base, labels), unit), buckets, share)
        for (base, labels), buckets in groups.items()
    ]


def _percentile(column: Column, buckets: list[tuple[float, Series]], share: float) -> Series:
    buckets.sort(key=lambda bucket: bucket[0])
    bounds = np.array([bound for bound, _ in buckets])
    times = np.unique(np.concatenate([one.times_ns for _, one in buckets]))
    # A bucket that says nothing about a step has what the one below it has.
    counts = np.maximum.accumulate(np.array([_aligned(times, one) for _, one in buckets]), axis=0)
    happened = counts[-1] > 0
    values = np.array([_within(bounds, step, share) for step in counts[:, happened].T])
    return Series(column, times[happened], values)


def _aligned(times: Times, series: Series) -> Floats:
    values = np.zeros(len(times))
    values[np.searchsorted(times, series.times_ns)] = series.values
    return values


def _within(bounds: Floats, counts: Floats, share: float) -> float:
    rank = share * counts[-1]
    place = int(np.searchsorted(counts, rank))
    high = bounds[place]
    low = bounds[place - 1] if place else 0.0
    if not math.isfinite(high):
        return float(low)
    below = counts[place - 1] if place else 0.0
    return float(low + (high - low) * (rank - below) / (counts[place] - below))


def _labels(series: Series) -> tuple[str, ...]:
    return tuple(label_values(series.column.name))


def _bound(label: str) -> float | None:
    try:
        return float(label.removeprefix(_AT_MOST).replace("+Inf", "inf"))
    except ValueError:
        return None
