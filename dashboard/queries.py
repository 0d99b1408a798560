"""Questions to a leader: those of /api/query, and those that charts and histories are made from."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

import orjson
from starlette.datastructures import QueryParams

from dashboard.client import Series
from dashboard.panels import MOST_LABELS, require_aggregate
from dashboard.params import Range, choice_of, node_ids_of, pairs_of, range_of, seconds_of, texts_of
from mcp_telemetry.errors import InvalidQueryError
from mcp_telemetry.model.columns import Kind, defined_columns
from mcp_telemetry.model.names import base_name
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = [
    "BUCKETS_MS",
    "DEFAULT_POINTS",
    "LONGEST_STEP_S",
    "MOST_COLUMNS",
    "MOST_LABELS",
    "MOST_NODES",
    "answer_of",
    "chart_requests",
    "plain_request",
    "request_of",
]

DEFAULT_POINTS = 1000
MOST_COLUMNS, MOST_NODES = 100, 1000
_NS_PER_S = 1e9
LONGEST_STEP_S = 366 * 86_400.0
# Of one series: more would be refused by the leader.
_MOST_STEPS = 900_000

Query = pb.QueryRangeRequest
# How wide the buckets of rollups are.
BUCKETS_MS = {Query.MINUTE: 60_000, Query.HOUR: 3_600_000}


def request_of(params: QueryParams, now_s: float) -> pb.QueryRangeRequest:
    """What /api/query asks for; InvalidQueryError names the parameter and the remedy."""
    columns = texts_of(params, "column", MOST_COLUMNS)
    if not columns:
        raise InvalidQueryError("column is missing: want for instance column=cpu.percent; it may be repeated")
    request = plain_request(node_ids_of(params, MOST_NODES), columns, range_of(params, now_s, DEFAULT_POINTS))
    request.transform = choice_of(params, "transform", Query.Transform)
    request.aggregate = choice_of(params, "aggregate", Query.Aggregate)
    request.tier = choice_of(params, "tier", Query.Tier)
    request.group_by.extend(texts_of(params, "by", MOST_LABELS))
    pairs = pairs_of(params, "label", MOST_LABELS)
    request.labels.extend(pb.Label(name=name, value=value) for name, value in pairs)
    request.step_ms = round(seconds_of(params, "step", LONGEST_STEP_S) * 1000)
    _check_steps(request)
    return request


def _check_steps(request: pb.QueryRangeRequest) -> None:
    """What the leader would refuse in the words of its contract."""
    if request.aggregate == Query.NONE:
        require_aggregate(request.group_by)
    step_ms, bucket_ms = request.step_ms, BUCKETS_MS.get(request.tier, 1)
    if not step_ms:
        return
    step = f"step is {step_ms / 1000:g}"
    if request.aggregate == Query.NONE and request.transform != Query.DELTA:
        raise InvalidQueryError(f"{step} without an aggregate or transform=delta: name one, or leave step out")
    if step_ms % bucket_ms:
        tier = Query.Tier.Name(request.tier).lower()
        raise InvalidQueryError(f"{step}, but tier={tier} has steps of {bucket_ms // 1000} s: want a multiple of it")
    span_ms = (request.end_unix_nano - request.start_unix_nano) / 1e6
    if span_ms / step_ms > _MOST_STEPS:
        least_s = math.ceil(span_ms / _MOST_STEPS / 1000)
        raise InvalidQueryError(f"{step}: more than {_MOST_STEPS} steps; want {least_s} or more, or a shorter time")


def plain_request(nodes: Iterable[str], columns: Iterable[str], wanted: Range) -> pb.QueryRangeRequest:
    """Columns as they were sampled."""
    return Query(
        node_ids=nodes,
        columns=columns,
        start_unix_nano=wanted.start_ns,
        end_unix_nano=wanted.end_ns,
        max_points=wanted.max_points,
    )


def chart_requests(node_id: str, columns: Sequence[str], wanted: Range) -> list[pb.QueryRangeRequest]:
    """Gauges as they were sampled, and counters as rates, which the leader takes before it leaves points out."""
    gauges = [column for column in columns if base_name(column) not in _counters()]
    counters = [column for column in columns if base_name(column) in _counters()]
    requests = [plain_request([node_id], each, wanted) for each in (gauges, counters)]
    requests[1].transform = Query.RATE
    return [request for request in requests if request.columns]


@cache
def _counters() -> frozenset[str]:
    return frozenset(column.name for column in defined_columns() if column.kind is Kind.COUNTER)


def answer_of(series: Iterable[Series]) -> bytes:
    """{"series": [...]} as JSON; numbers go from numpy's memory, series by series, so that live pages do not wait."""
    parts = [orjson.dumps(each, option=orjson.OPT_SERIALIZE_NUMPY) for each in _described(series)]
    return b'{"series":[' + b",".join(parts) + b"]}"


def _described(series: Iterable[Series]) -> Iterator[dict[str, Any]]:
    for one in series:
        head = one.head
        whose: dict[str, Any] = {"node_id": head.node_id}
        if not head.node_id:
            whose = {"group": {label.name: label.value for label in head.group}}
        yield whose | {
            "column": one.column.name,
            "unit": one.column.unit,
            "kind": one.column.kind.name.lower(),
            "nodes": head.nodes or 1,
            "tier": Query.Tier.Name(head.tier).lower() if head.tier else "raw",
            "step_s": head.step_ms / 1000,
            "times": one.times_ns / _NS_PER_S,
            "values": one.values,
        }
