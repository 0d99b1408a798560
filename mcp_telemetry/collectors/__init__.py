"""What a node measures: one small collector per source."""

from mcp_telemetry.collectors.application import ApplicationCounters
from mcp_telemetry.collectors.base import Collector
from mcp_telemetry.collectors.custom import CustomMetrics
from mcp_telemetry.collectors.metrics_collector import MetricsCollector
from mcp_telemetry.collectors.registry import default_collectors
from mcp_telemetry.collectors.runner import CollectorRunner

__all__ = [
    "ApplicationCounters",
    "Collector",
    "CollectorRunner",
    "CustomMetrics",
    "MetricsCollector",
    "default_collectors",
]
