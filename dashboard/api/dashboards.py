"""Dashboards that people made: listed, read, made, replaced and removed."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request

from dashboard.api.bodies import json_body, require_own_origin
from dashboard.api.endpoint import Answer, Body, Endpoint, Parameter, Sources
from dashboard.api.schema import BOOLEAN, COUNT, NODE_ID, TEXT, Schema, described, listed, one_of, record
from dashboard.board_json import dashboard_of
from dashboard.kept import card, whole
from mcp_telemetry.errors import InvalidDashboardError, UnknownDashboardError
from mcp_telemetry.model.dashboards import MOST_BYTES, MOST_PANELS, RANGES, is_dashboard_id
from mcp_telemetry.model.panel_grid import COLUMNS, MOST_ROWS
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["ENDPOINTS"]

# With every field of every panel written out it is longer than as it is stored.
_MOST_BODY_BYTES = 2 * MOST_BYTES


async def dashboards(sources: Sources, _request: Request) -> list[dict[str, Any]]:
    """All of them by title, with the places of their panels."""
    found = await sources.client.dashboards.outlines()
    return await asyncio.to_thread(lambda: [card(each) for each in found])


async def dashboard(sources: Sources, request: Request) -> dict[str, Any]:
    """One of them."""
    return await _written(await sources.client.dashboards.get(_id_of(request)))


async def make(sources: Sources, request: Request) -> Answer:
    """A new one, whatever id and revision the body has."""
    given = await _given(request)
    given.id, given.revision = "", 0
    return await _put(sources, given)


async def replace(sources: Sources, request: Request) -> Answer:
    """The one of this id, as the body has it."""
    dashboard_id, given = _id_of(request), await _given(request)
    if given.id not in ("", dashboard_id):
        raise InvalidDashboardError(f"id is {given.id[:100]!r}, but the path names {dashboard_id!r}: leave it out")
    given.id = dashboard_id
    return await _put(sources, given)


async def remove(sources: Sources, request: Request) -> Answer:
    """Gone for good."""
    require_own_origin(request)
    await sources.client.dashboards.delete(_id_of(request))
    return Answer(None, 204)


async def _put(sources: Sources, given: pb.Dashboard) -> Answer:
    kept = await sources.client.dashboards.put(given)
    is_new = given.revision == 0
    headers = {"Location": f"/api/dashboards/{kept.id}"} if is_new else {}
    return Answer(await _written(kept), 201 if is_new else 200, headers=headers)


async def _given(request: Request) -> pb.Dashboard:
    require_own_origin(request)
    body = await json_body(request, _MOST_BODY_BYTES)
    return await asyncio.to_thread(dashboard_of, body)


async def _written(message: pb.Dashboard) -> dict[str, Any]:
    return await asyncio.to_thread(whole, message)


def _id_of(request: Request) -> str:
    """A name that no dashboard can have is the same as one that none has."""
    text: str = request.path_params["dashboard_id"]
    if not is_dashboard_id(text):
        raise UnknownDashboardError(f"no dashboard {text[:100]!r}: /api/dashboards lists those there are")
    return text


_WHOLE_NUMBER: Schema = {"type": "string", "pattern": "^[0-9]+$"}
_OUTLINE: dict[str, Schema] = {
    "title": TEXT,
    "kind": one_of(*pb.Panel.Kind.keys()),
    "x": described(COUNT, f"of {COLUMNS} columns"),
    "y": COUNT,
    "width": {"type": "integer", "minimum": 1, "maximum": COLUMNS},
    "height": {"type": "integer", "minimum": 1, "maximum": MOST_ROWS},
}
_PANEL = record(
    {"width": _OUTLINE["width"], "height": _OUTLINE["height"]},
    {key: schema for key, schema in _OUTLINE.items() if key not in ("width", "height")}
    | {
        "columns": described(listed(TEXT), "names, or names without labels for all of them"),
        "node_ids": described(listed(NODE_ID), "none: all nodes"),
        "labels": described(listed(record({"name": TEXT, "value": TEXT})), "only nodes that have all of these"),
        "counters": one_of(*pb.Panel.Counters.keys()),
        "aggregate": one_of(*pb.QueryRangeRequest.Aggregate.keys()),
        "group_by": described(listed(TEXT), "names of labels"),
        "text": described(TEXT, "of a TEXT panel"),
    },
)
_ABOUT: dict[str, Schema] = {
    "id": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,63}$"},
    "description": TEXT,
    "revision": described(_WHOLE_NUMBER, "send back the one you changed"),
    "changed_unix_nano": _WHOLE_NUMBER,
    "is_shipped": described(BOOLEAN, "came with the leader: can be copied, not changed"),
    "range": described(one_of("", *RANGES), "what it opens with"),
}
_TITLE: dict[str, Schema] = {"title": {"type": "string", "minLength": 1, "maxLength": 120}}
_CARD = record(_TITLE | _ABOUT | {"panels": listed(record(_OUTLINE))})
_PANELS: dict[str, Schema] = {"panels": listed(_PANEL) | {"maxItems": MOST_PANELS}}
_WHOLE = record(_TITLE | _ABOUT | _PANELS)
_EXAMPLE = {"title": "CPU", "panels": [{"columns": ["cpu.percent"], "width": 12, "height": 4}]}
_BODY = Body(record(_TITLE, _ABOUT | _PANELS), _MOST_BODY_BYTES, _EXAMPLE)
_ID = Parameter("dashboard_id", "Which dashboard", _ABOUT["id"], example="hosts", is_required=True, place="path")
_LIST_PATH, _PATH = "/api/dashboards", "/api/dashboards/{dashboard_id}"

ENDPOINTS = (
    Endpoint(_LIST_PATH, dashboards, "All dashboards by title, with the places of their panels", listed(_CARD)),
    Endpoint(
        _LIST_PATH,
        make,
        "Makes a dashboard, under an id made from its title",
        _WHOLE,
        description="Panels that lie over others are moved down, those with room above them up.",
        method="POST",
        status=201,
        body=_BODY,
        problems=(403, 409, 413, 415, 422, 503),
    ),
    Endpoint(
        _PATH,
        dashboard,
        "One dashboard",
        _WHOLE,
        parameters=(_ID,),
        problems=(404, 503),
        is_tagged=True,
    ),
    Endpoint(
        _PATH,
        replace,
        "Replaces a dashboard, if nobody else did since its `revision`; with revision 0 makes one of this id",
        _WHOLE,
        parameters=(_ID,),
        method="PUT",
        also=(201,),
        body=_BODY,
        problems=(403, 404, 409, 413, 415, 422, 503),
    ),
    Endpoint(
        _PATH,
        remove,
        "Removes a dashboard for good",
        None,
        parameters=(_ID,),
        method="DELETE",
        status=204,
        problems=(403, 404, 409, 503),
    ),
)
