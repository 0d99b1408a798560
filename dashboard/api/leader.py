"""How the leader is, and how this dashboard is."""

from __future__ import annotations

from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from starlette.requests import Request

from dashboard.api.endpoint import Endpoint, Sources
from dashboard.api.schema import (
    BOOLEAN,
    COUNT,
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
from dashboard.system import leader_facts
from mcp_telemetry._version import __version__
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["ENDPOINTS"]


async def leader(sources: Sources, _request: Request) -> dict[str, Any]:
    """How the leader is: what went wrong since its start, what it does, and how much it holds."""
    health, hub = await sources.client.health(), sources.hub.figures()
    return leader_facts(sources.client.address, health, sources.mirror, hub)


async def healthz(sources: Sources, _request: Request) -> dict[str, Any]:
    """Whether this process is well, and whether it hears the leader."""
    mirror = sources.mirror
    nodes = {"nodes": len(mirror.nodes), "refused": mirror.refused, "coalesced": mirror.coalesced}
    return {"status": "ok", "version": __version__} | mirror.status() | nodes | sources.hub.figures()


_OF_TYPES = {
    FieldDescriptor.CPPTYPE_UINT64: COUNT,
    FieldDescriptor.CPPTYPE_DOUBLE: NUMBER,
    FieldDescriptor.CPPTYPE_BOOL: BOOLEAN,
    FieldDescriptor.CPPTYPE_STRING: TEXT,
}
_FIGURES: dict[str, Schema] = {
    field.name: _OF_TYPES[field.cpp_type]
    for field in pb.LeaderHealth.DESCRIPTOR.fields
    if field.name != "start_unix_nano"
}
_LEADER: dict[str, Schema] = {
    "address": TEXT,
    "start": UNIX_SECONDS,
    "faults": described(listed(TEXT), "sentences about what went wrong since the start"),
    "figures": described(mapped(nullable(NUMBER)), "over the last seconds; null as long as nobody knows"),
    "disk_full_in_s": described(nullable(NUMBER), "if it goes on filling up as it did; null if it does not"),
    "warnings": described(listed(TEXT), "sentences about what may go wrong soon, and what to do"),
    "dashboard": described(mapped(COUNT), "the dashboard's own process"),
}
_HEALTH: dict[str, Schema] = {
    "status": one_of("ok"),
    "version": TEXT,
    "leader": described(one_of("live", "lost", "connecting"), "whether this dashboard hears the leader"),
    "since": described(COUNT, "since when, in ms since 1970"),
    "now": described(COUNT, "the leader's clock, in ms since 1970"),
    "nodes": COUNT,
    "refused": described(COUNT, "nodes left out, because there are too many"),
    "coalesced": described(COUNT, "samples left out, because this dashboard was slow"),
}

ENDPOINTS = (
    Endpoint(
        "/api/leader",
        leader,
        "How the leader itself is: its faults in words, and what it does and holds in figures",
        record(_LEADER | _FIGURES),
        description="The figures are those of `LeaderHealth` in `protos/metrics.proto`, under the same names.",
    ),
    Endpoint(
        "/healthz",
        healthz,
        "How the dashboard is, and whether it hears the leader",
        record(_HEALTH) | {"additionalProperties": COUNT},
        description="Answers 200 as long as this process is well, with or without a leader. The further figures count "
        "open browsers, live topics and messages dropped for slow browsers.",
        problems=(),
    ),
)
