"""`mcp-node`: reports this host to a leader until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Sequence

from mcp_telemetry.collectors.metrics_collector import MetricsCollector
from mcp_telemetry.errors import ConfigurationError
from mcp_telemetry.lifeline import told_to_stop
from mcp_telemetry.node.agent import Agent
from mcp_telemetry.settings import NodeSettings, load

__all__ = ["main"]

logger = logging.getLogger("mcp_telemetry.node")


def main(argv: Sequence[str] | None = None) -> int:
    """Run until SIGINT or SIGTERM; the exit status is 0 then, and 2 if it could not start as it was told."""
    settings = load(NodeSettings, argv)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=settings.log_level.upper())
    try:
        asyncio.run(_run(settings))
    except ConfigurationError as error:
        print(f"mcp-node: {error}", file=sys.stderr)
        return 2
    return 0


async def _run(settings: NodeSettings) -> None:
    async with told_to_stop() as stop:
        agent = Agent(settings, MetricsCollector(settings.node_id, top_processes=settings.top_processes))
        agent.start()
        logger.info(
            "node %s reports to %s every %g s; what is not acknowledged waits in %s, at most %d MiB",
            settings.node_id, ", ".join(settings.leader), settings.interval_s,
            settings.spool_dir / settings.node_id, settings.spool_limit_bytes >> 20,
        )  # fmt: skip
        await stop.wait()
        await agent.stop()


if __name__ == "__main__":
    sys.exit(main())
