"""The JSON API: a module for each subject, with its handlers and a table of its endpoints (see endpoint.py).

What is put into ENDPOINTS has a route, stands in the document at /openapi.json, and has to stand in README.md.
Times in answers are Unix seconds, in milliseconds where a name ends in `_ms`; missing values are null.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.routing import Route

from dashboard.api import charts, columns, dashboards, events, leader, metrics, nodes, panel, query
from dashboard.api.endpoint import Endpoint, Sources
from dashboard.api.openapi import document
from dashboard.api.schema import Schema
from dashboard.api.serving import routes_of

__all__ = ["ENDPOINTS", "Sources", "api_routes"]


async def openapi(_sources: Sources, _request: Request) -> Schema:
    """What there is, and how it is asked."""
    return document(ENDPOINTS)


ENDPOINTS: tuple[Endpoint, ...] = (
    *nodes.ENDPOINTS,
    *metrics.ENDPOINTS,
    *charts.ENDPOINTS,
    *query.ENDPOINTS,
    *panel.ENDPOINTS,
    *columns.ENDPOINTS,
    *events.ENDPOINTS,
    *dashboards.ENDPOINTS,
    *leader.ENDPOINTS,
    Endpoint("/openapi.json", openapi, "This document", {"type": "object"}, problems=(), is_tagged=True),
)


def api_routes(sources: Sources) -> list[Route]:
    """All routes; the last answers everything else under /api/ with 404."""
    return routes_of(ENDPOINTS, sources)
