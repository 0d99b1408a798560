from __future__ import annotations

from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_telemetry.collectors.cpu import CpuCollector, CpuTimes, Row, linux_cpu_times
from mcp_telemetry.collectors.kernel_file import KernelFile
from mcp_telemetry.v1 import metrics_pb2
from tests.collectors.agreement import HALF_DIGIT, assert_counted_between, collected, work

ROWS = st.lists(st.integers(0, 10**12), min_size=8, max_size=8)


class Script:
    """CPU times that a test sets."""

    def __init__(self, total: Row, **cores: Row) -> None:
        self.set(total, **cores)

    def set(self, total: Row, **cores: Row) -> None:
        self.times = CpuTimes(total, {int(name[3:]): row for name, row in cores.items()})

    def __call__(self, snapshot: metrics_pb2.MetricSnapshot) -> CpuTimes:
        return self.times


def linux_collector() -> CpuCollector:
    return CpuCollector(linux_cpu_times(KernelFile(Path("/proc/stat"))))


@pytest.mark.parametrize("core", [None, 0])
def test_percent_is_what_the_kernel_counted_between_two_snapshots(core: int | None) -> None:
    collector = linux_collector()

    def percent() -> float:
        cpu = collected(collector).system.cpu
        return cpu.percent if core is None else cpu.cores[core].percent

    measured = assert_counted_between(percent, lambda: work(0.3), core)
    assert core is not None or measured > 50 / (psutil.cpu_count() or 1)  # one of the processors was at work


def test_counts_the_processors_of_this_machine() -> None:
    cpu = collected(linux_collector()).system.cpu
    assert cpu.count == psutil.cpu_count() == len(cpu.cores)
    assert [core.core for core in cpu.cores] == sorted(core.core for core in cpu.cores)


def test_modes_are_shares_of_the_time_between() -> None:
    script = Script([100] * 8)
    collector = CpuCollector(script)
    #           user nice system idle iowait irq softirq steal
    script.set([120, 105, 110, 150, 105, 102, 103, 105])
    cpu = collected(collector).system.cpu
    assert (cpu.user_percent, cpu.system_percent, cpu.iowait_percent, cpu.steal_percent) == (20, 10, 5, 5)
    assert cpu.percent == pytest.approx(45)


def test_no_tick_since_the_last_snapshot_repeats_it() -> None:
    script = Script([0, 0, 0, 100])
    collector = CpuCollector(script)
    assert collected(collector).system.cpu.percent == 0  # since boot
    script.set([50, 0, 0, 150])
    assert [collected(collector).system.cpu.percent for _ in range(3)] == [50, 50, 50]


def test_modes_a_system_does_not_tell_are_missing() -> None:
    cpu = collected(CpuCollector(Script([1, 1, 1, 1]))).system.cpu
    assert cpu.HasField("user_percent")
    assert not cpu.HasField("iowait_percent")
    assert not cpu.HasField("steal_percent")


def test_nothing_known_is_nothing_told(tmp_path: Path) -> None:
    snapshot = collected(CpuCollector(linux_cpu_times(KernelFile(tmp_path / "stat"))))
    assert not snapshot.HasField("system")


def test_a_processor_that_goes_offline_and_comes_back() -> None:
    idle, busy = [0, 0, 0, 100], [100, 0, 0, 100]
    script = Script(idle, cpu0=idle, cpu1=idle)
    collector = CpuCollector(script)
    script.set(busy, cpu0=busy)
    cpu = collected(collector).system.cpu
    assert (cpu.count, [(core.core, core.percent) for core in cpu.cores]) == (1, [(0, 100)])
    script.set(busy, cpu0=busy, cpu1=idle)
    assert [core.core for core in collected(collector).system.cpu.cores] == [0, 1]


def test_two_collectors_and_psutil_do_not_disturb_each_other() -> None:
    script = Script([0, 0, 0, 0])
    slow, fast = CpuCollector(script), CpuCollector(script)
    script.set([100, 0, 0, 0])
    assert collected(fast).system.cpu.percent == 100
    script.set([100, 0, 0, 100])
    assert collected(fast).system.cpu.percent == 0
    assert collected(slow).system.cpu.percent == 50


@given(ROWS, ROWS)
def test_percentages_stay_within_0_and_100_even_when_counters_step_back(before: list[int], after: list[int]) -> None:
    script = Script(before)
    collector = CpuCollector(script)
    script.set(after)
    cpu = collected(collector).system.cpu
    shares = (cpu.percent, cpu.user_percent, cpu.system_percent, cpu.iowait_percent, cpu.steal_percent)
    assert all(0 <= share <= 100 for share in shares)
    assert cpu.user_percent + cpu.system_percent + cpu.steal_percent <= cpu.percent + 4 * HALF_DIGIT
