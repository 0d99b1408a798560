"""Processes the leader starts, keeps running, and takes down with it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import Sequence
from random import Random

from mcp_telemetry.lifeline import PARENT_VARIABLE
from mcp_telemetry.protocol import backoff

__all__ = ["Child"]

log = logging.getLogger(__name__)

_STOP_S = 1.5
_SETTLED_S = 30.0


class Child:
    """One Python module as a process; started again when it dies, after growing pauses."""

    def __init__(self, name: str, module: str, arguments: Sequence[str]) -> None:
        self._name = name
        self._command = ("-m", module, *arguments)
        self._process: asyncio.subprocess.Process | None = None

    async def run(self) -> None:
        """Keep the process alive until cancelled; then end it, in time."""
        try:
            await self._keep()
        finally:
            await self._end()

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        pauses = backoff(Random())  # noqa: S311 - jitter, no secret
        while True:
            started = loop.time()
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *self._command,
                stdin=asyncio.subprocess.DEVNULL,
                env={**os.environ, PARENT_VARIABLE: str(os.getpid())},
                # Ctrl-C in a terminal goes to the whole group; only the leader shall answer it, in its own order.
                start_new_session=True,
            )
            code = await self._process.wait()
            if loop.time() - started > _SETTLED_S:
                pauses = backoff(Random())  # noqa: S311
            log.warning("the %s ended with status %d; starting it again", self._name, code)
            await asyncio.sleep(next(pauses))

    async def _end(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _STOP_S)
        except TimeoutError:
            log.warning("the %s does not stop: killing it", self._name)
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
