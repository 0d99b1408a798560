"""When a process shall end: told by a signal, or because the leader that started it is gone, however that ended."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator

__all__ = ["PARENT_VARIABLE", "parent_gone", "told_to_stop"]

# Set by a process that starts another one of ours as its child.
PARENT_VARIABLE = "MCP_PARENT_PID"
_CHECK_S = 0.5


@contextlib.asynccontextmanager
async def told_to_stop() -> AsyncIterator[asyncio.Event]:
    """An event that SIGINT, SIGTERM or the end of the parent sets."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    lifeline = asyncio.create_task(_with_parent(stop))
    try:
        yield stop
    finally:
        lifeline.cancel()


async def _with_parent(stop: asyncio.Event) -> None:
    await parent_gone()
    stop.set()


async def parent_gone() -> None:
    """Return when the process that started this one as its child is gone; never, if none did."""
    parent = os.environ.get(PARENT_VARIABLE)
    if parent is None:
        await asyncio.Event().wait()
        return
    while os.getppid() == int(parent):  # noqa: ASYNC110 - a process that dies sets no event
        await asyncio.sleep(_CHECK_S)
