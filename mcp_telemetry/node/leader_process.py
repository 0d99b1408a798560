"""A leader as a child process, for a swarm node that is told to lead."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
from pathlib import Path

from mcp_telemetry.lifeline import PARENT_VARIABLE

__all__ = ["LeaderProcess", "is_listening"]

logger = logging.getLogger(__name__)

_CONNECT_SECONDS = 1.0
_STOP_SECONDS = 10.0
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


async def is_listening(address: str) -> bool:
    """Whether somebody takes connections at host:port."""
    host, _, port = address.rpartition(":")
    try:
        async with asyncio.timeout(_CONNECT_SECONDS):
            _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    except OSError:  # TimeoutError is one of them
        return False
    writer.close()
    return True


class LeaderProcess:
    """`mcp-leader` without a node of its own, with its dashboard. OSError if it cannot be started."""

    def __init__(self, address: str, metrics_dir: Path) -> None:
        arguments = ["--no-self", "--listen", _listen(address), "--metrics-dir", str(metrics_dir)]
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "mcp_telemetry.cli.leader", *arguments],
            stdin=subprocess.DEVNULL,
            # An MCP server may speak its protocol over its standard output.
            stdout=subprocess.DEVNULL,
            env={**os.environ, PARENT_VARIABLE: str(os.getpid())},
            # Ctrl-C goes to a whole group, and the leader is to stop after the last report.
            start_new_session=True,
        )
        logger.info("started a leader for %s, process %d", address, self._process.pid)

    async def stop(self) -> None:
        """End it in its own order; killed if that takes more than ten seconds."""
        self._process.terminate()
        try:
            await asyncio.to_thread(self._process.wait, _STOP_SECONDS)
        except subprocess.TimeoutExpired:
            logger.warning("the leader, process %d, does not stop: killing it", self._process.pid)
            self._process.kill()
            await asyncio.to_thread(self._process.wait)


def _listen(address: str) -> str:
    """Other hosts may know this one under names that it cannot bind to; but loopback is meant as it is said."""
    host, _, port = address.rpartition(":")
    return address if host in _LOOPBACK else f"0.0.0.0:{port}"
