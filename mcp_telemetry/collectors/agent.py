"""What reporting itself costs."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from mcp_telemetry.collectors.kernel_file import KernelFile
from mcp_telemetry.v1 import metrics_pb2

__all__ = ["AgentCollector", "linux_rss"]


class AgentCollector:
    """CPU time and memory of this process, whatever else it does."""

    name = "agent"

    def __init__(self, read_rss: Callable[[], int | None]) -> None:
        self._read_rss = read_rss

    def collect(self, snapshot: metrics_pb2.MetricSnapshot) -> None:
        """Fill `agent.cpu_seconds` and `agent.rss_bytes`."""
        snapshot.agent.cpu_seconds = time.process_time()
        rss = self._read_rss()
        if rss is not None:
            snapshot.agent.rss_bytes = rss


def linux_rss(statm: KernelFile) -> Callable[[], int | None]:
    """A reader of /proc/self/statm, in bytes."""
    page_bytes = os.sysconf("SC_PAGE_SIZE")

    def read() -> int | None:
        fields = statm.read().split()
        return int(fields[1]) * page_bytes if fields else None

    return read
