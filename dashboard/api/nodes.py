"""Which nodes there are, how each is, and what was lost of it."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request

from dashboard.api.endpoint import Endpoint, Sources
from dashboard.api.parameters import NODE
from dashboard.api.schema import COUNT, INTEGER, NODE_ID, TEXT, Schema, described, listed, mapped, one_of, record
from dashboard.facts import node_facts, node_losses
from dashboard.params import node_id_of

__all__ = ["ENDPOINTS", "LOSSES", "STATE"]


async def nodes(sources: Sources, _request: Request) -> list[str]:
    """All node ids."""
    return sorted(sources.mirror.known())


async def node(sources: Sources, request: Request) -> dict[str, Any]:
    """The facts of one node."""
    return node_facts(await sources.client.node(node_id_of(request.path_params["node_id"])))


async def losses(sources: Sources, _request: Request) -> list[dict[str, Any]]:
    """What was lost of each node since the leader first saw it, by node id."""
    found = await sources.client.nodes()
    return await asyncio.to_thread(lambda: [{"node_id": each.node_id} | node_losses(each) for each in found])


STATE = one_of("live", "stale", "offline", "left")
LOSSES: dict[str, Schema] = {
    "stored": COUNT,
    "lost": described(COUNT, "not stored: the sum of gaps, dropped and rejected"),
    "gaps": described(COUNT, "never arrived, and the node did not say why"),
    "dropped": described(COUNT, "given up by the node because its outbox was full"),
    "rejected": described(COUNT, "received but bad"),
    "duplicates": described(COUNT, "received again and dropped: harmless"),
    "late": described(COUNT, "stored, but older than a minute on arrival"),
}
_FACTS: dict[str, Schema] = {
    "node_id": NODE_ID,
    "state": STATE,
    "state_since_ms": COUNT,
    "last_seen_ms": COUNT,
    "hostname": TEXT,
    "os": TEXT,
    "architecture": TEXT,
    "runtime": TEXT,
    "agent_version": TEXT,
    "boot_ms": described(COUNT, "when its host started; 0 if it did not say"),
    "process_start_ms": COUNT,
    "first_seen_ms": COUNT,
    "address": described(TEXT, "where its newest stream came from"),
    "labels": mapped(TEXT),
    "clock_offset_ms": described(INTEGER, "the node's clock minus the leader's"),
    "sample_interval_ms": COUNT,
}

ENDPOINTS = (
    Endpoint(
        "/api/nodes",
        nodes,
        "Ids of all nodes, sorted",
        listed(NODE_ID),
        is_tagged=True,
        is_mirrored=True,
        example=["db-1", "web-1"],
    ),
    Endpoint(
        "/api/nodes/{node_id}",
        node,
        "Facts of one node: its state, host and labels, and what was lost of it",
        record(_FACTS | LOSSES),
        description="Times are milliseconds since 1970, losses are counts of snapshots.",
        parameters=(NODE,),
        problems=(404, 503),
    ),
    Endpoint(
        "/api/losses",
        losses,
        "What was lost of every node since the leader first saw it, in snapshots",
        listed(record({"node_id": NODE_ID} | LOSSES)),
    ),
)
