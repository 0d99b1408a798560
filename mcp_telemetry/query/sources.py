"""Where a node's history comes from: memory, hour files and rollups as one run of pieces, oldest first.

For each hour the best source is chosen: the tier that is wanted if it is up to date, else the samples, else what is
left of the hour. So that nothing is missed or met twice, what is in memory is looked at before what is in files: rows
only leave memory for the files. A rollup is up to date as long as the hour's samples are of the version it was made
from, and none of them are in memory only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from itertools import chain, groupby
from typing import Protocol, TypeAlias

import numpy as np

from mcp_telemetry.query.ahead import in_order
from mcp_telemetry.query.cache import Cache, Piece
from mcp_telemetry.query.question import Tier
from mcp_telemetry.series.buckets import HOUR_NS, MINUTE_NS, Buckets
from mcp_telemetry.series.merge import take, unite
from mcp_telemetry.series.rows import Rows

__all__ = [
    "Recent",
    "Rollups",
    "Samples",
    "Sources",
    "Stretch",
    "Wanted",
    "begun",
    "pieces",
    "stretches",
]

_DAY_HOURS = 24
# Files that the disk is told of at once: enough that it never waits, and not so many that it reads in vain for long.
_HOURS_AHEAD = 32
# Decoded while those before are being looked at: an hour of 200 columns takes 6 MB, and there may be as many. Of named
# columns mostly little comes out of a file, and to hand it from thread to thread would take longer than to decode it.
_TASKS_AHEAD = 3
_FILES_A_TASK = 4

# What is better than what, for each tier that may be wanted. Out of date means: wrong, but better than nothing.
_RANKS: Mapping[Tier, tuple[tuple[Tier, bool], ...]] = {
    Tier.RAW: ((Tier.RAW, True), (Tier.MINUTE, True), (Tier.MINUTE, False), (Tier.HOUR, True), (Tier.HOUR, False)),
    Tier.MINUTE: ((Tier.MINUTE, True), (Tier.RAW, True), (Tier.MINUTE, False), (Tier.HOUR, True), (Tier.HOUR, False)),
    Tier.HOUR: ((Tier.HOUR, True), (Tier.MINUTE, True), (Tier.RAW, True), (Tier.HOUR, False), (Tier.MINUTE, False)),
}


class Samples(Protocol):
    """The part of `storage.contract.Storage` that queries use."""

    def read(self, node_id: str, selectors: frozenset[str], start_ns: int, end_ns: int) -> Iterator[Rows]:
        """Hour by hour, in order."""

    def prefetch(self, node_id: str, hours: Iterable[int]) -> None:
        """A hint that these hours will be read next."""

    def versions(self, node_id: str, start_ns: int, end_ns: int) -> dict[int, int]:
        """The hours that have rows, ascending, each with a number that any new row changes."""


class Rollups(Protocol):
    """The part of `storage.rollups.Rollups` that queries use."""

    def read(
        self, node_id: str, step_ns: int, selectors: frozenset[str], start_ns: int, end_ns: int
    ) -> Iterator[Buckets]:
        """The buckets that begin in the range, in order, in blocks of bounded size that split no hour."""

    def versions(self, node_id: str, step_ns: int, start_ns: int, end_ns: int) -> dict[int, int]:
        """The hours that have buckets, ascending, each with the version of the samples they were made from."""


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


@dataclass(frozen=True, slots=True)
class Stretch:
    """Hours that come from the same tier, ascending, with no hour of another between them."""

    tier: Tier
    hours: tuple[int, ...]


def pieces(sources: Sources, node_id: str, wanted: Wanted, recent: Recent) -> Iterator[Piece]:
    """All there is of a node in the range, oldest first: samples at most an hour at a time, buckets in blocks.

    A bucket that reaches into the range is given whole.
    """
    rows = _split(recent.rows, wanted)
    if recent.is_whole:
        yield from rows.values()
        return
    held = _held(sources, node_id, wanted)
    for stretch in stretches(held, wanted.tier, frozenset(rows)):
        if stretch.tier is Tier.RAW:
            stored = _stored(sources, node_id, wanted, stretch, held)
            yield from _joined(stored, {hour: rows[hour] for hour in stretch.hours if hour in rows})
        else:
            yield from _rolled(sources, node_id, wanted, stretch, held)


def begun(found: Iterable[Piece], start_ns: int) -> Iterator[Piece]:
    """Without the buckets that begin before: those that a range before this one was given whole."""
    for piece in found:
        if isinstance(piece, Buckets):
            piece = piece.take(slice(int(np.searchsorted(piece.times_ns, start_ns)), None))
        if len(piece):
            yield piece


Held: TypeAlias = Mapping[Tier, Mapping[int, int]]
# Tier, node, hour, version of what is stored, selectors.
_HourKey: TypeAlias = tuple[Tier, str, int, int, frozenset[str]]


def stretches(held: Held, wanted: Tier, recent_hours: frozenset[int]) -> list[Stretch]:
    """Which hours to take from which tier; each hour that has anything is in exactly one.

    held: by tier, the hours it has and their versions; recent_hours: of which samples are in memory
    """
    samples, minutes, hours = held[Tier.RAW], held[Tier.MINUTE], held[Tier.HOUR]
    # Late rows of an hour whose samples are gone already do not take the place of its rollup.
    usable = {Tier.RAW: samples.keys() | (recent_hours - minutes.keys() - hours.keys())}
    chosen: dict[int, Tier] = {}
    for tier, is_fresh in reversed(_RANKS[wanted]):
        found = usable[tier] if tier is Tier.RAW else _of_freshness(held[tier], samples, recent_hours, is_fresh)
        chosen.update(dict.fromkeys(found, tier))
    runs = groupby(sorted(chosen.items()), key=lambda item: item[1])
    return [Stretch(tier, tuple(hour for hour, _ in run)) for tier, run in runs]


def _of_freshness(
    tier: Mapping[int, int], samples: Mapping[int, int], recent_hours: frozenset[int], is_fresh: bool
) -> Iterator[int]:
    return (
        hour
        for hour, version in tier.items()
        if (hour not in recent_hours and samples.get(hour, version) == version) is is_fresh
    )


def _held(sources: Sources, node_id: str, wanted: Wanted) -> Held:
    """The hours of each tier; rollups not wanted are not asked if all hours are there without them."""
    start_ns, end_ns = wanted.start_ns, wanted.end_ns
    held = {tier: dict[int, int]() for tier in (Tier.RAW, Tier.MINUTE, Tier.HOUR)}
    held[Tier.RAW] = sources.samples.versions(node_id, start_ns, end_ns)
    hours = (end_ns - 1) // HOUR_NS - start_ns // HOUR_NS + 1
    for tier in sorted((Tier.MINUTE, Tier.HOUR), key=lambda tier: tier is not wanted.tier):
        if tier is wanted.tier or len(set().union(*held.values())) < hours:
            held[tier] = sources.rollups.versions(node_id, tier.step_ns, start_ns, end_ns)
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
    versions = held[Tier.RAW]
    hours = [hour for hour in stretch.hours if hour in versions]
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
    """Minutes day by day, as they are kept; hours, of which there are few, are read as they are needed."""
    step_ns, hours = stretch.tier.step_ns, stretch.hours
    start_ns = max(hours[0] * HOUR_NS, wanted.start_ns // step_ns * step_ns)
    end_ns = min((hours[-1] + 1) * HOUR_NS, wanted.end_ns)
    if stretch.tier is Tier.HOUR:
        yield from sources.rollups.read(node_id, step_ns, wanted.selectors, start_ns, end_ns)
        return
    for day, _ in groupby(hours, key=lambda hour: hour // _DAY_HOURS):
        buckets = _day(sources, node_id, day, wanted.selectors, held[Tier.MINUTE])
        if isinstance(buckets, Buckets):
            first, last = np.searchsorted(buckets.times_ns, (start_ns, end_ns)).tolist()
            if first < last:
                yield buckets.take(slice(first, last))


def _day(
    sources: Sources, node_id: str, day: int, selectors: frozenset[str], versions: Mapping[int, int]
) -> Piece | None:
    first, end = day * _DAY_HOURS, (day + 1) * _DAY_HOURS
    # Only the hours of the range are known: another part of the same day is another entry.
    hours = tuple((hour, versions[hour]) for hour in range(first, end) if hour in versions)
    start_ns, end_ns = hours[0][0] * HOUR_NS, (hours[-1][0] + 1) * HOUR_NS
    read = partial(sources.rollups.read, node_id, MINUTE_NS, selectors, start_ns, end_ns)
    return sources.cache.get((Tier.MINUTE, node_id, hours, selectors), lambda: next(read(), None))


def _joined(stored: Iterable[Rows], recent: dict[int, Rows]) -> Iterator[Rows]:
    """Hours from files and from memory in turn; those in both become one. `recent` is emptied."""
    for block in stored:
        hour = int(block.times_ns[0] // HOUR_NS)
        while recent and (first := next(iter(recent))) < hour:
            yield recent.pop(first)
        yield unite([block, recent.pop(hour)]) if hour in recent else block
    yield from recent.values()
