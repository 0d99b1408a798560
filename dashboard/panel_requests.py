"""What a panel asks a leader for: gauges as they are, counters as it wishes, on steps where nodes come together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from dashboard.client import Series
from dashboard.panels import is_plain
from dashboard.params import Range
from dashboard.queries import BUCKETS_MS
from mcp_telemetry.model.columns import Kind, defined_columns
from mcp_telemetry.model.names import base_name
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["SETTLED_MS", "belongs", "leader_requests", "on_whole_steps", "step_ms_of", "within"]

_S, _MIN, _H, _DAY = 1000, 60_000, 3_600_000, 86_400_000
# From an hour on a step is made of rollups of hours.
_STEPS_MS = (
    *(5 * _S, 10 * _S, 15 * _S, 20 * _S, 30 * _S),
    *(1 * _MIN, 2 * _MIN, 5 * _MIN, 10 * _MIN, 15 * _MIN),
    *(1 * _H, 2 * _H, 3 * _H, 6 * _H, 12 * _H, 1 * _DAY, 2 * _DAY, 7 * _DAY, 28 * _DAY),
)
_MOST_STEPS = 400
_NS_PER_MS = 1_000_000
# Nodes report each 5 s: what is younger than this, some nodes may not have told yet, and a sum over them would dip.
SETTLED_MS = 6000
# A step from which on it is shown before it is over: nobody waits for the end of an hour, and the nodes that have not
# told yet of its last seconds do not make it dip.
_WIDE_MS = 2 * _MIN
# A page asks for as much time again as nodes' clocks may be ahead.
_LONGEST_LIVE_NS = (_H + _MIN) * _NS_PER_MS
# A counter grows from its last sample before the range: so much earlier there is one of every node that reports.
_BEFORE_MS = 1 * _MIN

Query = pb.QueryRangeRequest
_TRANSFORMS = {pb.Panel.PER_SECOND: Query.RATE, pb.Panel.TOTAL: Query.VALUE, pb.Panel.INCREASE: Query.DELTA}


def step_ms_of(panel: pb.Panel, wanted: Range, least_ms: int = 0) -> int:
    """How wide the steps of a panel are over a range, at least `least_ms` and 5 s; 0 for a panel of single samples."""
    if is_plain(panel):
        return 0
    span_ms = (wanted.end_ns - wanted.start_ns) // _NS_PER_MS
    least = max(span_ms / min(_MOST_STEPS, wanted.max_points), least_ms)
    return next((step_ms for step_ms in _STEPS_MS if step_ms >= least), _STEPS_MS[-1])


def on_whole_steps(wanted: Range, step_ms: int, now_ms: int, least_ms: int = 0) -> Range:
    """The range from the beginning of its first step to the end of its last, of those that every node has told of.

    Of a wide step of a long range so much is told as has come, once that is as much as the narrowest step would hold.
    Shorter ranges may be followed live: a point that is told does not change any more.
    """
    if not step_ms:
        return wanted
    step_ns, least_ns = step_ms * _NS_PER_MS, max(least_ms, _STEPS_MS[0]) * _NS_PER_MS
    settled_ns = (now_ms - SETTLED_MS) * _NS_PER_MS
    end_ns = min(-(-wanted.end_ns // step_ns), settled_ns // step_ns) * step_ns
    is_long = wanted.end_ns - wanted.start_ns > _LONGEST_LIVE_NS
    if is_long and step_ms >= _WIDE_MS and end_ns < wanted.end_ns and settled_ns - end_ns >= least_ns:
        end_ns = settled_ns
    first = min(wanted.start_ns, end_ns - 1) // step_ns
    return Range(first * step_ns, end_ns, wanted.max_points)


def leader_requests(panel: pb.Panel, wanted: Range, step_ms: int) -> list[pb.QueryRangeRequest]:
    """One request for gauges and one for counters, as far as the panel has such columns.

    Which of the two a custom metric is, only the leader knows: those are in both, and `belongs` tells which series of
    an answer to keep. What counters grew by is asked from before the range, `within` leaves away what is too early.
    """
    transform = _TRANSFORMS[panel.counters]
    if transform == Query.VALUE:
        return [_request(panel, list(panel.columns), transform, wanted, step_ms)]
    gauges = [column for column in panel.columns if _kind(column) is not Kind.COUNTER]
    counters = [column for column in panel.columns if _kind(column) is not Kind.GAUGE]
    each = ((gauges, Query.VALUE), (counters, transform))
    return [_request(panel, columns, how, wanted, step_ms) for columns, how in each if columns]


def belongs(panel: pb.Panel, request: pb.QueryRangeRequest, series: Series) -> bool:
    """Whether a series of the answer is to be drawn: a counter is not drawn as it is, unless its total is wanted."""
    is_raw_counter = request.transform == Query.VALUE and series.column.kind is Kind.COUNTER
    return panel.counters == pb.Panel.TOTAL or not is_raw_counter


def within(wanted: Range, request: pb.QueryRangeRequest, series: Series) -> Series:
    """A series of the answer without what was asked for only to know what counters grew from.

    A step, or a bucket of a rollup, that reaches into the range is in it.
    """
    if request.start_unix_nano >= wanted.start_ns:
        return series
    width_ns = max(series.head.step_ms, BUCKETS_MS.get(series.head.tier, 0)) * _NS_PER_MS or 1
    kept = (series.times_ns // width_ns + 1) * width_ns > wanted.start_ns
    return replace(series, times_ns=series.times_ns[kept], values=series.values[kept])


def _request(
    panel: pb.Panel, columns: Sequence[str], transform: Query.Transform, wanted: Range, step_ms: int
) -> pb.QueryRangeRequest:
    earlier_ns = 0 if transform == Query.VALUE else _before_ms(step_ms) * _NS_PER_MS
    request = Query(
        node_ids=panel.node_ids,
        labels=panel.labels,
        columns=columns,
        start_unix_nano=max(wanted.start_ns - earlier_ns, 0),
        end_unix_nano=wanted.end_ns,
        transform=transform,
        aggregate=panel.aggregate,
        group_by=panel.group_by,
    )
    if panel.aggregate != Query.NONE or transform == Query.DELTA:
        request.step_ms = step_ms
    else:
        request.max_points = wanted.max_points
        request.tier = Query.RAW if panel.kind == pb.Panel.TABLE else Query.AUTO
    return request


def _before_ms(step_ms: int) -> int:
    """Whole steps, where there are any: one more, so that of a node with a sample in each there is one for certain."""
    return (math.ceil(_BEFORE_MS / step_ms) + 1) * step_ms if step_ms else _BEFORE_MS


def _kind(column: str) -> Kind | None:
    """Of a column of the contract; None for custom metrics."""
    return _kinds().get(base_name(column))


@cache
def _kinds() -> dict[str, Kind]:
    return {column.name: column.kind for column in defined_columns()}
