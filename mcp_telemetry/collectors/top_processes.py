"""The busiest processes, by name. Reading every process costs CPU, so this runs only where it is asked for."""

from __future__ import annotations

import heapq
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from mcp_telemetry.collectors.labels import RecentLabels, clean_label
from mcp_telemetry.collectors.rounding import hundredths
from mcp_telemetry.v1 import metrics_pb2

__all__ = ["MAX_TOP_PROCESSES", "TopProcessesCollector"]

MAX_TOP_PROCESSES = 50
_GONE_OR_HIDDEN = (FileNotFoundError, ProcessLookupError, PermissionError)

# Fields of /proc/<pid>/stat behind the name, which may itself hold spaces and parentheses.
_FLAGS, _USER_TICKS, _SYSTEM_TICKS, _START_TICKS = 6, 11, 12, 19
_KERNEL_THREAD = 0x00200000


class _Process(NamedTuple):
    pid: int
    start_ticks: int  # tells a process from a later one with its pid
    name: str
    cpu_ticks: int


@dataclass(slots=True)
class _Group:
    """Processes of one name: what they used since the last snapshot."""

    cpu_ticks: int = 0
    pids: list[int] = field(default_factory=list)


class TopProcessesCollector:
    """The `count` names (at most 50) whose processes used most CPU since the last snapshot, or since this was made.

    Each name is two columns, so those of an hour are bounded, and further ones counted together as `other`.
    """

    name = "top_processes"

    def __init__(self, count: int, proc: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._count = min(count, MAX_TOP_PROCESSES)
        self._proc = proc
        self._clock = clock
        self._names = RecentLabels(clock)
        self._ticks_per_s = os.sysconf("SC_CLK_TCK")
        self._page_bytes = os.sysconf("SC_PAGE_SIZE")
        self._read_at = clock()
        self._ticks_before = {_key(process): process.cpu_ticks for process in _all(proc)}

    def collect(self, snapshot: metrics_pb2.MetricSnapshot) -> None:
        """Fill `system.processes.top`, by name."""
        before, read_before = self._ticks_before, self._read_at
        self._read_at, processes = self._clock(), list(_all(self._proc))
        self._ticks_before = {_key(process): process.cpu_ticks for process in processes}
        elapsed_ticks = (self._read_at - read_before) * self._ticks_per_s
        if elapsed_ticks <= 0:
            return
        for name, group in sorted(self._busiest(_by_name(processes, before)).items()):
            cpu_percent = hundredths(100 * group.cpu_ticks / elapsed_ticks)
            top = snapshot.system.processes.top.add(name=name, cpu_percent=cpu_percent)
            rss_pages = [pages for pid in group.pids if (pages := self._rss_pages(pid)) is not None]
            if rss_pages:
                top.rss_bytes = sum(rss_pages) * self._page_bytes

    def _busiest(self, groups: Mapping[str, _Group]) -> Mapping[str, _Group]:
        busiest = defaultdict[str, _Group](_Group)
        for name, group in heapq.nlargest(self._count, groups.items(), key=lambda item: item[1].cpu_ticks):
            kept = busiest[self._names.kept(name)]
            kept.cpu_ticks += group.cpu_ticks
            kept.pids += group.pids
        return busiest

    def _rss_pages(self, pid: int) -> int | None:
        # The memory in a process's `stat` is off by some pages, for the kernel's speed; that in `statm` is right.
        try:
            return int((self._proc / str(pid) / "statm").read_bytes().split()[1])
        except _GONE_OR_HIDDEN:
            return None


def _by_name(processes: Sequence[_Process], before: Mapping[tuple[int, int], int]) -> Mapping[str, _Group]:
    groups = defaultdict[str, _Group](_Group)
    for process in processes:
        group = groups[process.name]
        group.cpu_ticks += max(0, process.cpu_ticks - before.get(_key(process), 0))
        group.pids.append(process.pid)
    return groups


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
    if int(fields[_FLAGS]) & _KERNEL_THREAD:
        # Behind the slash stands the processor, or what a worker does at the moment: kworker/0:1-events.
        name = name.partition(b"/")[0]
    cpu_ticks = int(fields[_USER_TICKS]) + int(fields[_SYSTEM_TICKS])
    return _Process(int(pid), int(fields[_START_TICKS]), clean_label(name.decode(errors="replace")), cpu_ticks)
