"""Which tier each hour of a node's history comes from.

For each hour the best source is chosen: the tier that is wanted if it is up to date, else the samples, else what is
left of the hour. A rollup is up to date as long as the hour's samples are of the version it was made from, and none of
them are in memory only. Two years are 17,520 hours: they are looked at as arrays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mcp_telemetry.query.question import Tier
from mcp_telemetry.series.versions import Versions

__all__ = ["Held", "Rollups", "Stretch", "SummedUp", "all_hours", "stretches"]

Numbers: TypeAlias = NDArray[np.int64]

# What is better than what, for each tier that may be wanted. Out of date means: wrong, but better than nothing.
_RANKS: Mapping[Tier, tuple[tuple[Tier, bool], ...]] = {
    Tier.RAW: ((Tier.RAW, True), (Tier.MINUTE, True), (Tier.MINUTE, False), (Tier.HOUR, True), (Tier.HOUR, False)),
    Tier.MINUTE: ((Tier.MINUTE, True), (Tier.RAW, True), (Tier.MINUTE, False), (Tier.HOUR, True), (Tier.HOUR, False)),
    Tier.HOUR: ((Tier.HOUR, True), (Tier.MINUTE, True), (Tier.RAW, True), (Tier.HOUR, False), (Tier.MINUTE, False)),
}


class Rollups(Protocol):
    """The part of `storage.rollups.Rollups` that tells what there is."""

    def summed_up(self, node_id: str, step_ns: int, start_ns: int, end_ns: int) -> Versions:
        """The hours that have buckets, ascending, and for each the version of the samples they were made from."""


class SummedUp:
    """What the rollups have of a node in a range, each tier looked up once, when it is first asked for.

    It may be older than what is known of the samples: what was made of others than there are now is out of date then.
    """

    def __init__(self, rollups: Rollups, node_id: str, start_ns: int, end_ns: int) -> None:
        self._rollups = rollups
        self._of = node_id, start_ns, end_ns
        self._found: dict[Tier, Versions] = {}

    def __getitem__(self, tier: Tier) -> Versions:
        """The hours of a tier."""
        if tier not in self._found:
            node_id, start_ns, end_ns = self._of
            self._found[tier] = self._rollups.summed_up(node_id, tier.step_ns, start_ns, end_ns)
        return self._found[tier]


# By tier, what it has.
Held: TypeAlias = Mapping[Tier, Versions]


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Hours int64[n] that come from the same tier, ascending, with no hour of another between them."""

    tier: Tier
    hours: Numbers


def all_hours(*found: Versions) -> Numbers:
    """The hours that are in any of them, ascending."""
    return _union(*(each.hours for each in found))


def _union(*numbers: Numbers) -> Numbers:
    """Of several that ascend; `np.unique` hashes each number, which takes a hundred times as long."""
    joined = np.sort(np.concatenate(numbers), kind="stable")
    is_new = np.ones(len(joined), np.bool_)
    is_new[1:] = joined[1:] != joined[:-1]
    return joined[is_new]


def stretches(held: Held, wanted: Tier, recent_hours: frozenset[int]) -> list[Stretch]:
    """Which hours to take from which tier; each hour that has anything is in exactly one.

    recent_hours: those of which samples are in memory
    """
    recent = np.array(sorted(recent_hours), np.int64)
    hours = _union(recent, *(each.hours for each in held.values()))
    if not len(hours):
        return []
    tiers = np.zeros(len(hours), np.int64)
    for tier, is_fresh in reversed(_RANKS[wanted]):
        usable = _of_samples(held, recent) if tier is Tier.RAW else _of_buckets(held, tier, recent, is_fresh)
        tiers[np.searchsorted(hours, usable)] = tier
    edges = np.flatnonzero(np.diff(tiers)) + 1
    firsts = tiers[np.append(0, edges)].tolist()
    return [Stretch(Tier(first), run) for first, run in zip(firsts, np.split(hours, edges), strict=True)]


def _of_samples(held: Held, recent: Numbers) -> Numbers:
    """Late rows of an hour whose samples are gone already do not take the place of its rollup."""
    summed_up = all_hours(held[Tier.MINUTE], held[Tier.HOUR])
    return _union(held[Tier.RAW].hours, recent[~np.isin(recent, summed_up)])


def _of_buckets(held: Held, tier: Tier, recent: Numbers, is_fresh: bool) -> Numbers:
    made, samples = held[tier], held[Tier.RAW]
    _, at, at_samples = np.intersect1d(made.hours, samples.hours, assume_unique=True, return_indices=True)
    is_stale = np.isin(made.hours, recent)
    is_stale[at] |= made.numbers[at] != samples.numbers[at_samples]
    return made.hours[~is_stale if is_fresh else is_stale]
