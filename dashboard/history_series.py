"""What the rows of a node's history are made of: its samples where they are few, else steps that the leader makes.

Series that were thinned would not do. Each keeps points at times of its own, so that a row made of several would hold
an old counter beside a new percentage.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from dashboard.client import LeaderClient, Series, TooManyPointsError
from dashboard.history import HISTORY_COLUMNS
from dashboard.params import LEAST_POINTS, Range
from dashboard.queries import BUCKETS_MS, plain_request
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["history_series"]

Query = pb.QueryRangeRequest

_NS_PER_MS = 1_000_000
_MINUTE_NS = 60_000 * _NS_PER_MS


async def history_series(client: LeaderClient, node_id: str, wanted: Range) -> list[Series]:
    """HISTORY_COLUMNS at times in common: every sample, or on steps the highest of gauges and the last of counters.

    The time of a step is its end. There are at most `max_points` steps; of samples there may be more, as long as a
    stretch of them is shorter than a minute: from a minute on the leader has sums that cost less.
    """
    tier = Query.AUTO
    if _length_ns(wanted) < wanted.max_points * _MINUTE_NS:
        with contextlib.suppress(TooManyPointsError):
            samples = await client.series(plain_request([node_id], HISTORY_COLUMNS, replace(wanted, max_points=0)))
            tier = _coarsest(samples)
            if tier not in BUCKETS_MS:
                return samples
    steps = await _steps(client, node_id, wanted, tier)
    filled = _filled(steps, wanted)
    if 2 * _length_ns(filled) <= _length_ns(wanted):
        # Of a node that is younger than the range, the time that it was there has finer steps.
        return await history_series(client, node_id, filled)
    return [replace(one, times_ns=np.minimum(one.times_ns + _step_ns(one), wanted.end_ns)) for one in steps]


async def _steps(client: LeaderClient, node_id: str, wanted: Range, tier: Query.Tier) -> list[Series]:
    request = plain_request([node_id], HISTORY_COLUMNS, wanted)
    request.aggregate, request.tier = Query.MAX, tier
    try:
        steps = await client.series(request)
    except TooManyPointsError:
        if wanted.max_points < 2 * LEAST_POINTS:
            raise
        return await _steps(client, node_id, replace(wanted, max_points=wanted.max_points // 2), tier)
    coarsest = _coarsest(steps)
    if steps and BUCKETS_MS.get(coarsest, 0) > steps[0].head.step_ms:
        # A bucket would lie in the step in which it begins.
        return await _steps(client, node_id, wanted, coarsest)
    return steps


def _coarsest(series: Sequence[Series]) -> Query.Tier:
    return max((one.head.tier for one in series), default=Query.AUTO)


def _filled(steps: Sequence[Series], wanted: Range) -> Range:
    """From the first step that holds anything to the end of the last; the whole range if none does."""
    edges = [(one.times_ns[0], one.times_ns[-1] + _step_ns(one)) for one in steps if len(one.times_ns)]
    if not edges:
        return wanted
    start_ns, end_ns = int(min(start for start, _ in edges)), int(max(end for _, end in edges))
    return replace(wanted, start_ns=max(start_ns, wanted.start_ns), end_ns=min(end_ns, wanted.end_ns))


def _step_ns(series: Series) -> int:
    return series.head.step_ms * _NS_PER_MS


def _length_ns(wanted: Range) -> int:
    return wanted.end_ns - wanted.start_ns
