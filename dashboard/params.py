"""What a caller may ask of the JSON API: parsed once, and refused with the value and the remedy."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import QueryParams

from mcp_telemetry.errors import InvalidQueryError, UnknownNodeError
from mcp_telemetry.model.moments import parse_duration, parse_moment
from mcp_telemetry.model.names import is_node_id
from mcp_telemetry.model.times import ns_of_text

__all__ = [
    "LEAST_POINTS",
    "MOST_POINTS",
    "Range",
    "choice_of",
    "node_id_of",
    "node_ids_of",
    "pairs_of",
    "range_of",
    "seconds_of",
    "texts_of",
]

_DAY_NS = 86_400 * 1_000_000_000
# A day of seconds comes whole.
MOST_POINTS = 100_000
LEAST_POINTS = 4
_NS_PER_S = 1_000_000_000
# Nodes that were cut off bring what they kept; after this long most have.
_SETTLES_AFTER_NS = 3600 * _NS_PER_S


@dataclass(frozen=True, slots=True)
class Range:
    """A stretch of time [start_ns, end_ns) and the most points wanted of a series.

    is_settled: the same words mean the same stretch tomorrow, and hardly anything will be added to it
    """

    start_ns: int
    end_ns: int
    max_points: int
    is_settled: bool = field(default=False, compare=False)


def range_of(
    query: Mapping[str, str], now_s: float, max_points: int = MOST_POINTS, most_points: int = MOST_POINTS
) -> Range:
    """Reads start, end, range and max_points; by default the last 24 h, and as many points as given here.

    most_points: more than so many are refused

    start and end are Unix seconds, ISO 8601, `now` or a time ago; range is a length that ends there: `1h`, `7d`.
    """
    now_ns = int(now_s * _NS_PER_S)
    if "start" in query and "range" in query:
        raise InvalidQueryError("start and range are both given: leave one of them out")
    end_ns = _moment("end", query.get("end", "now"), now_ns)
    start_ns = max(end_ns - _length(query.get("range")), 0)
    if "start" in query:
        start_ns = _moment("start", query["start"], now_ns)
    if start_ns >= end_ns:
        began, ended = start_ns / _NS_PER_S, end_ns / _NS_PER_S
        raise InvalidQueryError(f"start is {began:.15g} and end is {ended:.15g}: start must be before end")
    is_settled = _is_fixed(query) and end_ns < now_ns - _SETTLES_AFTER_NS
    return Range(start_ns, end_ns, _points(query.get("max_points"), max_points, most_points), is_settled)


def _moment(name: str, text: str, now_ns: int) -> int:
    ago = text.removeprefix("-")
    try:
        if ago != text:
            parse_duration(ago)
        return parse_moment(ago, now_ns)
    except InvalidQueryError:
        want = "want Unix seconds, for instance 1767225600, ISO 8601, now, or a time ago, for instance 1h"
        raise InvalidQueryError(f"{name} is {text[:64]!r}: {want}") from None


def _is_fixed(query: Mapping[str, str]) -> bool:
    """Whether no end of the stretch moves with the clock."""
    return "end" in query and all(ns_of_text(query[name]) for name in ("start", "end") if name in query)


def _length(text: str | None) -> int:
    if text is None:
        return _DAY_NS
    try:
        return parse_duration(text)
    except InvalidQueryError:
        raise InvalidQueryError(f"range is {text[:64]!r}: want a length of time, for instance 15m, 6h, 7d") from None


def _number(text: str) -> float:
    """NaN, which is in no range, for what is none."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def _points(text: str | None, default: int, most: int) -> int:
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10 and LEAST_POINTS <= int(text) <= most):
        raise InvalidQueryError(f"max_points is {text!r}: want a whole number from {LEAST_POINTS} to {most}")
    return int(text)


def node_id_of(text: str) -> str:
    """The text, if it may name a node; a name that no node can have is the same as one that no node has."""
    if not is_node_id(text):
        raise UnknownNodeError(f"no node {text[:128]!r}: /api/nodes lists those there are")
    return text


def node_ids_of(params: QueryParams, most: int) -> list[str]:
    """The nodes named by the parameter `node`; UnknownNodeError for a name that no node can have."""
    return [node_id_of(text) for text in texts_of(params, "node", most)]


def texts_of(params: QueryParams, name: str, most: int) -> list[str]:
    """All values of a parameter that may be repeated, at most `most`, none of them empty."""
    texts: list[str] = params.getlist(name)
    if len(texts) > most:
        raise InvalidQueryError(f"{name} is given {len(texts)} times: want at most {most}")
    if "" in texts:
        raise InvalidQueryError(f"{name} is empty: leave it out, or give it a value")
    return texts


def pairs_of(params: QueryParams, name: str, most: int) -> list[tuple[str, str]]:
    """All values of a parameter that are name=value."""
    pairs = [text.partition("=") for text in texts_of(params, name, most)]
    for left, equals, right in pairs:
        if not (left and equals):
            raise InvalidQueryError(f"{name} is {left + equals + right!r}: want name=value")
    return [(left, right) for left, _, right in pairs]


def choice_of(params: QueryParams, name: str, choices: Any) -> Any:
    """One of a protobuf enum's names in lower case; the first of them if it is not given."""
    names = [key.lower() for key, _ in choices.items()]
    text = params.get(name, names[0])
    if text not in names:
        raise InvalidQueryError(f"{name} is {text[:64]!r}: want one of {', '.join(names)}")
    return choices.Value(text.upper())


def seconds_of(params: QueryParams, name: str, most: float) -> float:
    """A length of time, 0 if it is not given."""
    text = params.get(name)
    if text is None:
        return 0.0
    value = _number(text)
    if not 0.001 <= value <= most:
        raise InvalidQueryError(f"{name} is {text[:64]!r}: want seconds, 0.001 to {most:g}")
    return value
