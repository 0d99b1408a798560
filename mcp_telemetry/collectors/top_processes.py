"""The busiest processes. Reading every process costs CPU, so this runs only where it is asked for."""

from __future__ import annotations

import heapq
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from mcp_telemetry.collectors.labels import clean_label
from mcp_telemetry.v1 import metrics_pb2

__all__ = ["MAX_TOP_PROCESSES", "TopProcessesCollector"]

MAX_TOP_PROCESSES = 50
_GONE_OR_HIDDEN = (FileNotFoundError, ProcessLookupError, PermissionError)

# Fields of /proc/<pid>/stat behind the name, which may itself hold spaces and parentheses.
_USER_TICKS, _SYSTEM_TICKS, _START_TICKS = 11, 12, 19


class _Process(NamedTuple):
    pid: int
    start_ticks: int  # tells a process from a later one with its pid
    name: str
    cpu_ticks: int


class TopProcessesCollector:
    """The `count` processes (at most 50) that used most CPU since the last snapshot, or since this was made."""

    name = "top_processes"

    def __init__(self, count: int, proc: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._count = min(count, MAX_TOP_PROCESSES)
        self._proc = proc
        self._clock = clock
        self._ticks_per_s = os.sysconf("SC_CLK_TCK")
        self._page_bytes = os.sysconf("SC_PAGE_SIZE")
        self._read_at = clock()
        self._ticks_before = {_key(process): process.cpu_ticks for process in _all(proc)}

    def collect(self, snapshot: metrics_pb2.MetricSnapshot) -> None:
        """Fill `system.processes.top`, by pid."""
        before, read_before = self._ticks_before, self._read_at
        self._read_at, processes = self._clock(), list(_all(self._proc))
        self._ticks_before = {_key(process): process.cpu_ticks for process in processes}
        elapsed_ticks = (self._read_at - read_before) * self._ticks_per_s
        if elapsed_ticks <= 0:
            return
        used = [(process.cpu_ticks - before.get(_key(process), 0), process) for process in processes]
        busiest = heapq.nlargest(self._count, used, key=lambda pair: pair[0])
        for ticks, process in sorted(busiest, key=lambda pair: pair[1].pid):
            top = snapshot.system.processes.top.add(pid=process.pid, name=process.name)
            top.cpu_percent = 100 * max(0, ticks) / elapsed_ticks
            rss_pages = self._rss_pages(process.pid)
            if rss_pages is not None:
                top.rss_bytes = rss_pages * self._page_bytes

    def _rss_pages(self, pid: int) -> int | None:
        # The memory in a process's `stat` is off by some pages, for the kernel's speed; that in `statm` is right.
        try:
            return int((self._proc / str(pid) / "statm").read_bytes().split()[1])
        except _GONE_OR_HIDDEN:
            return None


def _key(process: _Process) -> tuple[int, int]:
    return process.pid, process.start_ticks


def _all(proc: Path) -> Iterator[_Process]:
    for name in os.listdir(proc):  # noqa: PTH208 names are enough, and cheaper
        if name.isdigit():
            try:
                text = (proc / name / "stat").read_bytes()
            except _GONE_OR_HIDDEN:
                continue
            yield _parse(text)


def _parse(stat: bytes) -> _Process:
    pid, _, rest = stat.partition(b" (")
    name, _, numbers = rest.rpartition(b") ")
    fields = numbers.split()
    cpu_ticks = int(fields[_USER_TICKS]) + int(fields[_SYSTEM_TICKS])
    return _Process(int(pid), int(fields[_START_TICKS]), clean_label(name.decode(errors="replace")), cpu_ticks)
