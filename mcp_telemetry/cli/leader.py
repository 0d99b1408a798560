"""`mcp-leader`: receives, stores, and serves the dashboard."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Sequence

from uvloop import run

from mcp_telemetry.errors import TelemetryError
from mcp_telemetry.leader.server import Leader
from mcp_telemetry.lifeline import parent_gone
from mcp_telemetry.settings import LeaderSettings, load

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Runs until SIGTERM or SIGINT; 0 after a clean end, 1 when it cannot serve as it was told."""
    settings = load(LeaderSettings, argv)
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr
    )
    try:
        run(_run(settings))
    except TelemetryError as error:
        print(f"mcp-leader: {error}", file=sys.stderr)
        return 1
    return 0


async def _run(settings: LeaderSettings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    leader = Leader(settings)
    watching = asyncio.create_task(_stop_with_parent(stop))
    try:
        await leader.run(stop)
    finally:
        watching.cancel()


async def _stop_with_parent(stop: asyncio.Event) -> None:
    await parent_gone()
    stop.set()


if __name__ == "__main__":
    sys.exit(main())
