"""A leader as a child process, for a swarm node that is told to lead."""

from __future__ import annotations

import asyncio
from pathlib import Path

from mcp_telemetry.child import Child

__all__ = ["is_listening", "leader_process"]

_CONNECT_SECONDS = 1.0
_STOP_SECONDS = 10.0
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


async def is_listening(address: str) -> bool:
    """Whether somebody takes connections at host:port."""
    host, _, port = address.rpartition(":")
    try:
        async with asyncio.timeout(_CONNECT_SECONDS):
            _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    except (OSError, UnicodeError):  # a timeout is an OSError; a host that cannot be one is a UnicodeError
        return False
    writer.close()
    return True


def leader_process(address: str, metrics_dir: Path) -> Child:
    """`mcp-leader` without a node of its own, with its dashboard; started whenever nobody listens at the address."""

    async def is_wanted() -> bool:
        return not await is_listening(address)

    arguments = ("--no-self", "--listen", _listen(address), "--metrics-dir", str(metrics_dir))
    name = f"leader at {address}"
    return Child(name, "mcp_telemetry.cli.leader", arguments, stop_s=_STOP_SECONDS, is_wanted=is_wanted)


def _listen(address: str) -> str:
    """Other hosts may know this one under names that it cannot bind to; but loopback is meant as it is said."""
    host, _, port = address.rpartition(":")
    return address if host in _LOOPBACK else f"0.0.0.0:{port}"
