"""What the kernel says a process has used: CPU seconds and resident memory, its descendants included."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Usage", "cpu_seconds", "descendants", "rss_bytes", "usage_windows"]

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")
# Fields of /proc/<pid>/stat after the command: ppid, then utime, stime, cutime, cstime.
_PPID, _TIMES = 1, slice(11, 15)


@dataclass(frozen=True, slots=True)
class Usage:
    """Of one window: share of one core (1.0 is all of it), resident bytes at its end, its length."""

    cpu_share: float
    rss_bytes: int
    seconds: float


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and its descendants, those that ended included; ProcessLookupError if gone."""
    return sum(sum(map(int, _stat(each)[_TIMES])) for each in _alive(pid)) / _TICKS_PER_SECOND


def rss_bytes(pid: int) -> int:
    """Resident memory of a process and its descendants; pages they share count for each."""
    return sum(_rss_bytes(each) for each in _alive(pid))


def descendants(pid: int) -> list[int]:
    """The living processes that `pid` started, and those they started."""
    children = [other for other, parent in _parents() if parent == pid]
    return children + [grandchild for child in children for grandchild in descendants(child)]


def usage_windows(pids: dict[str, int], seconds: float, windows: int) -> dict[str, list[Usage]]:
    """What each of these processes used in consecutive windows, all measured over the same time."""
    usages: dict[str, list[Usage]] = {name: [] for name in pids}
    for _ in range(windows):
        start, before = time.monotonic(), {name: cpu_seconds(pid) for name, pid in pids.items()}
        time.sleep(seconds)
        elapsed = time.monotonic() - start
        for name, pid in pids.items():
            usages[name].append(Usage((cpu_seconds(pid) - before[name]) / elapsed, rss_bytes(pid), elapsed))
    return usages


def _alive(pid: int) -> Iterator[int]:
    """`pid`, which must live, and its descendants as far as they still do."""
    _stat(pid)
    yield pid
    for child in descendants(pid):
        if (_PROC / str(child)).exists():
            yield child


def _parents() -> Iterator[tuple[int, int]]:
    for entry in _PROC.iterdir():
        if entry.name.isdecimal():
            try:
                yield int(entry.name), int(_stat(int(entry.name))[_PPID])
            except ProcessLookupError:
                continue


def _stat(pid: int) -> list[str]:
    """The fields after the command, which may itself hold spaces and parentheses."""
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        raise ProcessLookupError(f"process {pid} is gone: its output says why") from None


def _rss_bytes(pid: int) -> int:
    for line in (_PROC / str(pid) / "status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0
