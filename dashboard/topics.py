"""What travels over /live: the messages of each topic, as JSON texts.

    status     {"topic", "kind": "state", "leader": "live" | "lost" | "connecting", "since", "now", "address"}
    events     what happened, see dashboard/events.py
    fleet      the table of nodes, see dashboard/fleet_topic.py
    node/<id>  one node at full rate, see dashboard/node_topic.py
    board/<id>  which version of a dashboard is kept, see dashboard/board_topic.py
    panel?<query>  what a panel draws, see dashboard/panel_topic.py

All times are milliseconds since 1970. A message of kind `open` tells the browser to fetch the whole window: those that
follow go on where that ends.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from typing import Any

import orjson

from dashboard.board_topic import BoardSource
from dashboard.client import LeaderClient
from dashboard.events import EventSource
from dashboard.fleet import FleetState
from dashboard.fleet_topic import FleetSource
from dashboard.hub import Source
from dashboard.mirror import Mirror
from dashboard.node_topic import NodeSource
from dashboard.panel_topic import panel_source_of
from mcp_telemetry.model.dashboards import is_dashboard_id
from mcp_telemetry.model.names import is_node_id

__all__ = ["StatusSource", "source_of"]

logger = logging.getLogger(__name__)

_HEARTBEAT_S = 4.0


def source_of(name: str, client: LeaderClient, mirror: Mirror, fleet: FleetState, refresh_s: float) -> Source | None:
    """The source of a topic, None for a name that means nothing."""
    kind, _, about = name.partition("/")
    if name == "status":
        return StatusSource(mirror, client.address)
    if name == "events":
        return EventSource(mirror.events, lambda: mirror.generation)
    if name == "fleet":
        return FleetSource(fleet, client, refresh_s)
    if kind == "node" and is_node_id(about):
        return NodeSource(name, about, client, refresh_s)
    if kind == "board" and is_dashboard_id(about):
        return BoardSource(name, about, client.dashboards)
    return panel_source_of(name, client, mirror, refresh_s)


def _text(message: dict[str, Any]) -> str:
    return orjson.dumps(message, option=orjson.OPT_SERIALIZE_NUMPY).decode()


class StatusSource:
    """Whether the leader is there."""

    def __init__(self, mirror: Mirror, address: str) -> None:
        self._mirror = mirror
        self._address = address

    def opening(self) -> str:
        """The state now."""
        return _text({"topic": "status", "kind": "state", "address": self._address} | self._mirror.status())

    async def updates(self) -> AsyncGenerator[str, None]:
        """The state whenever it changes, and now and then, so that a browser knows that its socket works."""
        while True:
            await self._mirror.wait_for_news(_HEARTBEAT_S)
            yield self.opening()
