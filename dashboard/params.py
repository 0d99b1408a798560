"""What a caller may ask of the JSON API: parsed once, and refused with the value and the remedy."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import QueryParams

from mcp_telemetry.errors import InvalidQueryError, UnknownNodeError
from mcp_telemetry.model.names import is_node_id

__all__ = ["MOST_POINTS", "Range", "choice_of", "node_id_of", "pairs_of", "range_of", "seconds_of", "texts_of"]

_DAY_S = 86_400.0
# A day of seconds comes whole.
MOST_POINTS = 100_000
_LEAST_POINTS = 4
_NS_PER_S = 1_000_000_000
_END_OF_TIME_S = 9_000_000_000.0


@dataclass(frozen=True, slots=True)
class Range:
    """A stretch of time [start_ns, end_ns) and the most points wanted of a series."""

    start_ns: int
    end_ns: int
    max_points: int


def range_of(query: Mapping[str, str], now_s: float, max_points: int = MOST_POINTS) -> Range:
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
    value = _number(text)
    if not 0 <= value <= _END_OF_TIME_S:
        raise InvalidQueryError(f"{name} is {text!r}: want Unix seconds, for instance 1767225600")
    return value


def _number(text: str) -> float:
    """NaN, which is in no range, for what is none."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def _points(text: str | None, default: int) -> int:
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10 and _LEAST_POINTS <= int(text) <= MOST_POINTS):
        raise InvalidQueryError(f"max_points is {text!r}: want a whole number from {_LEAST_POINTS} to {MOST_POINTS}")
    return int(text)


def node_id_of(text: str) -> str:
    """The text, if it may name a node; a name that no node can have is the same as one that no node has."""
    if not is_node_id(text):
        raise UnknownNodeError(f"no node {text[:128]!r}: /api/nodes lists those there are")
    return text


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
