"""The JSON API over HTTP, with a leader that is a script."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette

from dashboard.api import Sources, api_routes
from dashboard.hub import Hub
from dashboard.mirror import Mirror
from tests.dashboard.api.scripted import ScriptedLeader
from tests.dashboard.making import node, samples, update


@pytest.fixture
async def leader() -> ScriptedLeader:
    return ScriptedLeader()


@pytest.fixture
async def mirror(leader: ScriptedLeader) -> Mirror:
    mirror = Mirror(leader)
    mirror.has_synced = True
    row = {"cpu.percent": 12.5, "memory.percent": 50, "uptime_seconds": 9, "requests{a}": 3, "requests{b}": 4}
    mirror.take(update(node("b"), node("a"), samples=[samples("a", [row])]))
    return mirror


@pytest.fixture
async def http(leader: ScriptedLeader, mirror: Mirror) -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=[*api_routes(Sources(leader, mirror, Hub(lambda _: None)))])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://dashboard") as client:
        yield client
