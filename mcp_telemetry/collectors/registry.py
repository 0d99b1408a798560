"""Which collectors a node runs."""

from __future__ import annotations

import logging
from pathlib import Path

from mcp_telemetry.collectors.agent import AgentCollector, linux_rss
from mcp_telemetry.collectors.base import Collector
from mcp_telemetry.collectors.cpu import CpuCollector, linux_cpu_times
from mcp_telemetry.collectors.disk import DiskCollector
from mcp_telemetry.collectors.disk_io import DiskIoCollector
from mcp_telemetry.collectors.kernel_file import KernelFile
from mcp_telemetry.collectors.load import LoadCollector
from mcp_telemetry.collectors.memory import MemoryCollector
from mcp_telemetry.collectors.mounts import MountTable
from mcp_telemetry.collectors.network import NetworkCollector
from mcp_telemetry.collectors.processes import ProcessCollector, ProcessCount
from mcp_telemetry.collectors.sockets import SocketCollector
from mcp_telemetry.collectors.swap import SwapCollector
from mcp_telemetry.collectors.temperatures import TemperatureCollector
from mcp_telemetry.collectors.top_processes import TopProcessesCollector
from mcp_telemetry.collectors.uptime import UptimeCollector, linux_starts

__all__ = ["default_collectors"]

logger = logging.getLogger(__name__)


def default_collectors(
    *, top_processes: int = 0, proc: Path = Path("/proc"), sys: Path = Path("/sys")
) -> tuple[Collector, ...]:
    """One collector per source of this machine, in the order in which they fill a snapshot.

    `top_processes` is how many of the busiest processes to report; 0 spares reading them all.
    """
    if not (proc / "stat").exists():
        from mcp_telemetry.collectors.portable import portable_collectors  # psutil is 2 MB that Linux does not need

        if top_processes:
            logger.warning("top_processes is %d, but there is no %s: none will be reported", top_processes, proc)
        return portable_collectors()
    top = (TopProcessesCollector(top_processes, proc),) if top_processes else ()
    return (*_linux_collectors(proc, sys), *top)


def _linux_collectors(proc: Path, sys: Path) -> tuple[Collector, ...]:
    # Files that more than one collector reads, once per snapshot.
    stat, meminfo = KernelFile(proc / "stat"), KernelFile(proc / "meminfo")
    return (
        CpuCollector(linux_cpu_times(stat)),
        LoadCollector(),
        MemoryCollector(meminfo),
        SwapCollector(meminfo, KernelFile(proc / "vmstat")),
        DiskCollector(MountTable(proc / "self" / "mountinfo", proc / "filesystems")),
        DiskIoCollector(KernelFile(proc / "diskstats"), sys / "block"),
        NetworkCollector(KernelFile(proc / "net" / "dev")),
        SocketCollector(KernelFile(proc / "net" / "sockstat"), KernelFile(proc / "net" / "sockstat6")),
        ProcessCollector(ProcessCount(proc), stat),
        TemperatureCollector(sys),
        UptimeCollector(linux_starts(proc)),
        AgentCollector(linux_rss(KernelFile(proc / "self" / "statm"))),
    )
