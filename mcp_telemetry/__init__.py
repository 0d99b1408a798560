"""Live monitoring for swarms of MCP servers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mcp_telemetry.collectors.metrics_collector import MetricsCollector
    from mcp_telemetry.node.service import MonitoringService

__all__ = ["MetricsCollector", "MonitoringService"]


def __getattr__(name: str) -> Any:
    """Load what is exported when it is asked for: a leader or a dashboard needs no collectors, nor a node all of it."""
    if name == "MetricsCollector":
        from mcp_telemetry.collectors.metrics_collector import MetricsCollector

        return MetricsCollector
    if name == "MonitoringService":
        from mcp_telemetry.node.service import MonitoringService

        return MonitoringService
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
