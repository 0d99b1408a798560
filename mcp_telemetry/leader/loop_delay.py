"""How late the event loop is: everything the leader does for nodes and readers waits as long."""

from __future__ import annotations

import asyncio
import time
from collections import deque

__all__ = ["LoopDelay"]

_EVERY_S = 0.1
_LOOKED_BACK_S = 10.0


class LoopDelay:
    """Asks to be woken ten times a second, and notes how much later that was."""

    def __init__(self, every_s: float = _EVERY_S, looked_back_s: float = _LOOKED_BACK_S) -> None:
        self._every_s = every_s
        self._late_s: deque[float] = deque(maxlen=max(1, round(looked_back_s / every_s)))

    @property
    def seconds(self) -> float:
        """The most that the loop was late lately; 0 before anything was noted."""
        return max(self._late_s, default=0.0)

    async def run(self) -> None:
        """Note until cancelled."""
        # Not by the loop's own clock, which may tell no less than milliseconds.
        while True:
            due = time.monotonic() + self._every_s
            await asyncio.sleep(self._every_s)
            self._late_s.append(max(0.0, time.monotonic() - due))
