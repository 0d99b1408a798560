"""What a panel shows: asked of a leader once, given as charts and newest values.

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

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np

from dashboard.client import LeaderClient, Series
from dashboard.figures import rounded
from dashboard.panel_figure import MAX_LINES, Drawn, Figure, drawn_of, highest, in_order, unit_figure
from dashboard.panel_newest import newest_ranges, with_newest
from dashboard.panel_requests import belongs, leader_requests, on_whole_steps, step_ms_of, within
from dashboard.panels import LONGEST_TOPIC, aggregate_word, is_plain, panel_query, panel_title
from dashboard.params import Range
from mcp_telemetry.model.names import is_selected
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["MAX_ROWS", "Asked", "ask", "missing_columns", "panel_answer", "topic_of"]

MAX_ROWS = 200
# Enough to tell which lines of many are the highest.
_LEAST_POINTS = 4
# What a table shows is the end of so much time, in steps of 5 s where it has steps.
_NEWEST_NS = 300 * 1_000_000_000
_NEWEST_STEPS = 60
_MOST_CLOCKS = 3
_NONE: Mapping[str, int] = {}
_NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A panel over a range, and what the dashboard knows beforehand.

    step_ms: the width of its steps, 0 for single samples
    nodes: how many nodes there are to draw lines of
    now_ms: the leader's clock when it was asked
    """

    panel: pb.Panel
    wanted: Range
    step_ms: int
    nodes: int = 0
    now_ms: int = 0

    @classmethod
    def of(cls, panel: pb.Panel, wanted: Range, now_ms: int, nodes: int, least_ms: int = 0) -> Asked:
        """The range is moved onto whole steps, where there are any; a table wants the end of it alone.

        least_ms: how wide a step must be at least, see panel_nodes.py
        """
        if panel.kind == pb.Panel.TABLE:
            points = _LEAST_POINTS if is_plain(panel) else _NEWEST_STEPS
            wanted = Range(max(wanted.start_ns, wanted.end_ns - _NEWEST_NS), wanted.end_ns, points)
        step_ms = step_ms_of(panel, wanted, least_ms)
        return cls(panel, on_whole_steps(wanted, step_ms, now_ms, least_ms), step_ms, nodes, now_ms)


async def ask(client: LeaderClient, asked: Asked) -> list[Series]:
    """All series to draw from; those of figures end with their newest sample."""
    series = await _found(client, asked)
    if asked.panel.kind != pb.Panel.FIGURE or asked.step_ms:
        return series
    samples = []
    for node_ids, wanted in newest_ranges(highest(series)):
        samples += await _all(client, replace(asked, panel=_of_nodes(asked.panel, node_ids), wanted=wanted))
    return with_newest(series, samples)


async def _found(client: LeaderClient, asked: Asked) -> list[Series]:
    """Of many nodes first a few points, then all of those that are the highest."""
    panel = asked.panel
    is_aggregate = panel.aggregate != pb.QueryRangeRequest.NONE
    if panel.kind == pb.Panel.TABLE or is_aggregate or asked.nodes <= MAX_LINES:
        return await _all(client, asked)
    few = replace(asked, wanted=replace(asked.wanted, max_points=_LEAST_POINTS))
    found = await _all(client, few)
    best = sorted({one.head.node_id for one in highest(found)})
    if not best:
        return found
    exact = await _all(client, replace(asked, panel=_of_nodes(panel, best)))
    return exact + [one for one in found if one.head.node_id not in best]


def _of_nodes(panel: pb.Panel, node_ids: Iterable[str]) -> pb.Panel:
    narrowed = pb.Panel()
    narrowed.CopyFrom(panel)
    narrowed.node_ids[:] = node_ids
    return narrowed


async def _all(client: LeaderClient, asked: Asked) -> list[Series]:
    requests = leader_requests(asked.panel, asked.wanted, asked.step_ms)
    answers = await asyncio.gather(*map(client.series, requests))
    pairs = [(request, one) for request, answer in zip(requests, answers, strict=True) for one in answer]
    found = [within(asked.wanted, request, one) for request, one in pairs if belongs(asked.panel, request, one)]
    return [one for one in found if len(one.values)]


async def missing_columns(client: LeaderClient, panel: pb.Panel) -> list[str]:
    """The columns of a panel that none of its nodes has now."""
    uses = await client.columns(pb.ListColumnsRequest(node_ids=panel.node_ids, labels=panel.labels))
    names = [use.column.name for use in uses]
    return [column for column in panel.columns if not any(is_selected(name, frozenset([column])) for name in names)]


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
