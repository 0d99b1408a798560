"""Processes that one of ours starts, keeps running, and takes down with it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from random import Random

from mcp_telemetry.lifeline import PARENT_VARIABLE
from mcp_telemetry.protocol import backoff

__all__ = ["Child"]

log = logging.getLogger(__name__)

_SETTLED_S = 30.0


async def _always() -> bool:
    return True


class Child:
    """One Python module as a process; started again when it dies, or cannot be started, after growing pauses.

    stop_s:    how long it may take to end in order; then it is killed
    is_wanted: asked before each start; while it says no, none is started
    """

    def __init__(
        self,
        name: str,
        module: str,
        arguments: Sequence[str],
        *,
        stop_s: float = 1.5,
        is_wanted: Callable[[], Awaitable[bool]] = _always,
    ) -> None:
        self._name = name
        self._command = ("-m", module, *arguments)
        self._stop_s = stop_s
        self._is_wanted = is_wanted
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
            began = loop.time()
            try:
                await self._live()
            except Exception as error:  # a host that has no memory, file or process left may have one soon
                log.warning("the %s cannot be started: %s; trying again", self._name, error)
            if loop.time() - began > _SETTLED_S:
                pauses = backoff(Random())  # noqa: S311
            await asyncio.sleep(next(pauses))

    async def _live(self) -> None:
        if not await self._is_wanted():
            return
        process = self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *self._command,
            stdin=asyncio.subprocess.DEVNULL,
            # An MCP server may speak its protocol over its standard output.
            stdout=asyncio.subprocess.DEVNULL,
            env={**os.environ, PARENT_VARIABLE: str(os.getpid())},
            # Ctrl-C in a terminal goes to the whole group; only who started it shall answer, in an order of its own.
            start_new_session=True,
        )
        log.info("started the %s, process %d", self._name, process.pid)
        status = await process.wait()
        log.warning("the %s ended with status %d; starting it again", self._name, status)

    async def _end(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), self._stop_s)
        except TimeoutError:
            log.warning("the %s does not stop: killing it", self._name)
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
