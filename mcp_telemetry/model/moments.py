"""Moments and durations as people type them: `2026-03-01T10:00Z`, `1772359200`, `1h`, `now`."""

from __future__ import annotations

import re
from decimal import Decimal

from mcp_telemetry.errors import InvalidQueryError
from mcp_telemetry.model.times import LAST_NS, ns_of_text

__all__ = ["parse_duration", "parse_moment"]

_SECOND_NS = 1_000_000_000
_UNITS_NS = {
    "ns": 1,
    "us": 1_000,
    "ms": 1_000_000,
    "s": _SECOND_NS,
    "m": 60 * _SECOND_NS,
    "h": 3_600 * _SECOND_NS,
    "d": 86_400 * _SECOND_NS,
    "w": 7 * 86_400 * _SECOND_NS,
    "y": 365 * 86_400 * _SECOND_NS,
}
_PART = r"(\d{1,19}(?:\.\d{1,9})?)(ns|us|ms|[smhdwy])"
_DURATION = re.compile(rf"(?:{_PART})+\Z", re.ASCII)


def parse_duration(text: str) -> int:
    """`30s`, `1.5h`, `1h30m`, `7d`, `2w`, `1y` (365 days) as nanoseconds; InvalidQueryError for anything else."""
    text = text.strip()
    if _DURATION.match(text) is None:
        raise InvalidQueryError(f"{text!r} is no duration: want a number and a unit, for instance 30s, 5m, 1h, 7d")
    duration_ns = sum(int(Decimal(number) * _UNITS_NS[unit]) for number, unit in re.findall(_PART, text))
    if not 0 < duration_ns <= LAST_NS:
        raise InvalidQueryError(f"{text!r} is no duration: want more than nothing, and at most 292 years")
    return duration_ns


def parse_moment(text: str, now_ns: int) -> int:
    """Nanoseconds since 1970 of ISO 8601 (UTC where it has no offset), Unix seconds, `now`, or `1h` before now.

    Exact to the nanosecond. InvalidQueryError for anything else, and for what is before 1970 or after 2262.
    """
    moment_ns = _moment(text.strip(), now_ns)
    if moment_ns is None or not 0 <= moment_ns <= LAST_NS:
        raise InvalidQueryError(
            f"{text!r} is no time between 1970 and 2262: "
            "want 2026-03-01T10:00:00Z, Unix seconds, now, or a time ago like 1h or 7d"
        )
    return moment_ns


def _moment(text: str, now_ns: int) -> int | None:
    if text == "now":
        return now_ns
    ago = text.removesuffix("ago").rstrip()
    if _DURATION.match(ago):
        return now_ns - parse_duration(ago)
    return ns_of_text(text)
