"""Processors: how busy, with what, each and together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mcp_telemetry.collectors.kernel_file import KernelFile
from mcp_telemetry.collectors.rounding import hundredths
from mcp_telemetry.v1 import metrics_pb2

__all__ = ["CpuCollector", "CpuTimes", "Row", "linux_cpu_times"]

# Where a mode stands in a row of times. Guest time is part of user time and not counted twice.
_USER, _SYSTEM, _IDLE, _IOWAIT, _STEAL = 0, 2, 3, 4, 7
_MODES = 8

Row = Sequence[float]


@dataclass(frozen=True, slots=True)
class CpuTimes:
    """Time spent since boot, in any one unit, in the order user, nice, system, idle, iowait, irq, softirq, steal.

    A system that does not tell the later modes has shorter rows. An empty `total` says that nothing is known.
    """

    total: Row
    cores: Mapping[int, Row]


class CpuCollector:
    """Percentages since its last snapshot, or since it was made. It keeps the last times itself, so that several
    collectors in one process do not shorten each other's intervals.
    """

    name = "cpu"

    def __init__(self, read_times: Callable[[metrics_pb2.MetricSnapshot], CpuTimes]) -> None:
        self._read_times = read_times
        first = read_times(metrics_pb2.MetricSnapshot())
        self._total = _Usage(first.total)
        self._cores = {core: _Usage(row) for core, row in first.cores.items()}

    def collect(self, snapshot: metrics_pb2.MetricSnapshot) -> None:
        """Fill `system.cpu` except the load."""
        times = self._read_times(snapshot)
        if times.total:
            _fill_total(snapshot.system.cpu, self._total.since_last(times.total))
        self._fill_cores(snapshot.system.cpu, times.cores)

    def _fill_cores(self, cpu: metrics_pb2.CpuMetrics, rows: Mapping[int, Row]) -> None:
        if not rows:
            return
        cpu.count = len(rows)
        if rows.keys() != self._cores.keys():
            self._cores = {core: self._cores.get(core) or _Usage(row) for core, row in rows.items()}
        for core, row in rows.items():
            cpu.cores.add(core=core, percent=hundredths(_busy(self._cores[core].since_last(row))))


class _Usage:
    """What processors did between two readings of their times, as percentages in the order of a row."""

    def __init__(self, row: Row) -> None:
        self._last = row
        # Until time has passed, the average since boot is the best that can be said.
        self._percentages = _percentages([0.0] * len(row), row) or [0.0] * len(row)

    def since_last(self, row: Row) -> list[float]:
        """Percentages since the last call; when no clock tick passed since, what that call said."""
        before, self._last = self._last, row
        self._percentages = _percentages(before, row) or self._percentages
        return self._percentages


def _percentages(before: Row, after: Row) -> list[float] | None:
    # iowait and steal are known to step back now and then.
    deltas = [max(0, new - old) for old, new in zip(before, after, strict=True)]
    elapsed = sum(deltas)
    return [100 * delta / elapsed for delta in deltas] if elapsed else None


def _busy(percentages: list[float]) -> float:
    # Never outside 0 to 100, whatever the rounding of the shares.
    return max(0.0, 100 - percentages[_IDLE] - (percentages[_IOWAIT] if len(percentages) > _IOWAIT else 0))


def _fill_total(cpu: metrics_pb2.CpuMetrics, percentages: list[float]) -> None:
    cpu.percent = hundredths(_busy(percentages))
    cpu.user_percent = hundredths(percentages[_USER])
    cpu.system_percent = hundredths(percentages[_SYSTEM])
    if len(percentages) > _IOWAIT:
        cpu.iowait_percent = hundredths(percentages[_IOWAIT])
    if len(percentages) > _STEAL:
        cpu.steal_percent = hundredths(percentages[_STEAL])


def linux_cpu_times(stat: KernelFile) -> Callable[[metrics_pb2.MetricSnapshot], CpuTimes]:
    """A reader of /proc/stat for CpuCollector."""
    return lambda snapshot: _parse(stat.read_for(snapshot))


def _parse(text: bytes) -> CpuTimes:
    # The lines of the processors come first, and that of the interrupts, which is long, right after them.
    lines = [line.split() for line in text.partition(b"\nintr")[0].split(b"\n") if line.startswith(b"cpu")]
    rows = {fields[0]: [int(ticks) for ticks in fields[1 : 1 + _MODES]] for fields in lines}
    total = rows.pop(b"cpu", [])
    return CpuTimes(total, {int(name.removeprefix(b"cpu")): row for name, row in rows.items()})
