"""Physical memory."""

from __future__ import annotations

from mcp_telemetry.collectors.kernel_file import KernelFile, int_after
from mcp_telemetry.collectors.rounding import hundredths
from mcp_telemetry.v1 import metrics_pb2

__all__ = ["MemoryCollector", "fill_memory"]

_KIB = 1024


class MemoryCollector:
    """/proc/meminfo."""

    name = "memory"

    def __init__(self, meminfo: KernelFile) -> None:
        self._meminfo = meminfo

    def collect(self, snapshot: metrics_pb2.MetricSnapshot) -> None:
        """Fill `system.memory`."""
        text = self._meminfo.read_for(snapshot)
        memory = snapshot.system.memory
        fill_memory(memory, _bytes_after(text, b"MemTotal:"), _bytes_after(text, b"\nMemAvailable:"))
        cached = _bytes_after(text, b"\nCached:")
        if cached is not None:
            # Reclaimable slabs are caches too; `free` shows them so.
            memory.cached_bytes = cached + (_bytes_after(text, b"\nSReclaimable:") or 0)
        buffers = _bytes_after(text, b"\nBuffers:")
        if buffers is not None:
            memory.buffers_bytes = buffers


def _bytes_after(text: bytes, key: bytes) -> int | None:
    kib = int_after(text, key)
    return None if kib is None else kib * _KIB


def fill_memory(memory: metrics_pb2.MemoryMetrics, total: int | None, available: int | None) -> None:
    """Fill total, available, used and percent, as far as they are known; in bytes."""
    if total is not None:
        memory.total_bytes = total
    if available is not None:
        memory.available_bytes = available
    if total and available is not None:
        # A container may be told more available memory than it has in total.
        used = max(0, total - available)
        memory.used_bytes = used
        memory.percent = hundredths(100 * used / total)
