"""Timestamps of others, exact to the nanosecond: ISO 8601, and Unix seconds."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal

__all__ = ["LAST_NS", "ns_of_iso", "ns_of_text", "ns_of_unix_seconds"]

_SECOND_NS = 1_000_000_000
LAST_NS = 2**63 - 1
_UNIX_SECONDS = re.compile(r"\d{1,11}(?:\.\d{1,9})?\Z", re.ASCII)
_FRACTION = re.compile(r"(?<=:\d\d)[.,](\d{1,9})", re.ASCII)


def ns_of_text(text: str) -> int | None:
    """Nanoseconds since 1970 of Unix seconds or ISO 8601; None if it is neither."""
    return ns_of_unix_seconds(Decimal(text)) if _UNIX_SECONDS.match(text) else ns_of_iso(text)


def ns_of_unix_seconds(seconds: float | Decimal) -> int:
    """Nanoseconds, with the decimals that a float is written with; ValueError or OverflowError for no finite number."""
    return round(Decimal(repr(seconds) if isinstance(seconds, float) else seconds) * _SECOND_NS)


def ns_of_iso(text: str) -> int | None:
    """Nanoseconds since 1970, UTC where the text has no offset; None if it is no ISO 8601."""
    # datetime knows no nanoseconds: the fraction goes beside it.
    fraction = _FRACTION.search(text)
    try:
        moment = datetime.fromisoformat(_FRACTION.sub("", text, count=1))
        whole_s = round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None
    return whole_s * _SECOND_NS + (int(fraction[1].ljust(9, "0")) if fraction else 0)
