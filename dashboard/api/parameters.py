"""Parameters that several endpoints take, each described where its limits are."""

from __future__ import annotations

from typing import Any

from dashboard.api.endpoint import Parameter
from dashboard.api.schema import NODE_ID, Schema, one_of
from dashboard.params import LEAST_POINTS, MOST_POINTS

__all__ = ["FORMAT", "NODE", "choice", "columns", "labels", "nodes", "range_parameters"]

NODE = Parameter("node_id", "Which node", NODE_ID, example="web-1", is_required=True, place="path")
FORMAT = Parameter("format", "By default JSON, unless `Accept` prefers `text/csv`", one_of("json", "csv"))

_MOMENT: Schema = {"type": "string", "minLength": 1, "maxLength": 64}
_START = Parameter(
    "start",
    "The first moment: Unix seconds, ISO 8601 (UTC where it has no offset), or so long before now (`6h`). "
    "By default a day before `end`, or as far as `range` says",
    _MOMENT,
    example="2026-03-01T10:00:00Z",
)
_END = Parameter(
    "end", "The moment behind the last one, written like `start`", _MOMENT | {"default": "now"}, example="now"
)
_RANGE = Parameter(
    "range",
    "How long before `end`, in place of `start`: a number and one of ms, s, m, h, d, w, y",
    _MOMENT | {"default": "24h"},
    example="1h",
)


def range_parameters(default_points: int, most_points: int = MOST_POINTS) -> tuple[Parameter, ...]:
    """A stretch of time and how finely it is wanted, as `dashboard.params.range_of` reads them."""
    points = {"type": "integer", "minimum": LEAST_POINTS, "maximum": most_points, "default": default_points}
    return (
        *(_START, _END, _RANGE),
        Parameter("max_points", "The most points of a series; peaks survive", points, example=500),
    )


def columns(most: int, description: str) -> Parameter:
    """Columns by name."""
    text = {"type": "string", "minLength": 1}
    return Parameter("column", description, text, example="cpu.percent", is_required=True, most=most)


def nodes(most: int) -> Parameter:
    """Some nodes only."""
    return Parameter("node", "Only these nodes; by default all", NODE_ID, example="web-1", most=most)


def labels(most: int) -> Parameter:
    """Nodes with labels."""
    pair = {"type": "string", "pattern": "^[^=]+="}
    return Parameter(
        "label",
        "Only nodes with this label: its name, `=`, and its value, which may be empty",
        pair,
        example="region=eu",
        most=most,
    )


def choice(name: str, description: str, choices: Any) -> Parameter:
    """One of a protobuf enum's names in lower case, by default the first."""
    names = [key.lower() for key in choices.keys()]  # noqa: SIM118 - no mapping
    return Parameter(name, description, one_of(*names) | {"default": names[0]}, example=names[0])
