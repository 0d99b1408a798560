"""Keeps nodes reporting at every sample as long as somebody looks at what comes of them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterable

from dashboard.client import LeaderClient
from dashboard.mirror import backoff_s
from mcp_telemetry.errors import TelemetryError
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["kept_live"]

logger = logging.getLogger(__name__)

_NO_COLUMN = "none"


@contextlib.asynccontextmanager
async def kept_live(client: LeaderClient, node_ids: Iterable[str] = ()) -> AsyncIterator[None]:
    """While inside, the leader is asked to have these nodes, or all, report at once; it bounds how many do."""
    task = asyncio.create_task(_keep(client, list(node_ids)))
    try:
        yield
    finally:
        task.cancel()


async def _keep(client: LeaderClient, node_ids: list[str]) -> None:
    request = pb.WatchRequest(node_ids=node_ids, columns=[_NO_COLUMN], interval_ms=60_000, live=True)
    for pause_s in backoff_s():
        try:
            async with contextlib.aclosing(client.watch(request)) as updates:
                async for _ in updates:
                    pass
        except TelemetryError:
            pass
        except Exception:
            logger.exception("asking for live nodes failed")
        await asyncio.sleep(pause_s)
