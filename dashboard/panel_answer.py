"""What a panel shows, given as charts and newest values; panel_asking.py has asked a leader for it.

    {"kind", "title", "now_ms", "start_ms", "end_ms", "step_ms", "topic", "nodes", "lines", "hidden", "missing",
     "wrong_clocks", "clocks": [{"node_id", "offset_ms"}],
     "charts": [figure, one for each unit],
     "values": [{"key", "name", "node_id", "group", "column", "unit", "color", "value", "time_ms"}]}

A panel of kind `figure` has charts and values, one of kind `table` has values alone, others have charts alone. `lines`
is how many there are, `hidden` how many of them are not drawn; where there are none, `missing` are the columns that no
node has. `wrong_clocks` is how many nodes report at times that are not the leader's, `clocks` the worst of them.
`topic` is where the live points of just these lines come from (see panel_topic.py), null where nothing is to follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np

from dashboard.client import Series
from dashboard.figures import rounded
from dashboard.panel_asking import Asked
from dashboard.panel_figure import MAX_LINES, Drawn, Figure, drawn_of, highest, in_order, unit_figure
from dashboard.panels import LONGEST_TOPIC, aggregate_word, panel_query, panel_title
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["MAX_ROWS", "panel_answer", "topic_of"]

MAX_ROWS = 200
_MOST_CLOCKS = 3
_NONE: Mapping[str, int] = {}
_NS_PER_MS = 1_000_000


def panel_answer(
    asked: Asked, series: Sequence[Series], missing: Sequence[str] = (), clocks: Mapping[str, int] = _NONE
) -> dict[str, Any]:
    """The answer as JSON values with numpy arrays; pure, for another thread.

    missing: columns that no node has, where there is nothing to draw
    clocks: by node, by how many ms its clock is wrong, the most first
    """
    panel, present = asked.panel, [one for one in series if len(one.values)]
    is_table = panel.kind == pb.Panel.TABLE
    shown = highest(present, MAX_ROWS if is_table else MAX_LINES)
    hidden = len(present) - len(shown)
    has_values = panel.kind in (pb.Panel.TABLE, pb.Panel.FIGURE)
    values = [_value(each) for each in drawn_of(shown, panel.columns, _alone(panel))] if has_values else []
    return {
        "kind": pb.Panel.Kind.Name(panel.kind).lower(),
        "title": panel_title(panel),
        "now_ms": asked.now_ms,
        "start_ms": asked.wanted.start_ns // _NS_PER_MS,
        "end_ms": asked.wanted.end_ns // _NS_PER_MS,
        "step_ms": asked.step_ms,
        "topic": topic_of(asked, shown),
        "nodes": asked.nodes,
        "lines": len(present),
        "hidden": hidden,
        "missing": list(missing),
        "wrong_clocks": len(clocks),
        "clocks": [{"node_id": name, "offset_ms": clocks[name]} for name in islice(clocks, _MOST_CLOCKS)],
        "charts": [] if is_table else _charts(asked, shown, hidden),
        "values": values,
    }


def topic_of(asked: Asked, shown: Iterable[Series]) -> str | None:
    """Where what follows comes from: of a table itself, of samples those of the nodes that are drawn."""
    panel = pb.Panel()
    panel.CopyFrom(asked.panel)
    is_aggregate = panel.aggregate != pb.QueryRangeRequest.NONE
    if panel.kind == pb.Panel.FIGURE or (panel.kind == pb.Panel.STACK and is_aggregate):
        panel.kind = pb.Panel.LINES
    if panel.kind == pb.Panel.TABLE or is_aggregate:
        return _topic(panel, asked.step_ms)
    named = {one.head.node_id for one in shown}
    if len(panel.node_ids) <= MAX_LINES:
        named |= set(panel.node_ids)
    if not named:
        return None
    panel.node_ids[:] = sorted(named)
    del panel.labels[:]
    return _topic(panel, asked.step_ms)


def _topic(panel: pb.Panel, step_ms: int) -> str | None:
    """None for a panel of so many names that its topic would be refused: browsers ask for it again and again."""
    topic = "panel?" + panel_query(panel, step=f"{step_ms / 1000:g}" if step_ms else "")
    return topic if len(topic) <= LONGEST_TOPIC else None


def _alone(panel: pb.Panel) -> str:
    return "" if panel.aggregate == pb.QueryRangeRequest.NONE else aggregate_word(panel.aggregate)


def _charts(asked: Asked, shown: Sequence[Series], hidden: int) -> list[Figure]:
    """A figure for each unit; its lines are named apart from those of the others."""
    panel = asked.panel
    units: dict[str, list[Series]] = {}
    for one in in_order(shown, panel.columns):
        units.setdefault(one.column.unit, []).append(one)
    figures = []
    for number, each in enumerate(units.values()):
        drawn = drawn_of(each, panel.columns, _alone(panel))
        is_stacked = panel.kind == pb.Panel.STACK
        more = 0 if number else hidden
        figures.append(unit_figure(drawn, step_ms=asked.step_ms, is_stacked=is_stacked, hidden=more))
    return figures


def _value(each: Drawn) -> Mapping[str, Any]:
    values = each.series.values
    last = int(np.flatnonzero(~np.isnan(values))[-1]) if not np.isnan(values).all() else -1
    return {
        "key": each.line.key,
        "name": each.name,
        "node_id": each.line.node_id,
        "group": {label.name: label.value for label in each.series.head.group},
        "column": each.line.column,
        "unit": each.series.column.unit,
        "color": each.stroke.color,
        "value": float(rounded(values[last : last + 1 or None])[0]) if len(values) else None,
        "time_ms": int(each.series.times_ns[last]) // _NS_PER_MS,
    }
