"""Rows to buckets, buckets to wider buckets, and blocks of buckets to one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcp_telemetry.model.columns import Column, Kind
from mcp_telemetry.series.buckets import MATRICES, Buckets, Floats, Times
from mcp_telemetry.series.counters import growth, per_second
from mcp_telemetry.series.merge import concatenate, take
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.series.seams import seams

__all__ = ["coarsen", "join", "summarize"]

# As many series of an hour as stay in a core's cache while they are worked on.
_AT_ONCE = 16

Places = NDArray[np.intp]


# -- Rows to buckets ---------------------------------------------------------------------------------------------------


def summarize(rows: Rows, step_ns: int) -> Buckets:
    """The buckets that samples in any order come to; one that lacks every column still makes a bucket.

    Samples of one time go by instance_id and sequence. Counters of a clock that was set back should go through
    `counters.without_overlaps` before.
    """
    rows = _in_order(concatenate([rows]))
    times = rows.times_ns
    starts = _starts(times // step_ns)
    first, last = times[starts], times[_stops(starts, len(rows)) - 1]
    buckets = Buckets.blank(step_ns, rows.columns, times_ns=first // step_ns * step_ns, first=first, last=last)
    for places, present in _alike(rows):
        _fill(buckets, rows, places, present)
    return buckets


def _in_order(rows: Rows) -> Rows:
    if bool((rows.times_ns[1:] > rows.times_ns[:-1]).all()):
        return rows
    return take(rows, np.lexsort((rows.sequences, rows.instances, rows.times_ns)))


def _starts(numbers: Times) -> Places:
    """Where each run of equal numbers begins."""
    is_start = np.ones(len(numbers), np.bool_)
    is_start[1:] = numbers[1:] != numbers[:-1]
    return np.flatnonzero(is_start)


def _stops(starts: Places, length: int) -> Places:
    return np.append(starts[1:], length)[: len(starts)]


def _alike(rows: Rows) -> Iterator[tuple[Sequence[int], Places | None]]:
    """The columns in groups of one kind that the same samples have, with those samples; None: all of them."""
    missing = np.isnan(rows.values.T)
    patterns = np.packbits(missing, axis=1)
    groups: defaultdict[tuple[Kind, bytes], list[int]] = defaultdict(list)
    for place, column in enumerate(rows.columns):
        groups[column.kind, patterns[place].tobytes()].append(place)
    for places in groups.values():
        absent = missing[places[0]]
        present = np.flatnonzero(~absent) if absent.any() else None
        if present is None or len(present):
            yield from ((places[at : at + _AT_ONCE], present) for at in range(0, len(places), _AT_ONCE))


def _fill(buckets: Buckets, rows: Rows, places: Sequence[int], present: Places | None) -> None:
    """Sum up columns that have a value in exactly these samples."""
    values = rows.values.T[places]
    times = rows.times_ns
    if present is not None:
        values, times = values[:, present], times[present]
    starts = _starts(times // buckets.step_ns)
    stops = _stops(starts, len(times))
    into = np.searchsorted(buckets.times_ns, times[starts] // buckets.step_ns * buckets.step_ns)
    sums = {
        "counts": (stops - starts)[None, :],
        "firsts": values[:, starts],
        "lasts": values[:, stops - 1],
        "first_lags_ns": (times[starts] - buckets.first_times_ns[into])[None, :],
        "last_leads_ns": (buckets.last_times_ns[into] - times[stops - 1])[None, :],
    }
    is_counter = rows.columns[places[0]].kind is Kind.COUNTER
    sums |= _of_counters(times, values, starts) if is_counter else _of_gauges(values, starts, sums["counts"])
    for name, numbers in sums.items():
        getattr(buckets, name).T[np.array(places)[:, None], into] = numbers


def _of_gauges(values: Floats, starts: Places, counts: NDArray[np.generic]) -> Mapping[str, Floats]:
    return {
        "minimums": np.minimum.reduceat(values, starts, axis=1),
        "maximums": np.maximum.reduceat(values, starts, axis=1),
        "means": np.asarray(np.add.reduceat(values, starts, axis=1) / counts),
    }


def _of_counters(times: Times, values: Floats, starts: Places) -> Mapping[str, Floats]:
    grown, elapsed_ns = np.zeros_like(values), np.zeros(len(times))
    grown[:, 1:] = growth(values[:, :-1], values[:, 1:])
    elapsed_ns[1:] = np.diff(times)
    # A step into a bucket is not a step in it.
    grown[:, starts], elapsed_ns[starts] = 0, 0
    speeds = per_second(grown, elapsed_ns)
    return {
        "increases": np.add.reduceat(grown, starts, axis=1),
        "rate_minimums": np.fmin.reduceat(speeds, starts, axis=1),
        "rate_maximums": np.fmax.reduceat(speeds, starts, axis=1),
    }


# -- Buckets to wider buckets ------------------------------------------------------------------------------------------


def coarsen(buckets: Buckets, step_ns: int) -> Buckets:
    """The same in wider buckets, as if summed up from the samples; step_ns is a multiple of what it was.

    With any other step, a bucket goes where it begins. ValueError for a finer one.
    """
    if step_ns < buckets.step_ns:
        raise ValueError(f"buckets of {buckets.step_ns} ns cannot be made finer: want at least that, not {step_ns} ns")
    numbers = buckets.times_ns // step_ns
    starts = _starts(numbers)
    if len(starts) == len(buckets):
        return replace(buckets, step_ns=step_ns, times_ns=numbers * step_ns)
    first, last = buckets.first_times_ns[starts], buckets.last_times_ns[_stops(starts, len(buckets)) - 1]
    counts = np.add.reduceat(buckets.counts, starts)
    return Buckets(
        step_ns,
        buckets.columns,
        numbers[starts] * step_ns,
        first,
        last,
        counts=counts,
        minimums=np.fmin.reduceat(buckets.minimums, starts),
        maximums=np.fmax.reduceat(buckets.maximums, starts),
        means=_weighted_means(buckets, starts, counts),
        **_ends(buckets, starts, first, last),
        **_grown(buckets, starts),
    )


def _weighted_means(buckets: Buckets, starts: Places, counts: Floats) -> Floats:
    weighted = np.where(buckets.counts > 0, buckets.means * buckets.counts, 0)
    sums = np.add.reduceat(weighted, starts)
    return np.asarray(np.divide(sums, counts, out=np.full(counts.shape, np.nan), where=counts > 0))


def _ends(buckets: Buckets, starts: Places, first: Times, last: Times) -> Mapping[str, Floats]:
    """The first and last values, and when those were."""
    rows = np.arange(len(buckets))[:, None]
    has_value = buckets.counts > 0
    # Where no bucket of a group has a value, any of them will do: it holds NaN.
    earliest = np.minimum.reduceat(np.where(has_value, rows, len(buckets)), starts)
    earliest = np.where(earliest < len(buckets), earliest, starts[:, None])
    latest = np.maximum(np.maximum.reduceat(np.where(has_value, rows, -1), starts), starts[:, None])
    lags = np.take_along_axis(buckets.first_lags_ns, earliest, 0)
    leads = np.take_along_axis(buckets.last_leads_ns, latest, 0)
    return {
        "firsts": np.take_along_axis(buckets.firsts, earliest, 0),
        "lasts": np.take_along_axis(buckets.lasts, latest, 0),
        "first_lags_ns": lags + (buckets.first_times_ns[earliest] - first[:, None]),
        "last_leads_ns": leads + (last[:, None] - buckets.last_times_ns[latest]),
    }


def _grown(buckets: Buckets, starts: Places) -> Mapping[str, Floats]:
    """What counters did within the buckets and at the seams between those that become one."""
    between = seams(buckets)
    first_of_group = np.repeat(starts, _stops(starts, len(buckets)) - starts)
    is_inside = between.before >= first_of_group[:, None]
    steps = np.where(is_inside, between.increases, np.nan)
    speeds = np.where(is_inside, between.rates, np.nan)
    return {
        "increases": _sums(np.stack([buckets.increases, steps]), starts),
        "rate_minimums": np.fmin.reduceat(np.fmin(buckets.rate_minimums, speeds), starts),
        "rate_maximums": np.fmax.reduceat(np.fmax(buckets.rate_maximums, speeds), starts),
    }


def _sums(parts: Floats, starts: Places) -> Floats:
    """Of what is there; NaN where nothing is."""
    is_there = ~np.isnan(parts)
    sums = np.add.reduceat(np.where(is_there, parts, 0).sum(0), starts)
    return np.asarray(np.where(np.logical_or.reduceat(is_there.any(0), starts), sums, np.nan))


# -- Blocks to one -----------------------------------------------------------------------------------------------------


def join(blocks: Iterable[Buckets]) -> Buckets:
    """Ascending blocks of one step as one, with the columns of all: NaN, and a count of 0, where a block lacks one.

    Columns are told apart by name, as in `merge.concatenate`. ValueError for no blocks, and for two steps.
    """
    blocks = list(blocks)
    if len({block.step_ns for block in blocks}) != 1:
        raise ValueError("want at least one block of buckets, and all of the same step")
    if len(blocks) == 1:
        return blocks[0]
    if len({block.columns for block in blocks}) == 1:
        return Buckets(blocks[0].step_ns, blocks[0].columns, *(_concatenated(blocks, name) for name in _ARRAYS))
    columns: dict[str, Column] = {}
    for block in blocks:
        for column in block.columns:
            columns.setdefault(column.name, column)
    joined = Buckets.blank(
        blocks[0].step_ns,
        tuple(columns.values()),
        times_ns=_concatenated(blocks, "times_ns"),
        first=_concatenated(blocks, "first_times_ns"),
        last=_concatenated(blocks, "last_times_ns"),
    )
    _copy(blocks, joined)
    return joined


_ARRAYS = ("times_ns", "first_times_ns", "last_times_ns", *MATRICES)


def _concatenated(blocks: Sequence[Buckets], name: str) -> NDArray[Any]:
    # Of matrices that are stored column by column, so that the result is.
    return np.concatenate([getattr(block, name).T for block in blocks], axis=-1).T


def _copy(blocks: Iterable[Buckets], joined: Buckets) -> None:
    places = {column.name: place for place, column in enumerate(joined.columns)}
    start = 0
    for block in blocks:
        into = [places[column.name] for column in block.columns]
        for name in MATRICES:
            getattr(joined, name)[start : start + len(block), into] = getattr(block, name)
        start += len(block)
