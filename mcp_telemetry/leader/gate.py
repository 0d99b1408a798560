"""Lets in as many queries as can be worked on at once, has a few wait, and turns the others away."""

from __future__ import annotations

import asyncio
from types import TracebackType

from mcp_telemetry.errors import TooManyQueriesError

__all__ = ["Gate"]


class Gate:
    """An async context around each query. Who waits goes in in the order of coming; who is cancelled leaves the queue.

    running: queries let in and not yet done; waiting: those that are in the queue; refused: those turned away
    """

    def __init__(self, most_running: int, most_waiting: int) -> None:
        self._most_running = most_running
        self._most_waiting = most_waiting
        self._free = asyncio.Semaphore(most_running)
        self.waiting = 0
        self.running = 0
        self.refused = 0

    @property
    def is_full(self) -> bool:
        """Whether the next query has to wait."""
        return self._free.locked()

    async def __aenter__(self) -> None:
        if self.is_full and self.waiting >= self._most_waiting:
            self.refused += 1
            raise TooManyQueriesError(
                f"{self._most_running} queries run and {self.waiting} wait: try again after a second, or ask for less"
            )
        self.waiting += 1
        try:
            await self._free.acquire()
        finally:
            self.waiting -= 1
        self.running += 1

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.running -= 1
        self._free.release()
