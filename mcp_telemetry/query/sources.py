"""Where a node's history comes from: memory, hour files and rollups as one run of pieces, oldest first.

So that nothing is missed or met twice, what is in memory is looked at before what is in hour files: rows only leave
memory for the files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Protocol, TypeAlias

import numpy as np

from mcp_telemetry.query import tiers
from mcp_telemetry.query.ahead import in_order
from mcp_telemetry.query.cache import Cache, Piece
from mcp_telemetry.query.question import Tier
from mcp_telemetry.query.tiers import Held, Stretch, SummedUp, all_hours, stretches
from mcp_telemetry.series.buckets import HOUR_NS, Buckets
from mcp_telemetry.series.merge import take, unite
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.series.versions import Versions

__all__ = ["Recent", "Rollups", "Samples", "Sources", "Wanted", "begun", "pieces"]

_NOTHING = Versions.of({})
# How much time is in a file of a tier.
_SPANS = {Tier.MINUTE: "M8[D]", Tier.HOUR: "M8[M]"}
# Files that the disk is told of at once: enough that it never waits, and not so many that it reads in vain for long.
_HOURS_AHEAD = 32
# Decoded while those before are being looked at: an hour of 200 columns takes 6 MB, and there may be as many. Of named
# columns mostly little comes out of a file, and to hand it from thread to thread would take longer than to decode it.
_TASKS_AHEAD = 3
_FILES_A_TASK = 4


class Samples(Protocol):
    """The part of `storage.contract.Storage` that queries use."""

    def read(self, node_id: str, selectors: frozenset[str], start_ns: int, end_ns: int) -> Iterator[Rows]:
        """Hour by hour, in order."""

    def prefetch(self, node_id: str, hours: Iterable[int]) -> None:
        """A hint that these hours will be read next."""

    def versions(self, node_id: str, start_ns: int, end_ns: int) -> dict[int, int]:
        """The hours that have rows, ascending, each with a number that any new row changes."""


class Rollups(tiers.Rollups, Protocol):
    """The part of `storage.rollups.Rollups` that queries use."""

    def read(
        self, node_id: str, step_ns: int, selectors: frozenset[str], start_ns: int, end_ns: int
    ) -> Iterator[Buckets]:
        """The buckets that begin in the range, in order, in blocks of bounded size that split no hour."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What is on disk, and the threads to decode it in."""

    samples: Samples
    rollups: Rollups
    cache: Cache
    threads: Executor


@dataclass(frozen=True, slots=True, eq=False)
class Recent:
    """What the leader's memory has of a node in a range.

    rows:     those in no file yet, and perhaps more, in any order
    is_whole: whether they are all there are in the range: then no file need be read
    """

    rows: Rows
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a node is to be read: buckets of the tier, or samples, of [start_ns, end_ns)."""

    tier: Tier
    selectors: frozenset[str]
    start_ns: int
    end_ns: int


def pieces(
    sources: Sources, node_id: str, wanted: Wanted, recent: Recent, summed_up: SummedUp | None = None
) -> Iterator[Piece]:
    """All there is of a node in the range, oldest first: samples at most an hour at a time, buckets in blocks.

    A bucket that reaches into the range is given whole. `summed_up`: of the same hours, if it was looked up before.
    """
    rows = _split(recent.rows, wanted)
    if recent.is_whole:
        yield from rows.values()
        return
    if summed_up is None:
        summed_up = SummedUp(sources.rollups, node_id, wanted.start_ns, wanted.end_ns)
    held = _held(sources, node_id, wanted, summed_up)
    for stretch in stretches(held, wanted.tier, frozenset(rows)):
        if stretch.tier is Tier.RAW:
            stored = _stored(sources, node_id, wanted, stretch, held)
            yield from _joined(stored, {hour: rows[hour] for hour in stretch.hours.tolist() if hour in rows})
        else:
            yield from _rolled(sources, node_id, wanted, stretch, held)


def begun(found: Iterable[Piece], start_ns: int) -> Iterator[Piece]:
    """Without the buckets that begin before: those that a range before this one was given whole."""
    for piece in found:
        if isinstance(piece, Buckets):
            piece = piece.take(slice(int(np.searchsorted(piece.times_ns, start_ns)), None))
        if len(piece):
            yield piece


# Tier, node, hour, version of what is stored, selectors.
_HourKey: TypeAlias = tuple[Tier, str, int, int, frozenset[str]]


def _held(sources: Sources, node_id: str, wanted: Wanted, summed_up: SummedUp) -> Held:
    """The hours of each tier; rollups not wanted are not asked if all hours are there without them."""
    samples = Versions.of(sources.samples.versions(node_id, wanted.start_ns, wanted.end_ns))
    held = {Tier.RAW: samples, Tier.MINUTE: _NOTHING, Tier.HOUR: _NOTHING}
    hours = (wanted.end_ns - 1) // HOUR_NS - wanted.start_ns // HOUR_NS + 1
    for tier in sorted((Tier.MINUTE, Tier.HOUR), key=lambda tier: tier is not wanted.tier):
        if tier is wanted.tier or len(all_hours(*held.values())) < hours:
            held[tier] = summed_up[tier]
    return held


def _split(rows: Rows, wanted: Wanted) -> dict[int, Rows]:
    """Rows of the range by hour, oldest hour first, each in order and once."""
    rows = take(rows, (rows.times_ns >= wanted.start_ns) & (rows.times_ns < wanted.end_ns))
    if not len(rows):
        return {}
    rows = unite([rows])
    hours = rows.times_ns // HOUR_NS
    edges = (np.flatnonzero(np.diff(hours)) + 1).tolist()
    parts = (slice(first, end) for first, end in zip([0, *edges], [*edges, len(rows)], strict=True))
    return {int(hours[part.start]): take(rows, part) for part in parts}


def _stored(sources: Sources, node_id: str, wanted: Wanted, stretch: Stretch, held: Held) -> Iterator[Rows]:
    """Samples hour by hour; the disk is told in time which files come next, and they are decoded side by side."""
    versions = held[Tier.RAW].by_hour()
    hours = [hour for hour in stretch.hours.tolist() if hour in versions]
    for first in range(0, len(hours), _HOURS_AHEAD):
        some = hours[first : first + _HOURS_AHEAD]
        keys = [(Tier.RAW, node_id, hour, versions[hour], wanted.selectors) for hour in some]
        missing = [hour for hour, key in zip(some, keys, strict=True) if key not in sources.cache]
        sources.samples.prefetch(node_id, missing)
        size = _FILES_A_TASK if wanted.selectors else 1
        tasks = [partial(_hours, sources, keys[at : at + size]) for at in range(0, len(keys), size)]
        found = in_order(sources.threads, tasks, _TASKS_AHEAD) if missing else (task() for task in tasks)
        for rows in chain.from_iterable(found):
            if isinstance(rows, Rows):
                begin, end = np.searchsorted(rows.times_ns, (wanted.start_ns, wanted.end_ns)).tolist()
                if begin < end:
                    yield take(rows, slice(begin, end))


def _hours(sources: Sources, keys: Sequence[_HourKey]) -> list[Piece | None]:
    return [_hour(sources, key) for key in keys]


def _hour(sources: Sources, key: _HourKey) -> Piece | None:
    """All of it, as its file is decoded as a whole anyway, and the next question may begin elsewhere in it."""
    _, node_id, hour, _, selectors = key
    read = partial(sources.samples.read, node_id, selectors, hour * HOUR_NS, (hour + 1) * HOUR_NS)
    return sources.cache.get(key, lambda: next(read(), None))


def _rolled(sources: Sources, node_id: str, wanted: Wanted, stretch: Stretch, held: Held) -> Iterator[Buckets]:
    """Minutes day by day and hours month by month, as they are kept."""
    step_ns, first, last = stretch.tier.step_ns, int(stretch.hours[0]), int(stretch.hours[-1])
    start_ns = max(first * HOUR_NS, wanted.start_ns // step_ns * step_ns)
    end_ns = min((last + 1) * HOUR_NS, wanted.end_ns)
    for first, end in _spans(stretch):
        buckets = _span(sources, node_id, stretch.tier, wanted.selectors, held[stretch.tier].between(first, end))
        if isinstance(buckets, Buckets):
            begin, end = np.searchsorted(buckets.times_ns, (start_ns, end_ns)).tolist()
            if begin < end:
                yield buckets.take(slice(begin, end))


def _spans(stretch: Stretch) -> Iterator[tuple[int, int]]:
    """The days or months of which a stretch has hours: the first hour of each, and the first after it."""
    each = stretch.hours.astype("M8[h]").astype(_SPANS[stretch.tier])
    spans = each[np.append(True, each[1:] != each[:-1])]
    edges = np.stack([spans, spans + 1]).astype("M8[h]").astype(np.int64)
    yield from zip(*edges.tolist(), strict=True)


def _span(sources: Sources, node_id: str, tier: Tier, selectors: frozenset[str], versions: Versions) -> Piece | None:
    # Only the hours of the range are known: another part of the same span is another entry.
    start_ns, end_ns = int(versions.hours[0]) * HOUR_NS, (int(versions.hours[-1]) + 1) * HOUR_NS
    read = partial(sources.rollups.read, node_id, tier.step_ns, selectors, start_ns, end_ns)
    return sources.cache.get((tier, node_id, versions.digest(), selectors), lambda: next(read(), None))


def _joined(stored: Iterable[Rows], recent: dict[int, Rows]) -> Iterator[Rows]:
    """Hours from files and from memory in turn; those in both become one. `recent` is emptied."""
    for block in stored:
        hour = int(block.times_ns[0] // HOUR_NS)
        while recent and (first := next(iter(recent))) < hour:
            yield recent.pop(first)
        yield unite([block, recent.pop(hour)]) if hour in recent else block
    yield from recent.values()
