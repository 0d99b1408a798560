"""Asks a leader for all that a panel shows: of all its nodes at once, of the highest of many, or node by node."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from dashboard.client import LeaderClient, Series
from dashboard.panel_figure import MAX_LINES, highest
from dashboard.panel_newest import newest_ranges, with_newest
from dashboard.panel_requests import belongs, leader_requests, on_whole_steps, step_ms_of, within
from dashboard.panels import is_plain
from dashboard.params import Range
from mcp_telemetry.errors import UnknownNodeError
from mcp_telemetry.model.names import is_selected
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["Asked", "ask", "missing_columns"]

# Enough to tell which lines of many are the highest.
_LEAST_POINTS = 4
# What a table shows is the end of so much time, in steps of 5 s where it has steps.
_NEWEST_NS = 300 * 1_000_000_000
_NEWEST_STEPS = 60
# Of the queries that a leader works on at once, or lets wait, other panels want some, too.
_AT_ONCE = 4

Query = pb.QueryRangeRequest


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
    is_single, is_stack = panel.aggregate == Query.NONE, panel.kind == pb.Panel.STACK
    if is_stack and is_single and 0 < len(panel.node_ids) <= MAX_LINES:
        return await _node_by_node(client, asked, panel.node_ids)
    if panel.kind == pb.Panel.TABLE or not is_single or (asked.nodes <= MAX_LINES and not is_stack):
        return await _all(client, asked)
    few = replace(asked, wanted=replace(asked.wanted, max_points=_LEAST_POINTS))
    found = await _all(client, few)
    best = sorted({one.head.node_id for one in highest(found)})
    if not best:
        return found
    exact = await _found(client, replace(asked, panel=_of_nodes(panel, best), nodes=len(best)))
    return exact + [one for one in found if one.head.node_id not in best]


def _of_nodes(panel: pb.Panel, node_ids: Iterable[str]) -> pb.Panel:
    narrowed = pb.Panel()
    narrowed.CopyFrom(panel)
    narrowed.node_ids[:] = node_ids
    return narrowed


async def _node_by_node(client: LeaderClient, asked: Asked, node_ids: Sequence[str]) -> list[Series]:
    """Lines on each other need steps, which a leader makes of aggregates: here each of a single node.

    UnknownNodeError if none of the nodes is known.
    """
    free = asyncio.Semaphore(_AT_ONCE)

    async def of(node_id: str) -> list[Series] | UnknownNodeError:
        async with free:
            try:
                return await _of_node(client, asked, node_id)
            except UnknownNodeError as error:
                return error

    found = await asyncio.gather(*map(of, node_ids))
    unknown = [each for each in found if isinstance(each, UnknownNodeError)]
    if len(unknown) == len(found):
        raise unknown[0]
    return [series for each in found if not isinstance(each, UnknownNodeError) for series in each]


async def _of_node(client: LeaderClient, asked: Asked, node_id: str) -> list[Series]:
    alone = _of_nodes(asked.panel, [node_id])
    alone.aggregate = Query.MEAN
    series = await _all(client, replace(asked, panel=alone))
    for one in series:
        one.head.node_id = node_id
    return series


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
