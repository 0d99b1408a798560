"""The same measurements by psutil, for systems without /proc. What psutil cannot say there is left out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import Any

import psutil

from mcp_telemetry.collectors.agent import AgentCollector
from mcp_telemetry.collectors.base import Collector
from mcp_telemetry.collectors.cpu import CpuCollector, CpuTimes, Row
from mcp_telemetry.collectors.disk import DiskCollector
from mcp_telemetry.collectors.load import LoadCollector
from mcp_telemetry.collectors.memory import fill_memory
from mcp_telemetry.collectors.mounts import MAX_MOUNTS
from mcp_telemetry.collectors.network import InterfaceCounters, InterfaceFiller
from mcp_telemetry.collectors.swap import fill_swap
from mcp_telemetry.collectors.uptime import Starts, UptimeCollector
from mcp_telemetry.v1 import metrics_pb2

__all__ = ["portable_collectors"]

_MODES = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")
_MOUNTS_REFRESH_S = 30.0


def portable_collectors() -> tuple[Collector, ...]:
    """One collector per source, named as those of Linux."""
    process = psutil.Process()
    return (
        CpuCollector(_cpu_times),
        LoadCollector(),
        PsutilMemoryCollector(),
        PsutilSwapCollector(),
        DiskCollector(_cached_mountpoints()),
        PsutilDiskIoCollector(),
        PsutilNetworkCollector(),
        PsutilProcessCollector(),
        UptimeCollector(Starts(time.time, process.create_time(), psutil.boot_time())),
        AgentCollector(lambda: process.memory_info().rss),
    )


class PsutilMemoryCollector:
    """Physical memory."""

    name = "memory"

    def collect(self, snapshot: metrics_pb2.MetricSnapshot) -> None:
        """Fill total, available, used and percent of `system.memory`."""
        memory = psutil.virtual_memory()
        fill_memory(snapshot.system.memory, memory.total, memory.available)


class PsutilSwapCollector:
    """Swap space."""

    name = "swap"

    def collect(self, snapshot: metrics_pb2.MetricSnapshot) -> None:
        """Fill `system.swap`."""
        swap = psutil.swap_memory()
        fill_swap(snapshot.system.swap, swap.total, swap.used)
        snapshot.system.swap.in_bytes = swap.sin
        snapshot.system.swap.out_bytes = swap.sout


class PsutilDiskIoCollector:
    """All disks together."""

    name = "disk_io"

    def collect(self, snapshot: metrics_pb2.MetricSnapshot) -> None:
        """Fill the counters of `system.disk`."""
        total = psutil.disk_io_counters(nowrap=False)
        if total is not None:
            disk = snapshot.system.disk
            disk.reads, disk.writes = total.read_count, total.write_count
            disk.read_bytes, disk.write_bytes = total.read_bytes, total.write_bytes


class PsutilNetworkCollector:
    """Network interfaces."""

    name = "network"

    def __init__(self) -> None:
        self._filler = InterfaceFiller()

    def collect(self, snapshot: metrics_pb2.MetricSnapshot) -> None:
        """Fill the totals and the interfaces of `system.network`."""
        counters = psutil.net_io_counters(pernic=True, nowrap=False)
        self._filler.fill(snapshot, {name: _interface(each) for name, each in counters.items()})


class PsutilProcessCollector:
    """Processes."""

    name = "processes"

    def collect(self, snapshot: metrics_pb2.MetricSnapshot) -> None:
        """Fill `system.processes.count`."""
        snapshot.system.processes.count = len(psutil.pids())


def _interface(counters: Any) -> InterfaceCounters:
    return InterfaceCounters(
        bytes_recv=counters.bytes_recv,
        packets_recv=counters.packets_recv,
        errors_in=counters.errin,
        drops_in=counters.dropin,
        bytes_sent=counters.bytes_sent,
        packets_sent=counters.packets_sent,
        errors_out=counters.errout,
        drops_out=counters.dropout,
    )


def _cpu_times(_: metrics_pb2.MetricSnapshot) -> CpuTimes:
    cores = [_row(times) for times in psutil.cpu_times(percpu=True)]
    return CpuTimes(_row(psutil.cpu_times()), dict(enumerate(cores)))


def _row(times: Any) -> Row:
    return [getattr(times, mode) for mode in takewhile(times._fields.__contains__, _MODES)]


def _cached_mountpoints() -> Callable[[], Sequence[str]]:
    cached: list[str] = []
    valid_until = 0.0

    def mountpoints() -> Sequence[str]:
        nonlocal cached, valid_until
        if time.monotonic() >= valid_until:
            cached = sorted({partition.mountpoint for partition in psutil.disk_partitions()})[:MAX_MOUNTS]
            valid_until = time.monotonic() + _MOUNTS_REFRESH_S
        return cached

    return mountpoints
