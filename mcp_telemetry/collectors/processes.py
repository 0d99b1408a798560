"""Processes: how many."""

from __future__ import annotations

import os
from pathlib import Path

from mcp_telemetry.collectors.kernel_file import KernelFile, int_after
from mcp_telemetry.v1 import metrics_pb2

__all__ = ["ProcessCollector"]


class ProcessCollector:
    """The numbered folders of /proc, and what /proc/stat says about them."""

    name = "processes"

    def __init__(self, proc: Path, stat: KernelFile) -> None:
        self._proc = proc
        self._stat = stat

    def collect(self, snapshot: metrics_pb2.MetricSnapshot) -> None:
        """Fill the counts of `system.processes`. Running and blocked are threads, as the kernel counts them."""
        processes = snapshot.system.processes
        processes.count = sum(map(str.isdigit, os.listdir(self._proc)))  # noqa: PTH208 names are enough, and cheaper
        stat = self._stat.read_for(snapshot)
        running, blocked = int_after(stat, b"\nprocs_running "), int_after(stat, b"\nprocs_blocked ")
        if running is not None:
            processes.running = running
        if blocked is not None:
            processes.blocked = blocked
