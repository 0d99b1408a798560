"""How long this process and its host have been up."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mcp_telemetry.collectors.rounding import hundredths
from mcp_telemetry.v1 import metrics_pb2

__all__ = ["Starts", "UptimeCollector", "linux_starts"]

# The field of /proc/<pid>/stat behind the name.
_START_TICKS = 19


@dataclass(frozen=True, slots=True)
class Starts:
    """When it began, in seconds of `clock`."""

    clock: Callable[[], float]
    process_s: float
    host_s: float


class UptimeCollector:
    """The time since both began."""

    name = "uptime"

    def __init__(self, starts: Starts) -> None:
        self._starts = starts

    def collect(self, snapshot: metrics_pb2.MetricSnapshot) -> None:
        """Fill `system.uptime_seconds` and `system.host_uptime_seconds`."""
        now = self._starts.clock()
        snapshot.system.uptime_seconds = hundredths(max(0.0, now - self._starts.process_s))
        snapshot.system.host_uptime_seconds = hundredths(max(0.0, now - self._starts.host_s))


def linux_starts(proc: Path) -> Starts:
    """Starts by the clock that begins at boot and goes on while the host sleeps, as /proc/uptime does."""
    fields = (proc / "self" / "stat").read_bytes().rpartition(b") ")[2].split()
    ticks_per_s = os.sysconf("SC_CLK_TCK")
    return Starts(lambda: time.clock_gettime(time.CLOCK_BOOTTIME), int(fields[_START_TICKS]) / ticks_per_s, 0.0)
