"""Live monitoring for swarms of MCP servers."""

from mcp_telemetry.collectors.metrics_collector import MetricsCollector

__all__ = ["MetricsCollector"]
