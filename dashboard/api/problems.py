"""What goes wrong, as application/problem+json (RFC 9457): one table of errors, what they are called, their status."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
from starlette.responses import Response

from dashboard.bodies import TooLongError, UnfinishedBodyError
from dashboard.client import LeaderGoneError
from mcp_telemetry.errors import (
    InvalidDashboardError,
    InvalidQueryError,
    OverloadedError,
    ShippedDashboardError,
    StaleDashboardError,
    TelemetryError,
    TooManyDashboardsError,
    UnknownDashboardError,
    UnknownNodeError,
)

__all__ = [
    "KINDS",
    "PROBLEM",
    "ForeignOriginError",
    "NoEndpointError",
    "NoJsonError",
    "NoMethodError",
    "UnknownChartError",
    "problem",
]

_TYPE = "urn:mcp-telemetry:problem:"
_RETRY_AFTER_S = 1


class NoEndpointError(TelemetryError):
    """Nothing is at this path."""


class NoMethodError(TelemetryError):
    """The path has other methods."""

    def __init__(self, method: str, path: str, allowed: str) -> None:
        super().__init__(f"{path} does not take {method[:32]}: want one of {allowed}")
        self.allowed = allowed


class UnknownChartError(TelemetryError):
    """There is no chart of this name."""


class ForeignOriginError(TelemetryError):
    """A page of another site would change something here."""


class NoJsonError(TelemetryError):
    """The body of a request says that it is no JSON."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What one sort of error is: the end of its type, its title, its status, and whether to come again later."""

    slug: str
    title: str
    status: int
    is_passing: bool = False


# The first that fits: a class stands before the one it is made from.
KINDS: dict[type[BaseException], Kind] = {
    InvalidQueryError: Kind("invalid-query", "The request means nothing", 400),
    ForeignOriginError: Kind("foreign-origin", "Sent by a page of another site", 403),
    UnknownNodeError: Kind("unknown-node", "No such node", 404),
    UnknownChartError: Kind("unknown-chart", "No such chart", 404),
    UnknownDashboardError: Kind("unknown-dashboard", "No such dashboard", 404),
    NoEndpointError: Kind("unknown-path", "Nothing at this path", 404),
    NoMethodError: Kind("method-not-allowed", "The path takes other methods", 405),
    UnfinishedBodyError: Kind("unfinished-body", "The body did not come whole", 408),
    StaleDashboardError: Kind("changed-meanwhile", "Somebody else changed it meanwhile", 409),
    ShippedDashboardError: Kind("shipped-dashboard", "What came with the leader cannot be changed", 409),
    TooManyDashboardsError: Kind("too-many-dashboards", "No more dashboards are kept", 409),
    TooLongError: Kind("too-long", "The body is too long", 413),
    NoJsonError: Kind("not-json", "The body is no JSON", 415),
    InvalidDashboardError: Kind("invalid-dashboard", "The dashboard breaks a rule", 422),
    OverloadedError: Kind("overloaded", "Too much is asked at once", 503, is_passing=True),
    LeaderGoneError: Kind("leader-gone", "The leader does not answer", 503, is_passing=True),
    TelemetryError: Kind("leader-failed", "The leader could not answer", 503),
    Exception: Kind("defect", "A defect of this dashboard", 500),
}

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "What went wrong (RFC 9457). `detail` names the value and the remedy; `error` is the same text.",
    "properties": {
        "type": {"type": "string", "enum": [_TYPE + kind.slug for kind in KINDS.values()]},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "error": {"type": "string"},
    },
    "required": ["type", "title", "status", "detail", "error"],
    "example": {
        "type": f"{_TYPE}unknown-node",
        "title": "No such node",
        "status": 404,
        "detail": "no node 'nobody': /api/nodes lists those there are",
        "error": "no node 'nobody': /api/nodes lists those there are",
    },
}


def problem(error: Exception) -> Response:
    """The answer that tells of an error."""
    kind = next(kind for sort, kind in KINDS.items() if isinstance(error, sort))
    # What a defect says is for the log.
    detail = f"{HTTPStatus(500).phrase}: the dashboard's log has the details" if kind.status == 500 else str(error)
    content = {"type": _TYPE + kind.slug, "title": kind.title, "status": kind.status, "detail": detail, "error": detail}
    headers = {"Cache-Control": "no-store"}
    if kind.is_passing:
        headers["Retry-After"] = str(_RETRY_AFTER_S)
    if isinstance(error, NoMethodError):
        headers["Allow"] = error.allowed
    return Response(orjson.dumps(content), kind.status, headers, "application/problem+json")
