"""Disks: how much was read and written."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from mcp_telemetry.collectors.kernel_file import KernelFile
from mcp_telemetry.v1 import metrics_pb2

__all__ = ["DiskIoCollector"]

# The unit of /proc/diskstats, whatever the disk's own sectors are.
_SECTOR_BYTES = 512
# Where a field stands in a line: device numbers and name, then the counters.
_NAME, _READS, _SECTORS_READ, _WRITES, _SECTORS_WRITTEN = 2, 3, 5, 7, 9


class DiskIoCollector:
    """/proc/diskstats, summed over the physical disks.

    Partitions, and devices laid over others (loop, device mapper, RAID), would count the same bytes again.
    """

    name = "disk_io"

    def __init__(self, diskstats: KernelFile, block_devices: Path) -> None:
        self._diskstats = diskstats
        self._block_devices = block_devices
        self._is_physical = lru_cache(maxsize=1024)(self._has_hardware)

    def collect(self, snapshot: metrics_pb2.MetricSnapshot) -> None:
        """Fill the counters of `system.disk`; nothing where there is no physical disk."""
        lines = [line.split() for line in self._diskstats.read_for(snapshot).splitlines()]
        disks = [fields for fields in lines if self._is_physical(fields[_NAME])]
        if disks:
            disk = snapshot.system.disk
            disk.reads = _sum(disks, _READS)
            disk.writes = _sum(disks, _WRITES)
            disk.read_bytes = _sum(disks, _SECTORS_READ) * _SECTOR_BYTES
            disk.write_bytes = _sum(disks, _SECTORS_WRITTEN) * _SECTOR_BYTES

    def _has_hardware(self, name: bytes) -> bool:
        # A slash in a device's name is an exclamation mark in /sys; a partition has no entry of its own there.
        return (self._block_devices / name.decode().replace("/", "!") / "device").exists()


def _sum(disks: list[list[bytes]], field: int) -> int:
    return sum(int(fields[field]) for fields in disks)
