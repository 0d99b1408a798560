"""Panels: any columns of any nodes, drawn."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from starlette.requests import Request

from dashboard.api.answers import encoded, max_age_s
from dashboard.api.charts import FIGURE
from dashboard.api.endpoint import Answer, Endpoint, Parameter, Sources
from dashboard.api.nodes import STATE
from dashboard.api.parameters import choice, columns, labels, nodes, range_parameters
from dashboard.api.schema import COUNT, NODE_ID, NUMBER, TEXT, Schema, described, listed, mapped, nullable, record
from dashboard.facts import node_labels
from dashboard.panel_answer import panel_answer
from dashboard.panel_asking import Asked, ask, missing_columns
from dashboard.panel_nodes import labelled_nodes, least_step_ms, wrong_clocks
from dashboard.panels import MOST_COLUMNS, MOST_LABEL_BYTES, MOST_LABELS, MOST_NODES, panel_of
from dashboard.params import node_ids_of, range_of
from dashboard.queries import DEFAULT_POINTS
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["ENDPOINTS"]


async def panel(sources: Sources, request: Request) -> Answer:
    """Any columns of any nodes as figures and values: see dashboard/panel_answer.py."""
    wanted = range_of(request.query_params, time.time(), DEFAULT_POINTS)
    # Over HTTP a name that no node can have is a node that is not there, as everywhere in this API.
    node_ids_of(request.query_params, MOST_NODES)
    wanted_panel, known = panel_of(request.query_params), sources.mirror.known()
    meant, least_ms = labelled_nodes(wanted_panel, known), least_step_ms(wanted_panel, known)
    asked = Asked.of(wanted_panel, wanted, sources.mirror.leader_now_ms(), meant, least_ms)
    series = await ask(sources.client, asked)
    missing = [] if series else await missing_columns(sources.client, wanted_panel)
    clocks = wrong_clocks(wanted_panel, known)
    content = await asyncio.to_thread(lambda: encoded(panel_answer(asked, series, missing, clocks)))
    return Answer(content, max_age_s=max_age_s(wanted))


async def fleet(sources: Sources, _request: Request) -> list[dict[str, Any]]:
    """State and labels of every node, by node id."""
    return [node_labels(view.info) for _, view in sorted(sources.mirror.known().items())]


_BY = Parameter(
    "by",
    "With `aggregate`: one line for each value of this label",
    {"type": "string", "minLength": 1, "maxLength": MOST_LABEL_BYTES},
    example="region",
    most=MOST_LABELS,
)
_VALUE: Schema = record(
    {
        "key": described(TEXT, "names the line, in figures, too"),
        "name": TEXT,
        "node_id": described(TEXT, "empty for an aggregate"),
        "group": mapped(TEXT),
        "column": TEXT,
        "unit": TEXT,
        "color": TEXT,
        "value": nullable(NUMBER),
        "time_ms": COUNT,
    },
    description="The newest value of one line.",
)
_CLOCK: Schema = record({"node_id": NODE_ID, "offset_ms": described(NUMBER, "the node's clock minus the leader's")})
_PANEL: dict[str, Schema] = {
    "kind": TEXT,
    "title": TEXT,
    "now_ms": described(COUNT, "the leader's clock"),
    "start_ms": COUNT,
    "end_ms": COUNT,
    "step_ms": described(COUNT, "width of a step; 0: single samples"),
    "topic": described(nullable(TEXT), "where its live points come from; null where nothing is to follow"),
    "nodes": described(COUNT, "how many nodes it is about"),
    "lines": described(COUNT, "how many lines there are"),
    "hidden": described(COUNT, "how many of them are not drawn"),
    "missing": described(listed(TEXT), "where there are no lines: the columns that no node has"),
    "wrong_clocks": described(COUNT, "how many of its live nodes have another clock than the leader"),
    "clocks": described(listed(_CLOCK), "the worst of them: what they report is drawn at their own times"),
    "charts": described(listed(FIGURE), "one for each unit"),
    "values": listed(_VALUE),
}

ENDPOINTS = (
    Endpoint(
        "/api/panel",
        panel,
        "Any columns of any nodes, drawn: a Plotly figure for each unit, and the newest values",
        record(_PANEL),
        description="`figure` panels have charts and values, `table` values alone, others charts alone. At most two "
        "million points in all.",
        parameters=(
            columns(MOST_COLUMNS, "A column, or its name without labels for all of them"),
            *(nodes(MOST_NODES), labels(MOST_LABELS)),
            *range_parameters(DEFAULT_POINTS),
            choice("counters", "What is drawn of counters", pb.Panel.Counters),
            choice("aggregate", "What is made of the series of several nodes", pb.QueryRangeRequest.Aggregate),
            _BY,
            choice("kind", "How it is drawn", pb.Panel.Kind),
        ),
        problems=(404, 503),
    ),
    Endpoint(
        "/api/fleet",
        fleet,
        "State and labels of every node, by node id",
        listed(record({"node_id": NODE_ID, "state": STATE, "labels": mapped(TEXT)})),
        is_tagged=True,
        is_mirrored=True,
    ),
)
