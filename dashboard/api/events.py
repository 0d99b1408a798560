"""What happened in the swarm."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import Any

from starlette.requests import Request

from dashboard.api.endpoint import Answer, Endpoint, Parameter, Sources
from dashboard.api.parameters import FORMAT, nodes, range_parameters
from dashboard.api.schema import BOOLEAN, COUNT, TEXT, Schema, described, listed, mapped, one_of, record
from dashboard.api.tables import rows_csv, wants_csv
from dashboard.events import (
    LAST_ID,
    MOST_EVENTS,
    MOST_LETTERS,
    MOST_NODES,
    USUAL_LIMIT,
    event_facts,
    events_request,
)
from dashboard.params import MOST_POINTS
from mcp_telemetry.model.events import KINDS_BY_WORD, kind_word
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["ENDPOINTS"]

_CSV = ("time", "node", "kind", "count", "detail")


async def events(sources: Sources, request: Request) -> Answer:
    """Newest first: {"events": [...], "has_more", "kinds"}, or a row of CSV for each."""
    is_csv = wants_csv(request)
    wanted = events_request(request.query_params, sources.mirror.nodes, time.time())
    answer = pb.ListEventsResponse() if wanted is None else await sources.client.events(wanted)
    if is_csv:
        return Answer(await asyncio.to_thread(_csv, answer.events), media_type="text/csv")
    return Answer(await asyncio.to_thread(_facts, answer))


def _facts(answer: pb.ListEventsResponse) -> dict[str, Any]:
    kinds = {kind_word(each.kind): each.events for each in answer.kinds}
    return {"events": [event_facts(event) for event in answer.events], "has_more": answer.has_more, "kinds": kinds}


def _csv(found: Iterable[pb.Event]) -> bytes:
    return rows_csv(map(_row, found), _CSV)


def _row(event: pb.Event) -> dict[str, Any]:
    facts = event_facts(event)
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(facts["time_ms"] // 1000))
    return facts | {"time": f"{moment}.{facts['time_ms'] % 1000:03}Z", "node": facts["node_id"]}


_EVENT: Schema = record(
    {
        "id": described(COUNT, "grows with each event"),
        "time_ms": described(COUNT, "by the leader's clock; of one that was repeated, the last time"),
        "node_id": described(TEXT, "empty for the leader's own"),
        "kind": one_of(*KINDS_BY_WORD, "other"),
        "count": described(COUNT, "snapshots lost or rejected; milliseconds of a clock step; else how many times"),
        "detail": described(TEXT, "a sentence"),
    },
    description="What repeats itself within a minute is one event.",
)
_KINDS = described(mapped(COUNT), "with `counts`: how many of each kind these nodes have in this time, shown or not")
_START, _END, _RANGE = range_parameters(MOST_POINTS)[:3]

ENDPOINTS = (
    Endpoint(
        "/api/events",
        events,
        "What happened in the swarm, newest first: who came and went, what was lost, when a clock jumped",
        record({"events": listed(_EVENT), "has_more": BOOLEAN, "kinds": _KINDS}),
        description="Without `start` and `range`: as far back as the leader remembers, at most two years.",
        parameters=(
            nodes(MOST_NODES),
            Parameter(
                "q", "Only nodes whose name contains this", {"type": "string", "maxLength": MOST_LETTERS}, example="web"
            ),
            Parameter("kind", "Only these kinds", one_of(*KINDS_BY_WORD), example="offline", most=len(KINDS_BY_WORD)),
            *(_START, _END, _RANGE),
            Parameter(
                "limit",
                "The most events",
                {"type": "integer", "minimum": 1, "maximum": MOST_EVENTS, "default": USUAL_LIMIT},
                example=50,
            ),
            Parameter(
                "before",
                "Only those older than the event of this id",
                {"type": "integer", "minimum": 1, "maximum": LAST_ID},
            ),
            Parameter("counts", "Tell `kinds`, too", one_of("false", "true")),
            FORMAT,
        ),
        problems=(404, 503),
        csv="`time` (ISO 8601), `node`, `kind`, `count`, `detail`",
    ),
)
