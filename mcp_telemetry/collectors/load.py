"""Load averages: how many threads ran or wanted to."""

from __future__ import annotations

import os

from mcp_telemetry.v1 import metrics_pb2

__all__ = ["LoadCollector"]


class LoadCollector:
    """The averages over 1, 5 and 15 minutes."""

    name = "load"

    def collect(self, snapshot: metrics_pb2.MetricSnapshot) -> None:
        """Fill the load of `system.cpu`."""
        cpu = snapshot.system.cpu
        cpu.load_1m, cpu.load_5m, cpu.load_15m = os.getloadavg()
