"""The busiest processes. Reading every process costs CPU, so this runs only where it is asked for."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from mcp_telemetry.v1 import metrics_pb2

__all__ = ["TopProcessesCollector"]

# Fields of /proc/<pid>/stat behind the name, which may itself hold spaces and parentheses.
_USER_TICKS, _SYSTEM_TICKS, _START_TICKS, _RSS_PAGES = 11, 12, 19, 21


class _Process(NamedTuple):
    pid: int
    start_ticks: int  # tells a process from a later one with its pid
    name: str
    cpu_ticks: int
    rss_pages: int


class TopProcessesCollector:
    """The `count` processes that used most CPU since the last snapshot, or since this collector was made."""

    name = "top_processes"

    def __init__(self, count: int, proc: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._count = count
        self._proc = proc
        self._clock = clock
        self._ticks_per_s = os.sysconf("SC_CLK_TCK")
        self._page_bytes = os.sysconf("SC_PAGE_SIZE")
        self._read_at = clock()
        self._ticks_before = {_key(process): process.cpu_ticks for process in _all(proc)}

    def collect(self, snapshot: metrics_pb2.MetricSnapshot) -> None:
        """Fill `system.processes.top`, by pid."""
        now, processes = self._clock(), list(_all(self._proc))
        elapsed_s, before = now - self._read_at, self._ticks_before
        self._read_at, self._ticks_before = now, {_key(process): process.cpu_ticks for process in processes}
        if elapsed_s <= 0:
            return
        used = [(process.cpu_ticks - before.get(_key(process), 0), process) for process in processes]
        busiest = sorted(used, key=lambda pair: (-pair[0], pair[1].pid))[: self._count]
        for ticks, process in sorted(busiest, key=lambda pair: pair[1].pid):
            percent = 100 * max(0, ticks) / self._ticks_per_s / elapsed_s
            rss_bytes = process.rss_pages * self._page_bytes
            snapshot.system.processes.top.add(
                pid=process.pid, name=process.name, cpu_percent=percent, rss_bytes=rss_bytes
            )


def _key(process: _Process) -> tuple[int, int]:
    return process.pid, process.start_ticks


def _all(proc: Path) -> Iterator[_Process]:
    for name in os.listdir(proc):  # noqa: PTH208 names are enough, and cheaper
        if name.isdigit():
            try:
                text = (proc / name / "stat").read_bytes()
            except (FileNotFoundError, ProcessLookupError):
                continue  # it ended meanwhile
            yield _parse(text)


def _parse(stat: bytes) -> _Process:
    pid, _, rest = stat.partition(b" (")
    name, _, numbers = rest.rpartition(b") ")
    fields = numbers.split()
    cpu_ticks = int(fields[_USER_TICKS]) + int(fields[_SYSTEM_TICKS])
    return _Process(
        int(pid), int(fields[_START_TICKS]), name.decode(errors="replace"), cpu_ticks, int(fields[_RSS_PAGES])
    )
