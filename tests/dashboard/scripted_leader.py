"""A leader that is a script, and what a source makes of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import orjson

from dashboard.client import LeaderClient, LeaderGoneError, Update
from mcp_telemetry.v1 import metrics_pb2 as pb


class ScriptedLeader(LeaderClient):
    """Plays one list of updates a watch, and then loses the connection; after the last list it stays silent."""

    def __init__(self, *watches: list[Update]) -> None:
        super().__init__("127.0.0.1:1")
        self._watches = list(watches)
        self.requests: list[pb.WatchRequest] = []

    async def watch(self, request: pb.WatchRequest) -> AsyncGenerator[Update, None]:
        self.requests.append(request)
        if not self._watches:
            await asyncio.Event().wait()
        for one in self._watches.pop(0):
            yield one
        raise LeaderGoneError("gone")


async def taken(source: Any, count: int) -> list[dict[str, Any]]:
    messages = []
    async with asyncio.timeout(5):
        async for text in source.updates():
            messages.append(orjson.loads(text))
            if len(messages) == count:
                break
    return messages
