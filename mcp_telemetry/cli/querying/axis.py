"""Where the ticks of an axis go: round numbers, and round times of the reader's zone."""

from __future__ import annotations

import math
from datetime import datetime, tzinfo

__all__ = ["time_ticks", "value_ticks"]

_NS_PER_S = 1_000_000_000
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_STEPS_S = (
    *(1, 2, 5, 10, 15, 30),
    *(_MINUTE * count for count in (1, 2, 5, 10, 15, 30)),
    *(_HOUR * count for count in (1, 2, 3, 6, 12)),
    *(_DAY * count for count in (1, 2, 7, 14, 30, 90, 180, 365, 730)),
)
_LONG_S = 300 * _DAY


def time_ticks(start_ns: int, end_ns: int, count: int, zone: tzinfo | None) -> list[tuple[int, str]]:
    """About `count` moments in [start_ns, end_ns], each with what to write there."""
    start_s, end_s = start_ns // _NS_PER_S, -(-end_ns // _NS_PER_S)
    step = next((step for step in _STEPS_S if (end_s - start_s) // step < count), end_s - start_s + 1)
    offset = datetime.fromtimestamp(start_s, zone).astimezone(zone).utcoffset()
    shift = int(offset.total_seconds()) if offset else 0
    first = -(-(start_s + shift) // step) * step - shift
    form = _form(step, end_s - start_s)
    return [(at * _NS_PER_S, f"{datetime.fromtimestamp(at, zone):{form}}") for at in range(first, end_s + 1, step)]


def _form(step_s: int, length_s: int) -> str:
    if step_s < _MINUTE:
        return "%H:%M:%S"
    if step_s < _DAY:
        return "%H:%M" if length_s <= _DAY else "%d %b %H:%M"
    return "%d %b" if length_s < _LONG_S else "%d %b %Y"


def value_ticks(lowest: float, highest: float, count: int) -> list[float]:
    """Up to about `count` round values, the first at or below `lowest`, the last at or above `highest`."""
    step = _round_step((highest - lowest) / max(1, count - 1) or abs(highest) or 1.0)
    first, last = math.floor(lowest / step), math.ceil(highest / step)
    return [number * step for number in range(first, max(last, first + 1) + 1)]


def _round_step(least: float) -> float:
    power = 10.0 ** math.floor(math.log10(least))
    return next((factor * power for factor in (1, 2, 5) if factor * power >= least), 10 * power)
