from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from mcp_telemetry.collectors.top_processes import MAX_TOP_PROCESSES, TopProcessesCollector
from tests.collectors.agreement import collected
from tests.processes import wait_until

PROC = Path("/proc")
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
TICK_S = 1 / TICKS_PER_S


@pytest.fixture
def busy_pid() -> Iterator[int]:
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as process:
        yield process.pid
        process.kill()


def test_a_busy_process_is_found_with_what_psutil_says_of_it(busy_pid: int) -> None:
    process = psutil.Process(busy_pid)

    def told() -> tuple[float, float]:
        times = process.cpu_times()
        return times.user + times.system, time.monotonic()

    outer_start = told()
    collector = TopProcessesCollector(MAX_TOP_PROCESSES, PROC)
    inner_start = told()
    wait_until(lambda: told()[0] > inner_start[0] + 0.3)
    inner_end = told()
    (top,) = [each for each in collected(collector).system.processes.top if each.pid == busy_pid]
    outer_end = told()
    least = (inner_end[0] - inner_start[0] - TICK_S) / (outer_end[1] - outer_start[1])
    most = (outer_end[0] - outer_start[0] + TICK_S) / (inner_end[1] - inner_start[1])
    assert 100 * least <= top.cpu_percent <= 100 * most
    assert top.name == process.name()
    assert top.rss_bytes == process.memory_info().rss


def stat(proc: Path, pid: int, name: str, cpu_ticks: int, start: int = 1) -> None:
    fields = ["0"] * 40
    fields[11], fields[19] = str(cpu_ticks), str(start)
    (proc / str(pid)).mkdir(exist_ok=True)
    (proc / str(pid) / "stat").write_text(f"{pid} ({name}) S {' '.join(fields[1:])}\n")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def top_of(collector: TopProcessesCollector) -> list[tuple[int, str, float]]:
    return [(each.pid, each.name, each.cpu_percent) for each in collected(collector).system.processes.top]


def test_ranks_by_cpu_since_the_last_snapshot_and_lists_by_pid(tmp_path: Path) -> None:
    clock = Clock()
    for pid in (1, 2, 3):
        stat(tmp_path, pid, "old", cpu_ticks=10_000 * pid)
    collector = TopProcessesCollector(2, tmp_path, clock)
    clock.now = 2
    stat(tmp_path, 1, "old", 10_000 + 4 * TICKS_PER_S)
    stat(tmp_path, 2, "old", 20_000 + TICKS_PER_S)
    assert top_of(collector) == [(1, "old", 200), (2, "old", 50)]


def test_a_pid_that_is_used_again_is_another_process(tmp_path: Path) -> None:
    clock = Clock()
    stat(tmp_path, 7, "first", 1000, start=1)
    collector = TopProcessesCollector(1, tmp_path, clock)
    clock.now = 1
    stat(tmp_path, 7, "second", TICKS_PER_S, start=50)
    assert top_of(collector) == [(7, "second", 100)]


@pytest.mark.parametrize("name", ["a) b (c", "x y", ")"])
def test_names_may_hold_parentheses_and_spaces(tmp_path: Path, name: str) -> None:
    clock = Clock()
    stat(tmp_path, 7, name, 0)
    collector = TopProcessesCollector(1, tmp_path, clock)
    clock.now = 1
    assert top_of(collector) == [(7, name, 0)]


def test_a_process_that_ended_meanwhile_is_passed_over(tmp_path: Path) -> None:
    clock = Clock()
    stat(tmp_path, 1, "here", 0)
    (tmp_path / "2").mkdir()
    collector = TopProcessesCollector(5, tmp_path, clock)
    clock.now = 1
    assert [pid for pid, _, _ in top_of(collector)] == [1]


def test_the_number_is_bounded(tmp_path: Path) -> None:
    clock = Clock()
    for pid in range(MAX_TOP_PROCESSES + 9):
        stat(tmp_path, pid, "x", 0)
    collector = TopProcessesCollector(10_000, tmp_path, clock)
    clock.now = 1
    assert len(top_of(collector)) == MAX_TOP_PROCESSES


def test_no_time_passed_is_no_rate(tmp_path: Path) -> None:
    stat(tmp_path, 1, "x", 0)
    assert top_of(TopProcessesCollector(1, tmp_path, Clock())) == []
