"""An MCP server with MonitoringService in it. Arguments: the leader's address, the port to serve on, a spool folder."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from mcp.server import MCPServer

from mcp_telemetry import MonitoringService
from mcp_telemetry.node.mcp_middleware import mcp_middleware


@dataclass
class SwarmNode:
    leader_address: str
    node_id: str = "calculator-1"
    is_leader: bool = False


leader_address, port, spool = sys.argv[1:]
monitoring = MonitoringService(SwarmNode(leader_address), collection_interval=0.2, metrics_dir=spool)


@asynccontextmanager
async def monitored(_: MCPServer[None]) -> AsyncIterator[None]:
    await monitoring.start()
    try:
        yield
    finally:
        await monitoring.stop()


server = MCPServer("calculator", lifespan=monitored, middleware=[mcp_middleware(monitoring)])


@server.tool()
def divide(a: float, b: float) -> float:
    return a / b


if __name__ == "__main__":
    server.run("streamable-http", port=int(port))
