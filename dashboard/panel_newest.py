"""The newest values of lines that are made of rollups: those give the extremes of each bucket, the last one's, too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from dashboard.client import Series
from dashboard.panel_figure import line_of
from dashboard.params import Range
from dashboard.queries import BUCKETS_MS

__all__ = ["newest_ranges", "with_newest"]

# Lines that end within the same time are asked about together.
_TOGETHER_NS = 300 * 1_000_000_000
# So few of so short a time that it is samples which come.
_POINTS = 100


def newest_ranges(series: Iterable[Series]) -> list[tuple[list[str], Range]]:
    """Of which nodes to ask the samples of which short ranges: from the first to the last end of their lines."""
    ends: dict[int, list[tuple[int, str]]] = {}
    for one in series:
        if one.head.tier in BUCKETS_MS:
            end_ns = int(one.times_ns[-1])
            ends.setdefault(end_ns // _TOGETHER_NS, []).append((end_ns, one.head.node_id))
    return [
        (sorted({node_id for _, node_id in each}), Range(min(each)[0], max(each)[0] + 1, _POINTS))
        for each in ends.values()
    ]


def with_newest(series: Iterable[Series], samples: Sequence[Series]) -> list[Series]:
    """The series, each with the value of its newest sample as its last, where that is known."""
    newest = {line_of(one): one for one in samples}
    return [_ended(one, newest.get(line_of(one), one)) for one in series]


def _ended(one: Series, samples: Series) -> Series:
    if samples.times_ns[-1] < one.times_ns[-1]:
        return one
    kept = one.times_ns < samples.times_ns[-1]
    times, values = (
        np.append(a[kept], b[-1]) for a, b in ((one.times_ns, samples.times_ns), (one.values, samples.values))
    )
    return replace(one, times_ns=times, values=values)
