"""A panel: what is drawn of which columns of which nodes. Read from an address, and written back as one.

As query parameters (those marked * may be repeated):

    node*  label=name=value*  column*  counters=per_second|total|increase  aggregate=none|sum|mean|min|max|p50|p95|p99
    by*    kind=lines|stack|figure|table

No node means all nodes. `by` groups the nodes of an aggregate by labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from dashboard.line_names import title_of
from dashboard.params import choice_of, pairs_of, texts_of
from mcp_telemetry.errors import InvalidQueryError
from mcp_telemetry.model.names import is_node_id
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = [
    "LONGEST_TOPIC",
    "MOST_COLUMNS",
    "MOST_LABELS",
    "MOST_LABEL_BYTES",
    "MOST_NAME_BYTES",
    "MOST_NODES",
    "aggregate_word",
    "is_plain",
    "panel_of",
    "panel_query",
    "panel_title",
    "require_aggregate",
]

# What a panel of a kept dashboard may have, by the rules of `mcp_telemetry.model.dashboards`: each can be drawn.
MOST_NODES, MOST_COLUMNS, MOST_LABELS = 100, 20, 64
MOST_NAME_BYTES, MOST_LABEL_BYTES = 1024, 256
# Of the live topic of a panel: as long as an address may be.
LONGEST_TOPIC = 32 * 1024

Query = pb.QueryRangeRequest
Aggregate = Query.Aggregate


def panel_of(params: QueryParams) -> pb.Panel:
    """The panel that query parameters describe; InvalidQueryError names the parameter, its value and the remedy."""
    pairs = pairs_of(params, "label", MOST_LABELS)
    panel = pb.Panel(
        kind=choice_of(params, "kind", pb.Panel.Kind),
        node_ids=_each(params, "node", MOST_NODES, MOST_NAME_BYTES),
        labels=[pb.Label(name=name, value=value) for name, value in sorted(set(pairs))],
        columns=_each(params, "column", MOST_COLUMNS, MOST_NAME_BYTES),
        counters=choice_of(params, "counters", pb.Panel.Counters),
        aggregate=choice_of(params, "aggregate", Aggregate),
        group_by=_each(params, "by", MOST_LABELS, MOST_LABEL_BYTES),
    )
    return _checked(panel)


def panel_query(panel: pb.Panel, **more: str | int) -> str:
    """The same panel as a query string, always written alike; `more` is put behind it, where it is not empty."""
    pairs = [
        *(("node", node_id) for node_id in sorted(set(panel.node_ids))),
        *(("label", f"{label.name}={label.value}") for label in panel.labels),
        *(("column", column) for column in panel.columns),
        ("counters", _lower(pb.Panel.Counters, panel.counters)),
        ("aggregate", _lower(Aggregate, panel.aggregate)),
        *(("by", name) for name in panel.group_by),
        ("kind", _lower(pb.Panel.Kind, panel.kind)),
        *more.items(),
    ]
    return urlencode([(name, value) for name, value in pairs if value not in _LEFT_OUT.get(name, ("", 0))])


_LEFT_OUT: Mapping[str, tuple[str, ...]] = {"counters": ("per_second",), "aggregate": ("none",), "kind": ("lines",)}


def panel_title(panel: pb.Panel) -> str:
    """Its own title, or one made of its columns."""
    if panel.title:
        return panel.title
    title = title_of(panel.columns)
    if panel.aggregate == Query.NONE:
        return title
    by = f" by {', '.join(panel.group_by)}" if panel.group_by else ""
    return f"{title}, {aggregate_word(panel.aggregate)}{by}"


def aggregate_word(aggregate: int) -> str:
    """How an aggregate is called: sum, mean, lowest, highest, p95."""
    name = _lower(Aggregate, aggregate)
    return {"min": "lowest", "max": "highest"}.get(name, name)


def is_plain(panel: pb.Panel) -> bool:
    """Whether its lines are the samples of nodes one by one, and not made of several on steps of time."""
    is_single = panel.aggregate == Query.NONE and panel.kind != pb.Panel.STACK
    return is_single and panel.counters != pb.Panel.INCREASE


def _checked(panel: pb.Panel) -> pb.Panel:
    if not panel.columns:
        raise InvalidQueryError("column is missing: want for instance column=cpu.percent; it may be repeated")
    for node_id in panel.node_ids:
        if not is_node_id(node_id):
            raise InvalidQueryError(f"node is {node_id[:128]!r}: no node can have this id")
    if panel.aggregate == Query.NONE:
        require_aggregate(panel.group_by)
    return panel


def require_aggregate(group_by: Sequence[str]) -> None:
    """InvalidQueryError if there are labels to group by: of what, only an aggregate says."""
    if group_by:
        raise InvalidQueryError(
            f"by is {group_by[0][:64]!r} without an aggregate: name one, such as aggregate=sum, or leave by out"
        )


def _each(params: QueryParams, name: str, most: int, most_bytes: int) -> list[str]:
    """Each value once, in the order given."""
    values = list(dict.fromkeys(texts_of(params, name, most)))
    for value in values:
        size = len(value.encode(errors="replace"))
        if size > most_bytes:
            raise InvalidQueryError(f"{name} is {value[:32]!r}… of {size} bytes: want at most {most_bytes}")
    return values


def _lower(choices: Any, number: int) -> str:
    return str(choices.Name(number)).lower()
