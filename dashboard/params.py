"""What a caller may ask of the JSON API: parsed once, and refused with the value and the remedy."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from mcp_telemetry.errors import InvalidQueryError, UnknownNodeError
from mcp_telemetry.model.names import is_node_id

__all__ = ["Range", "node_id_of", "range_of"]

_DAY_S = 86_400.0
_MOST_POINTS = 100_000
_NS_PER_S = 1_000_000_000
_END_OF_TIME_S = 9_000_000_000.0


@dataclass(frozen=True, slots=True)
class Range:
    """A stretch of time [start_ns, end_ns) and the most points wanted of it, 0 for all."""

    start_ns: int
    end_ns: int
    max_points: int


def range_of(query: Mapping[str, str], now_s: float, max_points: int = 0) -> Range:
    """Reads start, end (Unix seconds) and max_points; by default the last 24 h, and as many points as given here."""
    end_s = _seconds("end", query.get("end"), now_s)
    start_s = _seconds("start", query.get("start"), end_s - _DAY_S)
    if start_s >= end_s:
        raise InvalidQueryError(f"start is {start_s:g} and end is {end_s:g}: start must be before end")
    points = _points(query.get("max_points"), max_points)
    return Range(int(start_s * _NS_PER_S), int(end_s * _NS_PER_S), points)


def _seconds(name: str, text: str | None, default: float) -> float:
    if text is None:
        return max(default, 0.0)
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= _END_OF_TIME_S:
        raise InvalidQueryError(f"{name} is {text!r}: want Unix seconds, for instance 1767225600")
    return value


def _points(text: str | None, default: int) -> int:
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 2 <= int(text) <= _MOST_POINTS):
        raise InvalidQueryError(f"max_points is {text!r}: want a whole number from 2 to {_MOST_POINTS}")
    return int(text)


def node_id_of(text: str) -> str:
    """The text, if it may name a node; a name that no node can have is the same as one that no node has."""
    if not is_node_id(text):
        raise UnknownNodeError(f"no node {text[:128]!r}: /api/nodes lists those there are")
    return text
