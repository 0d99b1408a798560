"""The dashboards that come with the leader: JSON files in the folder beside this module."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from mcp_telemetry.storage.dashboard_files import DashboardFiles, read_dashboard
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["FOLDER", "shipped"]

FOLDER = Path(__file__).parent / "shipped"


@cache
def shipped() -> dict[str, pb.Dashboard]:
    """By id."""
    dashboards = [read_dashboard(path) for path in DashboardFiles(FOLDER).paths()]
    for dashboard in dashboards:
        dashboard.is_shipped = True
    return {dashboard.id: dashboard for dashboard in dashboards}
