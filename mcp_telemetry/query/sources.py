"""Where a node's history comes from: memory, hour files and rollups as one run of pieces, oldest first.

For each hour the best source is chosen: the tier that is wanted if it is up to date, else the samples, else what is
left of the hour. So that nothing is missed or met twice, what is in memory is looked at before what is in files: rows
only leave memory for the files, and a rollup is out of date from before its hour's file is replaced.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol, TypeAlias

import numpy as np

from mcp_telemetry.query.question import Tier
from mcp_telemetry.series.buckets import HOUR_NS, Buckets
from mcp_telemetry.series.merge import take, unite
from mcp_telemetry.series.rows import Rows

__all__ = [
    "NoRollups",
    "Piece",
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

Piece: TypeAlias = Rows | Buckets

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

    def hours(self, node_id: str, start_ns: int, end_ns: int) -> list[int]:
        """The hours that have rows, ascending."""


class Rollups(Protocol):
    """What is kept of samples in buckets of a minute or an hour."""

    def read(
        self, node_id: str, step_ns: int, selectors: frozenset[str], start_ns: int, end_ns: int
    ) -> Iterator[Buckets]:
        """The buckets that begin in the range, in order, in blocks of bounded size."""

    def hours(self, node_id: str, step_ns: int, start_ns: int, end_ns: int) -> list[int]:
        """The hours that have buckets, ascending."""


class NoRollups:
    """Where none are kept."""

    def read(
        self, node_id: str, step_ns: int, selectors: frozenset[str], start_ns: int, end_ns: int
    ) -> Iterator[Buckets]:
        """Nothing."""
        return iter(())

    def hours(self, node_id: str, step_ns: int, start_ns: int, end_ns: int) -> list[int]:
        """None."""
        return []


@dataclass(frozen=True, slots=True)
class Sources:
    """What is on disk."""

    samples: Samples
    rollups: Rollups


@dataclass(frozen=True, slots=True, eq=False)
class Recent:
    """What only the leader's memory knows of a node.

    rows:        those in no file yet, and perhaps more, in any order
    is_whole:    whether they are all there are in the range asked for: then no file need be read
    stale_hours: of which the rollups are out of date, hours since 1970
    """

    rows: Rows
    is_whole: bool = False
    stale_hours: frozenset[int] = frozenset()


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
    for stretch in stretches(sources, node_id, wanted, frozenset(rows), recent.stale_hours):
        first, last = stretch.hours[0] * HOUR_NS, (stretch.hours[-1] + 1) * HOUR_NS
        start, end = max(first, wanted.start_ns), min(last, wanted.end_ns)
        if stretch.tier is Tier.RAW:
            stored = sources.samples.read(node_id, wanted.selectors, start, end)
            yield from _joined(stored, {hour: rows[hour] for hour in stretch.hours if hour in rows})
        else:
            step = stretch.tier.step_ns
            yield from sources.rollups.read(node_id, step, wanted.selectors, start // step * step, end)


def begun(found: Iterable[Piece], start_ns: int) -> Iterator[Piece]:
    """Without the buckets that begin before: those that a range before this one was given whole."""
    for piece in found:
        if isinstance(piece, Buckets):
            piece = piece.take(slice(int(np.searchsorted(piece.times_ns, start_ns)), None))
        if len(piece):
            yield piece


def stretches(
    sources: Sources, node_id: str, wanted: Wanted, recent_hours: frozenset[int], stale_hours: frozenset[int]
) -> list[Stretch]:
    """Which hours to take from which tier; each hour that has anything is in exactly one."""
    held = _held(sources, node_id, wanted, recent_hours | stale_hours)
    if not recent_hours <= set().union(*held.values()):
        held |= _rollups_held(sources, node_id, wanted)
        # Late rows of an hour whose samples are gone already do not take the place of its rollup.
        held[Tier.RAW] |= recent_hours - held[Tier.MINUTE] - held[Tier.HOUR]
    outdated = recent_hours | stale_hours
    chosen: dict[int, Tier] = {}
    for tier, is_fresh in reversed(_RANKS[wanted.tier]):
        hours = held.get(tier, set())
        if tier is not Tier.RAW:
            hours = hours - outdated if is_fresh else hours & outdated
        chosen.update(dict.fromkeys(hours, tier))
    runs = groupby(sorted(chosen.items()), key=lambda item: item[1])
    return [Stretch(tier, tuple(hour for hour, _ in run)) for tier, run in runs]


def _held(sources: Sources, node_id: str, wanted: Wanted, doubtful: frozenset[int]) -> dict[Tier, set[int]]:
    """The hours each tier has; tiers are not asked if the one wanted has all, and nothing is doubtful."""
    held: dict[Tier, set[int]] = {}
    if wanted.tier is not Tier.RAW:
        held[wanted.tier] = _hours(sources, node_id, wanted.tier, wanted)
        if _is_complete(held[wanted.tier], wanted) and not doubtful & held[wanted.tier]:
            return held
    held[Tier.RAW] = set(sources.samples.hours(node_id, wanted.start_ns, wanted.end_ns))
    if not _is_complete(set().union(*held.values()), wanted):
        held = _rollups_held(sources, node_id, wanted) | held
    return held


def _rollups_held(sources: Sources, node_id: str, wanted: Wanted) -> dict[Tier, set[int]]:
    return {tier: _hours(sources, node_id, tier, wanted) for tier in (Tier.MINUTE, Tier.HOUR)}


def _hours(sources: Sources, node_id: str, tier: Tier, wanted: Wanted) -> set[int]:
    start = wanted.start_ns // tier.step_ns * tier.step_ns
    return set(sources.rollups.hours(node_id, tier.step_ns, start, wanted.end_ns))


def _is_complete(hours: set[int], wanted: Wanted) -> bool:
    return len(hours) == (wanted.end_ns - 1) // HOUR_NS - wanted.start_ns // HOUR_NS + 1


def _split(rows: Rows, wanted: Wanted) -> dict[int, Rows]:
    """Rows of the range by hour, oldest hour first, each in order and once."""
    rows = take(rows, (rows.times_ns >= wanted.start_ns) & (rows.times_ns < wanted.end_ns))
    if not len(rows):
        return {}
    rows = unite([rows])
    hours = rows.times_ns // HOUR_NS
    edges = np.flatnonzero(np.diff(hours)) + 1
    parts = (slice(first, end) for first, end in zip([0, *edges], [*edges, len(rows)], strict=True))
    return {int(hours[part.start]): take(rows, part) for part in parts}


def _joined(stored: Iterable[Rows], recent: dict[int, Rows]) -> Iterator[Rows]:
    """Hours from files and from memory in turn; those in both become one. `recent` is emptied."""
    for block in stored:
        hour = int(block.times_ns[0] // HOUR_NS)
        while recent and (first := next(iter(recent))) < hour:
            yield recent.pop(first)
        yield unite([block, recent.pop(hour)]) if hour in recent else block
    yield from recent.values()
