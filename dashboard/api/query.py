"""Any columns of any nodes over time."""

from __future__ import annotations

import asyncio
import time

from starlette.requests import Request

from dashboard.api.answers import max_age_s
from dashboard.api.endpoint import Answer, Endpoint, Parameter, Sources
from dashboard.api.parameters import FORMAT, choice, columns, labels, nodes, range_parameters
from dashboard.api.schema import (
    COUNT,
    NODE_ID,
    NUMBER,
    TEXT,
    UNIX_SECONDS,
    Schema,
    described,
    listed,
    mapped,
    nullable,
    one_of,
    record,
)
from dashboard.api.tables import series_csv, wants_csv
from dashboard.params import range_of
from dashboard.queries import (
    DEFAULT_POINTS,
    LONGEST_STEP_S,
    MOST_COLUMNS,
    MOST_LABELS,
    MOST_NODES,
    answer_of,
    request_of,
)
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["ENDPOINTS"]

Query = pb.QueryRangeRequest


async def query(sources: Sources, request: Request) -> Answer:
    """Any columns of any nodes: {"series": [...]}, or a row of CSV for each value."""
    is_csv, params, now_s = wants_csv(request), request.query_params, time.time()
    series = await sources.client.series(request_of(params, now_s))
    kept_s = max_age_s(range_of(params, now_s))
    if is_csv:
        return Answer(await asyncio.to_thread(series_csv, series), max_age_s=kept_s, media_type="text/csv")
    return Answer(await asyncio.to_thread(answer_of, series), max_age_s=kept_s)


_STEP = Parameter(
    "step",
    "Width of a step in seconds, with `aggregate` or `transform=delta`; by default such that there are `max_points`",
    {"type": "number", "minimum": 0.001, "maximum": LONGEST_STEP_S},
    example=300,
)
_BY = Parameter(
    "by",
    "With `aggregate`: one series for each value of this label",
    {"type": "string", "minLength": 1},
    example="region",
    most=MOST_LABELS,
)
_SERIES: Schema = record(
    {
        "column": TEXT,
        "unit": described(TEXT, "UCUM, as OpenTelemetry has it: `By`, `%`, `{request}/s`"),
        "kind": one_of("gauge", "counter"),
        "nodes": described(COUNT, "how many nodes have a value"),
        "tier": described(one_of("raw", "minute", "hour"), "the coarsest it was made from"),
        "step_s": described(NUMBER, "width of a step; 0: single samples, or the extremes of a rollup"),
        "times": listed(UNIX_SECONDS),
        "values": listed(nullable(NUMBER)),
    },
    {"node_id": NODE_ID, "group": described(mapped(TEXT), "of an aggregate: the labels asked for, with their values")},
    description="One column of one node, which has `node_id`, or of a group of nodes, which has `group`.",
)

ENDPOINTS = (
    Endpoint(
        "/api/query",
        query,
        "Any columns of any nodes over time, as rates, aggregates or rollups if you like",
        record({"series": listed(_SERIES)}),
        description="Means the same as `mcp-telemetry query`. At most two million points in all, a quarter of that "
        "as CSV.",
        parameters=(
            columns(MOST_COLUMNS, "A column, or its name without labels for all of them"),
            *(nodes(MOST_NODES), labels(MOST_LABELS)),
            *range_parameters(DEFAULT_POINTS),
            choice("transform", "What is made of counters: increase per second, or in each step", Query.Transform),
            choice("aggregate", "What is made of the series of several nodes", Query.Aggregate),
            *(_BY, _STEP),
            choice("tier", "How finely kept data is read; `auto`: what gives enough points soonest", Query.Tier),
            FORMAT,
        ),
        problems=(404, 503),
        csv="`time` (ISO 8601), `node`, a column for each label of the groups, `column`, `value`",
    ),
)
