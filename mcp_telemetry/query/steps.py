"""What a node has to give to each step of a grid."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import numpy as np

from mcp_telemetry.model.columns import Kind
from mcp_telemetry.query.cache import Piece
from mcp_telemetry.query.carry import Carry
from mcp_telemetry.query.points import tier_of
from mcp_telemetry.query.question import Aggregate, Tier, Transform
from mcp_telemetry.series.buckets import HOUR_NS, Buckets, Floats
from mcp_telemetry.series.counters import per_second, without_overlaps
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.series.summarize import coarsen, join, summarize

__all__ = ["as_buckets", "in_steps", "step_values"]


def as_buckets(pieces: Iterable[Piece], tier: Tier) -> Iterator[Piece]:
    """Pieces as the tier would have them: samples summed up, finer buckets made wider; RAW: as they are."""
    return (_of_width(piece, tier.step_ns) if tier.step_ns else piece for piece in pieces)


def in_steps(pieces: Iterable[Piece], step_ns: int, note: Callable[[Tier], None]) -> Iterator[Buckets]:
    """Blocks of buckets as wide as the steps, each step once. `note` is told what they were made from.

    What is coarser than a step goes whole to the step in which it begins.
    """
    fine_ns, waiting = math.gcd(step_ns, HOUR_NS), list[Buckets]()
    for piece in pieces:
        note(tier_of(piece))
        buckets = _of_width(piece, fine_ns)
        # A step that ends with an hour of samples is complete; another waits for what comes after.
        waiting.append(_placed(buckets, fine_ns))
        whole = join(waiting)
        end_ns = _end_ns(piece) // step_ns * step_ns
        edge = int(np.searchsorted(whole.times_ns, end_ns))
        if edge:
            yield coarsen(whole.take(slice(edge)), step_ns)
        waiting = [whole.take(slice(edge, None))] if edge < len(whole) else []
    if waiting:
        yield coarsen(join(waiting), step_ns)


def step_values(buckets: Buckets, transform: Transform, aggregate: Aggregate, carry: Carry) -> Floats:
    """float64[steps, columns]: what the node has in each step; NaN where it has nothing.

    Of a gauge its mean, or its extreme where that is what is asked for; of a counter its last value. For RATE and
    DELTA gauges have nothing; a counter has its increase since its last sample before the step, for RATE per second of
    the time between that sample and its last in the step.
    """
    match transform:
        case Transform.VALUE:
            return _values(buckets, aggregate)
        case Transform.DELTA:
            return _increases(buckets, carry)[0]
        case Transform.RATE:
            return per_second(*_increases(buckets, carry))


def _values(buckets: Buckets, aggregate: Aggregate) -> Floats:
    of_gauges = {Aggregate.MIN: buckets.minimums, Aggregate.MAX: buckets.maximums}.get(aggregate, buckets.means)
    is_counter = np.array([column.kind is Kind.COUNTER for column in buckets.columns], np.bool_)
    return np.where(is_counter, buckets.lasts, of_gauges)


def _increases(buckets: Buckets, carry: Carry) -> tuple[Floats, Floats]:
    """The increase in each step, and the nanoseconds it took."""
    between, elapsed = carry.seams(buckets)
    into = np.nan_to_num(between.increases)
    spans = (buckets.last_times_ns - buckets.first_times_ns)[:, None] - buckets.first_lags_ns - buckets.last_leads_ns
    return buckets.increases + into, spans + np.nan_to_num(elapsed)


def _of_width(piece: Piece, step_ns: int) -> Buckets:
    if isinstance(piece, Rows):
        return summarize(without_overlaps(piece), step_ns)
    return coarsen(piece, step_ns) if step_ns > piece.step_ns else piece


def _placed(buckets: Buckets, step_ns: int) -> Buckets:
    """As if of this width, though they may be wider."""
    return buckets if buckets.step_ns == step_ns else replace(buckets, step_ns=step_ns)


def _end_ns(piece: Piece) -> int:
    """Until when no more can come than is here: a piece holds whole hours of its node."""
    newest = int(piece.times_ns[-1])
    return newest // HOUR_NS * HOUR_NS + HOUR_NS
