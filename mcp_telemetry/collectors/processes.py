"""Processes: how many."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from mcp_telemetry.collectors.kernel_file import KernelFile, int_after
from mcp_telemetry.v1 import metrics_pb2

__all__ = ["ProcessCollector", "ProcessCount"]

_RECOUNT_S = 60.0
_ATTEMPTS = 5


class ProcessCollector:
    """How many processes there are, and what /proc/stat says they do."""

    name = "processes"

    def __init__(self, count: Callable[[], int], stat: KernelFile) -> None:
        self._count = count
        self._stat = stat

    def collect(self, snapshot: metrics_pb2.MetricSnapshot) -> None:
        """Fill the counts of `system.processes`. Running and blocked are threads, as the kernel counts them."""
        processes = snapshot.system.processes
        processes.count = self._count()
        stat = self._stat.read_for(snapshot)
        running, blocked = int_after(stat, b"\nprocs_running "), int_after(stat, b"\nprocs_blocked ")
        if running is not None:
            processes.running = running
        if blocked is not None:
            processes.blocked = blocked


class ProcessCount:
    """The number of processes in /proc.

    A folder's link count is that of the folders in it, and the kernel keeps it for /proc without a look at any process;
    listing them takes a hundred times as long. But it counts the processes of the whole host, so where not all of them
    are to be seen (in a container, or hidden from this user) they are listed after all.
    """

    def __init__(self, proc: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._proc = proc
        self._clock = clock
        self._other_links: int | None = None
        self._valid_until = -1.0

    def __call__(self) -> int:
        """As many as there are numbered folders in /proc now."""
        now = self._clock()
        if now >= self._valid_until:
            # Again from time to time: a kernel module may add a folder of its own.
            self._other_links = _other_links(self._proc)
            self._valid_until = now + _RECOUNT_S
        if self._other_links is None:
            return sum(map(str.isdigit, os.listdir(self._proc)))  # noqa: PTH208 names are enough, and cheaper
        return self._proc.stat().st_nlink - self._other_links


def _other_links(proc: Path) -> int | None:
    """Links of /proc that are not processes, None if the links do not tell how many processes are to be seen."""
    for _ in range(_ATTEMPTS):
        with os.scandir(proc) as entries:
            folders = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
        if proc.stat().st_nlink == len(folders) + 2:  # its own entry, and the one in its parent
            return len(folders) + 2 - sum(map(str.isdigit, folders))
    return None  # or processes came and went all the time
