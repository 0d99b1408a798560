"""Values and times as people read them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo

__all__ = ["clock", "duration", "humanized", "iso", "zone_name"]

_NS_PER_S = 1_000_000_000
_BYTE_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB")
_DURATIONS = ((86_400, "d"), (3600, "h"), (60, "min"))
_SMALL = ((1, 1, "s"), (1e-3, 1e3, "ms"), (0.0, 1e6, "us"))


def humanized(value: float, unit: str) -> str:
    """A value with its UCUM unit: `1.5 GB`, `12.3 %`, `3 h 20 min`, `0.25 /s`."""
    base, per, _ = unit.partition("/")
    rate = " /s" if per else ""
    if base == "By":
        return _bytes(value) + rate.strip()
    if unit == "s":
        return duration(value)
    if unit in ("%", "Cel"):
        return f"{_number(value)} {'°C' if unit == 'Cel' else unit}"
    return _number(value) + rate


def duration(seconds: float) -> str:
    """Seconds as `340 us`, `1.2 s`, `5 min` or `2 d 3 h`."""
    sign, seconds = "-" if seconds < 0 else "", abs(seconds)
    for at, (length, name) in enumerate(_DURATIONS):
        if seconds >= length:
            rest = _rest(seconds % length, at)
            return f"{sign}{int(seconds // length)} {name}{rest}"
    factor, name = next((factor, name) for least, factor, name in _SMALL if seconds >= least)
    return f"{sign}{_number(seconds * factor)} {name if seconds else 's'}"


def _rest(seconds: float, at: int) -> str:
    length, name = _DURATIONS[at + 1] if at + 1 < len(_DURATIONS) else (1, "s")
    return f" {int(seconds // length)} {name}" if seconds >= length else ""


def _bytes(value: float) -> str:
    power = 0
    while abs(value) >= 1000 and power < len(_BYTE_UNITS) - 1:
        value /= 1000
        power += 1
    return f"{_number(value)} {_BYTE_UNITS[power]}"


def _number(value: float) -> str:
    """Three significant digits, and every digit of what is whole."""
    if not math.isfinite(value):
        return str(value)
    if value == round(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    digits = 2 - math.floor(math.log10(abs(value)))
    return f"{value:.{min(max(digits, 1), 9)}f}"


def iso(time_ns: int) -> str:
    """ISO 8601 in UTC, exact to the nanosecond: `2026-03-01T10:00:00.25Z`."""
    seconds, rest_ns = divmod(time_ns, _NS_PER_S)
    fraction = f".{rest_ns:09d}".rstrip("0") if rest_ns else ""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}{fraction}Z"


def clock(times_ns: Sequence[int], zone: tzinfo | None) -> Callable[[int], str]:
    """How to write these times in this zone (None: the local one): with milliseconds where seconds are not enough."""
    seconds = {time_ns // _NS_PER_S for time_ns in times_ns}
    has_parts = len(seconds) < len(times_ns)

    def written(time_ns: int) -> str:
        moment = datetime.fromtimestamp(time_ns // _NS_PER_S, zone)
        parts = f".{time_ns % _NS_PER_S // 1_000_000:03d}" if has_parts else ""
        return f"{moment:%Y-%m-%d %H:%M:%S}{parts}"

    return written


def zone_name(zone: tzinfo | None) -> str:
    """`UTC`, or what the local zone is called now."""
    return datetime.now(zone or UTC).astimezone(zone).tzname() or "local time"
