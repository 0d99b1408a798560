"""Live monitoring for swarms of MCP servers."""

from mcp_telemetry.collectors.metrics_collector import MetricsCollector
from mcp_telemetry.node.service import MonitoringService

__all__ = ["MetricsCollector", "MonitoringService"]
