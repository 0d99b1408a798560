"""The dashboards that a leader keeps: asked for over gRPC, and as the JSON of the API."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import grpc
from google.protobuf import json_format

from dashboard.leader_words import in_our_words
from mcp_telemetry.errors import (
    CorruptionError,
    InvalidDashboardError,
    ShippedDashboardError,
    StaleDashboardError,
    TelemetryError,
    TooManyDashboardsError,
    UnknownDashboardError,
)
from mcp_telemetry.v1 import metrics_pb2 as pb
from mcp_telemetry.v1 import metrics_pb2_grpc as rpc

__all__ = ["KeptDashboards", "card", "whole"]

_TIMEOUT_S = 10.0
_ERRORS: dict[grpc.StatusCode, type[TelemetryError]] = {
    error.status: error
    for error in (
        *(UnknownDashboardError, InvalidDashboardError, ShippedDashboardError),
        *(StaleDashboardError, TooManyDashboardsError, CorruptionError),
    )
}


class KeptDashboards:
    """Raises the errors that the leader raised; what it could not say, `explained` makes an error of."""

    def __init__(self, channel: grpc.aio.Channel, explained: Callable[[grpc.aio.AioRpcError], TelemetryError]) -> None:
        self._stub = rpc.DashboardsStub(channel)  # type: ignore[no-untyped-call]
        self._explained = explained

    async def outlines(self) -> Sequence[pb.Dashboard]:
        """All by title; of their panels only title, kind and place."""
        answer: pb.ListDashboardsResponse = await self._asked(self._stub.ListDashboards, pb.ListDashboardsRequest())
        return answer.dashboards

    async def get(self, dashboard_id: str) -> pb.Dashboard:
        """One of them; UnknownDashboardError if there is none."""
        found: pb.Dashboard = await self._asked(self._stub.GetDashboard, pb.GetDashboardRequest(id=dashboard_id))
        return found

    async def put(self, dashboard: pb.Dashboard) -> pb.Dashboard:
        """Makes it (revision 0) or replaces it; gives what is kept now."""
        kept: pb.Dashboard = await self._asked(self._stub.PutDashboard, dashboard)
        return kept

    async def delete(self, dashboard_id: str) -> None:
        """Removes it for good."""
        await self._asked(self._stub.DeleteDashboard, pb.DeleteDashboardRequest(id=dashboard_id))

    async def _asked(self, method: Any, request: Any) -> Any:
        try:
            return await method(request, timeout=_TIMEOUT_S)
        except grpc.aio.AioRpcError as error:
            kind = _ERRORS.get(error.code())
            raise (kind(in_our_words(error)) if kind else self._explained(error)) from None


def card(dashboard: pb.Dashboard) -> dict[str, Any]:
    """What a list shows of a dashboard; the names are those of the contract."""
    return {
        "id": dashboard.id,
        "title": dashboard.title,
        "description": dashboard.description,
        "revision": str(dashboard.revision),
        "changed_unix_nano": str(dashboard.changed_unix_nano),
        "is_shipped": dashboard.is_shipped,
        "range": dashboard.range,
        "panels": [_outline(panel) for panel in dashboard.panels],
    }


def _outline(panel: pb.Panel) -> dict[str, Any]:
    place = {"x": panel.x, "y": panel.y, "width": panel.width, "height": panel.height}
    return {"title": panel.title, "kind": pb.Panel.Kind.Name(panel.kind)} | place


def whole(dashboard: pb.Dashboard) -> dict[str, Any]:
    """All of a dashboard as protobuf's JSON, with every field in it."""
    return json_format.MessageToDict(
        dashboard, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
