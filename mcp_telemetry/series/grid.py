"""Grids of equal steps in time, of widths that people read easily."""

from __future__ import annotations

from itertools import chain, count

from mcp_telemetry.series.buckets import HOUR_NS, MINUTE_NS

__all__ = ["step_count", "step_of_at_most"]

_SECOND_NS = 10**9
_DAY_NS = 24 * HOUR_NS
_YEAR_NS = 364 * _DAY_NS  # whole weeks
_WIDTHS_NS = (
    *(number * 10**6 for number in (1, 2, 5, 10, 20, 50, 100, 200, 500)),
    *(number * _SECOND_NS for number in (1, 2, 5, 10, 15, 30)),
    *(number * MINUTE_NS for number in (1, 2, 5, 10, 15, 30)),
    *(number * HOUR_NS for number in (1, 2, 3, 6, 12)),
    *(number * _DAY_NS for number in (1, 2, 7, 14, 28, 91)),
)


def step_of_at_most(start_ns: int, end_ns: int, most_steps: int, multiple_of_ns: int = 1) -> int:
    """The narrowest readable width in nanoseconds of which at most `most_steps` (1 or more) touch [start, end).

    A range may straddle a boundary of every width: to ask for one step gives the width that comes nearest, with two.
    """
    most = max(2, most_steps)
    widths = chain(_WIDTHS_NS, (_YEAR_NS << doubling for doubling in count()))
    return next(
        width for width in widths if width % multiple_of_ns == 0 and step_count(start_ns, end_ns, width) <= most
    )


def step_count(start_ns: int, end_ns: int, step_ns: int) -> int:
    """How many steps, aligned to multiples of their width, touch [start, end)."""
    return (end_ns - 1) // step_ns - start_ns // step_ns + 1
