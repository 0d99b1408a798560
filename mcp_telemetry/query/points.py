"""Points of each series of a node: every sample, or as many as show its shape."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mcp_telemetry.model.columns import Column, Kind
from mcp_telemetry.query.cache import Piece
from mcp_telemetry.query.carry import Carry
from mcp_telemetry.query.question import Tier, Transform
from mcp_telemetry.series.buckets import Buckets, Floats
from mcp_telemetry.series.counters import without_overlaps
from mcp_telemetry.series.rows import Rows

__all__ = ["Points", "points", "tier_of", "transformed"]

Times = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """A stretch of one series: times_ns int64[n] strictly ascending, values float64[n] without NaN."""

    column: Column
    times_ns: Times
    values: Floats
    tier: Tier


def points(piece: Piece, transform: Transform, carry: Carry) -> Iterator[Points]:
    """The points of each column of a piece that has any, in the piece's order of columns.

    Of a bucket: a gauge's lowest and highest value, a counter's first and last, or its lowest and highest rate, that
    of the step into the bucket included; at the times of its first and its last sample.
    """
    if isinstance(piece, Rows):
        found = _rates_of_rows(piece, carry) if transform is Transform.RATE else _values_of_rows(piece)
    else:
        found = _rates_of_buckets(piece, carry) if transform is Transform.RATE else _values_of_buckets(piece)
    tier = tier_of(piece)
    for column, times, values in found:
        if len(times):
            yield Points(transformed(column, transform), times, values, tier)


def transformed(column: Column, transform: Transform) -> Column:
    """The column with the unit (UCUM, By/s for a rate) and the kind that its values have afterwards."""
    match transform:
        case Transform.RATE:
            return replace(column, unit=f"{column.unit or '1'}/s", kind=Kind.GAUGE)
        case Transform.DELTA:
            return replace(column, kind=Kind.GAUGE)
        case _:
            return column


def tier_of(piece: Piece) -> Tier:
    """What the piece is of: samples, or buckets of a tier."""
    if isinstance(piece, Rows):
        return Tier.RAW
    return Tier.HOUR if piece.step_ns >= Tier.HOUR.step_ns else Tier.MINUTE


def _values_of_rows(rows: Rows) -> Iterator[tuple[Column, Times, Floats]]:
    for at, column in enumerate(rows.columns):
        yield column, *_present(rows.times_ns, rows.values[:, at])


def _rates_of_rows(rows: Rows, carry: Carry) -> Iterator[tuple[Column, Times, Floats]]:
    rows = without_overlaps(rows)
    for at, column in enumerate(rows.columns):
        if column.kind is Kind.COUNTER:
            yield column, *carry.rates(column.name, *_present(rows.times_ns, rows.values[:, at], is_last=True))


def _present(times: Times, values: Floats, is_last: bool = False) -> tuple[Times, Floats]:
    """Those that have a value; of several at the same time the first, or the last."""
    shown = ~np.isnan(values)
    if not shown.all():
        times, values = times[shown], values[shown]
    is_new = times[1:] > times[:-1]
    if is_new.all():
        return times, values
    kept = np.append(is_new, True) if is_last else np.append(True, is_new)
    return times[kept], values[kept]


def _values_of_buckets(buckets: Buckets) -> Iterator[tuple[Column, Times, Floats]]:
    for at, column in enumerate(buckets.columns):
        first, last = buckets.firsts[:, at], buckets.lasts[:, at]
        if column.kind is Kind.GAUGE:
            low, high = buckets.minimums[:, at], buckets.maximums[:, at]
            rises = first < last
            first, last = np.where(rises, low, high), np.where(rises, high, low)
        yield column, *_pairs(buckets, at, first, last)


def _rates_of_buckets(buckets: Buckets, carry: Carry) -> Iterator[tuple[Column, Times, Floats]]:
    steps, _ = carry.seams(buckets)
    for at, column in enumerate(buckets.columns):
        if column.kind is Kind.COUNTER:
            low = np.fmin(buckets.rate_minimums[:, at], steps.rates[:, at])
            high = np.fmax(buckets.rate_maximums[:, at], steps.rates[:, at])
            yield column, *_pairs(buckets, at, low, high)


def _pairs(buckets: Buckets, at: int, first: Floats, last: Floats) -> tuple[Times, Floats]:
    """A point at the beginning and one at the end of each bucket; only one where they are the same."""
    begin = buckets.first_times_ns + np.nan_to_num(buckets.first_lags_ns[:, at]).astype(np.int64)
    end = buckets.last_times_ns - np.nan_to_num(buckets.last_leads_ns[:, at]).astype(np.int64)
    shown = np.column_stack((~np.isnan(first), (first != last) & ~np.isnan(last) & (end > begin))).ravel()
    times, values = np.column_stack((begin, end)).ravel(), np.column_stack((first, last)).ravel()
    return times[shown], values[shown]
