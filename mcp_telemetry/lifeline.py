"""A process that a leader started ends with it, however the leader ended."""

from __future__ import annotations

import asyncio
import os

__all__ = ["PARENT_VARIABLE", "parent_gone"]

# Set by a process that starts another one of ours as its child.
PARENT_VARIABLE = "MCP_PARENT_PID"
_CHECK_S = 0.5


async def parent_gone() -> None:
    """Return when the process that started this one as its child is gone; never, if none did."""
    parent = os.environ.get(PARENT_VARIABLE)
    if parent is None:
        await asyncio.Event().wait()
        return
    while os.getppid() == int(parent):  # noqa: ASYNC110 - a process that dies sets no event
        await asyncio.sleep(_CHECK_S)
