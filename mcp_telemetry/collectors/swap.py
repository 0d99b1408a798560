"""Swap space."""

from __future__ import annotations

import os

from mcp_telemetry.collectors.kernel_file import KernelFile, int_after
from mcp_telemetry.collectors.rounding import hundredths
from mcp_telemetry.v1 import metrics_pb2

__all__ = ["SwapCollector", "fill_swap"]

_KIB = 1024


class SwapCollector:
    """/proc/meminfo for how full it is, /proc/vmstat for what moved."""

    name = "swap"

    def __init__(self, meminfo: KernelFile, vmstat: KernelFile) -> None:
        self._meminfo = meminfo
        self._vmstat = vmstat
        self._page_bytes = os.sysconf("SC_PAGE_SIZE")

    def collect(self, snapshot: metrics_pb2.MetricSnapshot) -> None:
        """Fill `system.swap`; without swap space there is no percentage."""
        swap = snapshot.system.swap
        meminfo = self._meminfo.read_for(snapshot)
        total, free = int_after(meminfo, b"\nSwapTotal:"), int_after(meminfo, b"\nSwapFree:")
        if total is not None and free is not None:
            fill_swap(swap, total * _KIB, (total - free) * _KIB)
        vmstat = self._vmstat.read_for(snapshot)
        pages_in, pages_out = int_after(vmstat, b"\npswpin "), int_after(vmstat, b"\npswpout ")
        if pages_in is not None and pages_out is not None:
            swap.in_bytes = pages_in * self._page_bytes
            swap.out_bytes = pages_out * self._page_bytes


def fill_swap(swap: metrics_pb2.SwapMetrics, total: int, used: int) -> None:
    """Fill how full it is, in bytes."""
    swap.total_bytes = total
    swap.used_bytes = used
    if total:
        swap.percent = hundredths(100 * used / total)
