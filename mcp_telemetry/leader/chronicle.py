"""Brings events to their files, some seconds behind, and back at a start."""

from __future__ import annotations

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor

from mcp_telemetry.errors import StorageError
from mcp_telemetry.leader.event_files import EventFiles
from mcp_telemetry.leader.fleet import Fleet

__all__ = ["Chronicle"]

log = logging.getLogger(__name__)

_TICK_S = 1.0
_WRITE_EVERY = 2
_SWEEP_EVERY = 60
_LAST_WRITE_S = 1.0


class Chronicle:
    """Owns the files of events, on a thread of its own. What the disk refuses stays in memory, and is tried again."""

    def __init__(self, fleet: Fleet, files: EventFiles) -> None:
        self._fleet = fleet
        self._files = files
        self._thread = ThreadPoolExecutor(1, "events")
        self._is_refused = False

    async def begin(self) -> None:
        """Know what happened before, and note what happens from now on."""
        earlier = []
        try:
            earlier = await asyncio.to_thread(self._files.read, time.time_ns())
        except StorageError as error:
            log.error("%s: what happened before is not shown", error)
        if self._files.damaged_lines:
            lines = self._files.damaged_lines
            log.error("%d line%s of events could not be read: left out", lines, "" if lines == 1 else "s")
        self._fleet.happenings.begin(earlier, len(self._fleet))

    async def run(self) -> None:
        """Look after the events until cancelled."""
        seconds = 0
        while True:
            await asyncio.sleep(_TICK_S)
            seconds += 1
            self._fleet.happenings.tick(self._fleet)
            if seconds % _SWEEP_EVERY == 0:
                self._fleet.events.sweep()
            if seconds % _WRITE_EVERY == 0:
                await self.write()

    async def write(self) -> None:
        """Bring what is new to the files."""
        events = self._fleet.events.take_unwritten()
        if not events:
            return
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._thread, self._files.append, events, time.time_ns())
            self._is_refused = False
        except StorageError as error:
            self._fleet.events.give_back(events)
            if not self._is_refused:
                log.error("%s: events stay in memory, and are tried again", error)
            self._is_refused = True

    async def close(self) -> None:
        """Write what is left, and no more."""
        try:
            await asyncio.wait_for(self.write(), _LAST_WRITE_S)
        except TimeoutError:
            log.warning("the last events could not be written in time, and are lost")
        self._thread.shutdown(wait=False, cancel_futures=True)
