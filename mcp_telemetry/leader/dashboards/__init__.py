"""Dashboards that people made, and those that came with the leader: kept as files, given over gRPC."""

from mcp_telemetry.leader.dashboards.service import DashboardsService
from mcp_telemetry.leader.dashboards.store import DashboardStore

__all__ = ["DashboardStore", "DashboardsService"]
