"""`mcp-leader`: receives, stores, and serves the dashboard."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence

from uvloop import run

from mcp_telemetry.errors import TelemetryError
from mcp_telemetry.leader.allocator import return_large_blocks
from mcp_telemetry.leader.server import Leader
from mcp_telemetry.lifeline import told_to_stop
from mcp_telemetry.open_files import raise_file_limit
from mcp_telemetry.settings import LeaderSettings, load

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Runs until SIGTERM or SIGINT; 0 after a clean end, 1 when it cannot serve as it was told."""
    settings = load(LeaderSettings, argv)
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr
    )
    return_large_blocks()
    raise_file_limit()
    try:
        run(_run(settings))
    except TelemetryError as error:
        print(f"mcp-leader: {error}", file=sys.stderr)
        return 1
    return 0


async def _run(settings: LeaderSettings) -> None:
    async with told_to_stop() as stop:
        await Leader(settings).run(stop)


if __name__ == "__main__":
    sys.exit(main())
