"""Everything a node measures, as a snapshot to send and as the plain dictionary for people."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from google.protobuf.message import Message

from mcp_telemetry.collectors.application import ApplicationCounters
from mcp_telemetry.collectors.base import Collector
from mcp_telemetry.collectors.custom import CustomMetrics
from mcp_telemetry.collectors.first_counts import FirstCounts
from mcp_telemetry.collectors.registry import default_collectors
from mcp_telemetry.collectors.runner import CollectorRunner
from mcp_telemetry.v1 import metrics_pb2

__all__ = ["MetricsCollector"]

# The sections of `collect_system_metrics`, and from which field of SystemMetrics each of their values comes.
_SECTIONS = {
    "cpu": {"percent": "percent", "count": "count"},
    "memory": {"total": "total_bytes", "available": "available_bytes", "percent": "percent"},
    "disk": {"total": "total_bytes", "used": "used_bytes", "percent": "percent"},
    "network": {"bytes_sent": "bytes_sent", "bytes_recv": "bytes_recv"},
}


class MetricsCollector:
    """Measures this host, this process and the MCP server in it. Nothing here waits.

    node_id:         names the node in the dictionary; whoever sends a snapshot puts it there
    start_time:      when this object was made, in Unix seconds
    last_metrics:    what `collect_all_metrics` returned last
    request_counter: requests by kind, the same as `application.requests`
    application:     counters of the MCP server: requests, errors, connections, operations
    custom:          gauges, counters and histograms of the user's own
    first_counts:    which of these were sent already; for whoever sends snapshots
    """

    def __init__(self, node_id: str, *, top_processes: int = 0, collectors: Sequence[Collector] | None = None) -> None:
        """`collectors` instead of the default ones of this machine; the application's and custom ones come on top."""
        self.node_id = node_id
        self.start_time = time.time()
        self.last_metrics: dict[str, Any] | None = None
        self.application = ApplicationCounters()
        self.custom = CustomMetrics()
        self.first_counts = FirstCounts()
        self.request_counter: Counter[str] = self.application.requests
        system = default_collectors(top_processes=top_processes) if collectors is None else collectors
        self._runner = CollectorRunner((*system, self.application, self.custom))
        # Their own collectors, so that a look at the dictionary does not shorten the CPU interval of a snapshot.
        self._sections = CollectorRunner([each for each in default_collectors() if each.name in _SECTIONS])

    def snapshot(self) -> metrics_pb2.MetricSnapshot:
        """All measurements now, CPU percentages since the last snapshot; without node_id, instance_id and sequence."""
        snapshot = metrics_pb2.MetricSnapshot(time_unix_nano=time.time_ns())
        self._runner.collect(snapshot)
        return snapshot

    def collect_system_metrics(self) -> dict[str, Any]:
        """The host: cpu, memory, disk and network in bytes and percent (since the last call), uptime in seconds.

        What this machine cannot say is None.
        """
        snapshot = metrics_pb2.MetricSnapshot(time_unix_nano=time.time_ns())
        self._sections.collect(snapshot)
        system = {section: _values(getattr(snapshot.system, section), keys) for section, keys in _SECTIONS.items()}
        return {**system, "uptime": time.time() - self.start_time}

    def collect_application_metrics(self) -> dict[str, Any]:
        """The MCP server: requests by kind, active connections."""
        return {"requests": dict(self.request_counter), "active_connections": self.application.active_connections}

    def collect_all_metrics(self) -> dict[str, Any]:
        """node_id, timestamp (Unix seconds), system and application; also kept in `last_metrics`."""
        metrics = {
            "node_id": self.node_id,
            "timestamp": time.time(),
            "system": self.collect_system_metrics(),
            "application": self.collect_application_metrics(),
        }
        self.last_metrics = metrics
        return metrics


def _values(message: Message, keys: dict[str, str]) -> dict[str, int | float | None]:
    return {key: getattr(message, field) if message.HasField(field) else None for key, field in keys.items()}
