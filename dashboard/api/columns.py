"""Which columns there are."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request

from dashboard.api.endpoint import Endpoint, Sources
from dashboard.api.parameters import labels, nodes
from dashboard.api.schema import COUNT, TEXT, described, listed, one_of, record
from dashboard.params import node_ids_of, pairs_of
from dashboard.queries import MOST_LABELS, MOST_NODES
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["ENDPOINTS"]


async def columns(sources: Sources, request: Request) -> list[dict[str, Any]]:
    """The columns nodes have now, by name."""
    params = request.query_params
    wanted = pb.ListColumnsRequest(
        node_ids=node_ids_of(params, MOST_NODES),
        labels=[pb.Label(name=name, value=value) for name, value in pairs_of(params, "label", MOST_LABELS)],
    )
    return await asyncio.to_thread(_facts, await sources.client.columns(wanted))


def _facts(uses: Sequence[pb.ListColumnsResponse.ColumnUse]) -> list[dict[str, Any]]:
    return [
        {
            "name": use.column.name,
            "unit": use.column.unit,
            "kind": "counter" if use.column.kind == pb.COUNTER else "gauge",
            "nodes": use.nodes,
        }
        for use in uses
    ]


ENDPOINTS = (
    Endpoint(
        "/api/columns",
        columns,
        "Which columns nodes have now, by name, and how many nodes have each",
        listed(
            record(
                {
                    "name": TEXT,
                    "unit": described(TEXT, "UCUM, as OpenTelemetry has it: `By`, `%`, `{request}`"),
                    "kind": one_of("gauge", "counter"),
                    "nodes": described(COUNT, "how many nodes have it"),
                }
            )
        ),
        parameters=(nodes(MOST_NODES), labels(MOST_LABELS)),
        problems=(404, 503),
        is_tagged=True,
    ),
)
