"""Monitoring embedded in a process of one's own, such as an MCP server.

::

    monitoring = MonitoringService(node)        # node has node_id, is_leader, leader_address
    await monitoring.start()
    monitoring.record_request("tools/call")
    await monitoring.stop()
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from mcp_telemetry.collectors.custom import CustomMetrics
from mcp_telemetry.collectors.metrics_collector import MetricsCollector
from mcp_telemetry.errors import ConfigurationError
from mcp_telemetry.node.agent import Agent
from mcp_telemetry.node.leader_process import leader_process
from mcp_telemetry.settings import SPOOL_FOLDER, NodeSettings, resolve, settings_of

__all__ = ["MonitoringService", "SwarmNode"]

logger = logging.getLogger(__name__)

_DEFAULT_PORT = 50051


class SwarmNode(Protocol):
    """What the service asks of the object it is given; `leader_address` is host:port, or a URL, or a comma list."""

    @property
    def node_id(self) -> str:
        """Names the node in the swarm."""

    @property
    def is_leader(self) -> bool:
        """Whether this process shall keep a leader running at the first of these addresses."""

    @property
    def leader_address(self) -> str | None:
        """Where the leader listens; None for this host."""


class MonitoringService:
    """Reports its process and host to the leader, in the background of the running event loop.

    It never raises into the process it is part of: what fails is logged. Nor does the loop wait for a leader, or for
    the disk with each snapshot. It does wait for the disk when the outbox is opened, begins another file (each holds a
    sixteenth of MCP_SPOOL_LIMIT) or, every ten seconds, tries a disk that refused.

    The variables of mcp-node apply, but for MCP_NODE_ID, MCP_INTERVAL and MCP_LOG_LEVEL: `node`, `collection_interval`
    and the `logging` of the process say those.

    node_id:             the node's
    collection_interval: seconds between two snapshots
    metrics_dir:         where a leader started here keeps its data; in its `_spool` what is not acknowledged yet, if
                         MCP_SPOOL_DIR does not say otherwise. Default: MCP_METRICS_DIR, ./metrics, and the usual spool
    metrics_collector:   the counters, gauges and what was collected last
    running:             whether it was started and not stopped
    """

    def __init__(
        self, node: SwarmNode, collection_interval: float = 1, metrics_dir: str | os.PathLike[str] | None = None
    ) -> None:
        self.node = node
        self.node_id = node.node_id
        self.collection_interval = collection_interval
        self.metrics_dir = Path(metrics_dir or os.environ.get("MCP_METRICS_DIR") or "metrics")
        self.metrics_collector = MetricsCollector(self.node_id, top_processes=_top_processes())
        self.running = False
        self._spool_dir = str(Path(metrics_dir) / SPOOL_FOLDER) if metrics_dir else None
        self._agent: Agent | None = None
        self._leader: asyncio.Task[None] | None = None

    @property
    def custom(self) -> CustomMetrics:
        """Gauges, counters and histograms of one's own."""
        return self.metrics_collector.custom

    # -- Running ------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin to report; a second call does nothing."""
        if self.running:
            return
        self.running = True
        try:
            self._start()
        except ConfigurationError as error:
            logger.error("this node is not monitored: %s", error)
        except Exception:
            logger.exception("this node is not monitored")

    async def stop(self) -> None:
        """Send what is left, then end the leader if it was started here; a second call does nothing."""
        self.running = False
        agent, self._agent = self._agent, None
        leader, self._leader = self._leader, None
        try:
            if agent is not None:
                await agent.stop()
        except Exception:
            logger.exception("monitoring did not stop in order")
        finally:
            if leader is not None:
                leader.cancel()
                await asyncio.wait({leader})

    def _start(self) -> None:
        settings = self._settings()
        if self.node.is_leader:
            self._leader = asyncio.create_task(leader_process(settings.leader[0], self.metrics_dir).run())
        self._agent = Agent(settings, self.metrics_collector)
        self._agent.start()

    def _settings(self) -> NodeSettings:
        given = {"node_id": self.node_id, "interval_s": str(self.collection_interval)}
        if self.node.leader_address:
            given["leader"] = ",".join(map(_host_and_port, self.node.leader_address.split(",")))
        if self._spool_dir and "MCP_SPOOL_DIR" not in os.environ:
            given["spool_dir"] = self._spool_dir
        return resolve(NodeSettings, given)

    # -- What the MCP server counts; from any thread ------------------------------------------------------------------

    def record_request(self, kind: str) -> None:
        """Count a request of an MCP method, such as `tools/call`."""
        _quietly(lambda: self.metrics_collector.application.record_request(kind))

    def record_error(self, kind: str) -> None:
        """Count an error of whatever kind: an MCP method, an exception's name."""
        _quietly(lambda: self.metrics_collector.application.record_error(kind))

    def connection_opened(self) -> None:
        """One more client is connected."""
        self.metrics_collector.application.connection_opened()

    def connection_closed(self) -> None:
        """One client less."""
        self.metrics_collector.application.connection_closed()

    def record_operation(self, method: str, tool: str, duration_seconds: float, error: bool = False) -> None:
        """Count a finished MCP operation and its duration; `tool` is empty where the method has none."""
        _quietly(lambda: self.metrics_collector.application.record_operation(method, tool, duration_seconds, error))


def _top_processes() -> int:
    """What MCP_TOP_PROCESSES says; 0 for what it cannot be, and `start` logs that."""
    row = next(row for row in settings_of(NodeSettings) if row.field == "top_processes")
    try:
        return int(row.parse(os.environ.get(row.variable) or row.default))
    except ValueError:
        return 0


def _quietly(record: Callable[[], None]) -> None:
    """A wrong argument to monitoring must not fail the request that is monitored."""
    try:
        record()
    except Exception as error:
        logger.warning("not counted: %s", error)


def _host_and_port(address: str) -> str:
    """host:port of an address that may be a URL, and may leave the port out."""
    plain = address.strip().partition("://")[2] or address.strip()
    host_and_port = plain.partition("/")[0]
    has_port = host_and_port.rpartition(":")[2].isdigit() and not host_and_port.endswith("]")
    return host_and_port if has_port else f"{host_and_port}:{_DEFAULT_PORT}"
