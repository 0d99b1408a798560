"""File systems: how full."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from mcp_telemetry.collectors.rounding import hundredths
from mcp_telemetry.v1 import metrics_pb2

__all__ = ["DiskCollector"]

_ROOT = "/"


class DiskCollector:
    """statvfs of the root and of each mounted file system that `mountpoints` names."""

    name = "disk"

    def __init__(self, mountpoints: Callable[[], Sequence[str]]) -> None:
        self._mountpoints = mountpoints

    def collect(self, snapshot: metrics_pb2.MetricSnapshot) -> None:
        """Fill the sizes of `system.disk`. A file system that fails is left out; the last failure is raised."""
        disk = snapshot.system.disk
        disk.total_bytes, disk.used_bytes, percent = _sizes(_ROOT)
        if percent is not None:
            disk.percent = percent
        failures = [error for path in self._mountpoints() if (error := _add_mount(disk, path))]
        if failures:
            raise failures[-1]


def _add_mount(disk: metrics_pb2.DiskMetrics, path: str) -> OSError | None:
    try:
        total, used, percent = _sizes(path)
    except (FileNotFoundError, PermissionError):
        return None  # unmounted a moment ago, or none of our business
    except OSError as error:
        return error
    disk.mounts.add(mountpoint=path, total_bytes=total, used_bytes=used, percent=percent)
    return None


def _sizes(path: str) -> tuple[int, int, float | None]:
    """Total and used bytes, and percent as df has it: blocks kept for root count as neither used nor free."""
    status = os.statvfs(path)
    used = status.f_blocks - status.f_bfree
    usable = used + status.f_bavail
    percent = hundredths(100 * used / usable) if usable else None
    return status.f_blocks * status.f_frsize, used * status.f_frsize, percent
