"""The topic `board/<id>` of the live socket: which version of a dashboard the leader keeps, told when it changes.

    {"topic", "kind": "revision", "revision": "3", "is_gone": false}

`revision` is null as long as the leader has not said it, and where there is no such dashboard (any more): `is_gone`.
However many browsers have the dashboard open, the leader is asked once.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator

import orjson

from dashboard.kept import KeptDashboards
from mcp_telemetry.errors import TelemetryError, UnknownDashboardError

__all__ = ["BoardSource"]

_EVERY_S = 2.0


class BoardSource:
    """Asks for the dashboard every other second as long as somebody has it open."""

    def __init__(self, name: str, dashboard_id: str, kept: KeptDashboards) -> None:
        self._name = name
        self._id = dashboard_id
        self._kept = kept
        self._revision: int | None = None
        self._is_gone = False

    def opening(self) -> str:
        """What is known now."""
        revision = None if self._revision is None else str(self._revision)
        message = {"topic": self._name, "kind": "revision", "revision": revision, "is_gone": self._is_gone}
        return orjson.dumps(message).decode()

    async def updates(self) -> AsyncGenerator[str, None]:
        """Each change; a leader that does not answer changes nothing."""
        while True:
            before = (self._revision, self._is_gone)
            with contextlib.suppress(TelemetryError):
                await self._ask()
            if (self._revision, self._is_gone) != before:
                yield self.opening()
            await asyncio.sleep(_EVERY_S)

    async def _ask(self) -> None:
        try:
            self._revision, self._is_gone = (await self._kept.get(self._id)).revision, False
        except UnknownDashboardError:
            self._revision, self._is_gone = None, True
