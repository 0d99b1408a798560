"""The application as a whole: its parts get the settings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from dashboard import app as module
from dashboard.client import LeaderClient, Update
from mcp_telemetry.settings import DashboardSettings, resolve
from mcp_telemetry.v1 import metrics_pb2 as pb


async def test_a_quicker_refresh_reaches_the_leader(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: asyncio.Queue[pb.WatchRequest] = asyncio.Queue()

    class SilentLeader(LeaderClient):
        async def watch(self, request: pb.WatchRequest) -> AsyncGenerator[Update, None]:
            asked.put_nowait(request)
            await asyncio.Event().wait()
            yield Update([], [], 0, 0)

    monkeypatch.setattr(module, "LeaderClient", SilentLeader)
    app = module.make_app(resolve(DashboardSettings, {"leader": "127.0.0.1:1", "dashboard_refresh_s": "0.2"}, {}))
    async with app.router.lifespan_context(app):
        request = await asyncio.wait_for(asked.get(), 5)
    assert request.interval_ms == 200
