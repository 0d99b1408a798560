from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from mcp_telemetry.collectors.labels import MAX_KINDS, OTHER
from mcp_telemetry.collectors.top_processes import MAX_TOP_PROCESSES, TopProcessesCollector
from tests.collectors.agreement import HALF_DIGIT, collected, column_names
from tests.processes import wait_until

PROC = Path("/proc")
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
TICK_S = 1 / TICKS_PER_S
NAME = "busy-for-a-test"


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[list[psutil.Process]]:
    """Two processes at work, of a name that no other has."""
    program = tmp_path / NAME
    program.symlink_to(sys.executable)
    processes = [subprocess.Popen([program, "-c", "while True: pass"]) for _ in range(2)]
    yield [psutil.Process(process.pid) for process in processes]
    for process in processes:
        process.kill()
        process.wait()


def test_busy_processes_are_found_with_what_psutil_says_of_them(busy: list[psutil.Process]) -> None:
    def told() -> tuple[float, float]:
        times = [process.cpu_times() for process in busy]
        return sum(each.user + each.system for each in times), time.monotonic()

    wait_until(lambda: all(process.name() == NAME for process in busy))
    outer_start = told()
    collector = TopProcessesCollector(MAX_TOP_PROCESSES, PROC)
    inner_start = told()
    wait_until(lambda: told()[0] > inner_start[0] + 0.3)
    inner_end = told()
    (top,) = [each for each in collected(collector).system.processes.top if each.name == NAME]
    outer_end = told()
    least = (inner_end[0] - inner_start[0] - 2 * TICK_S) / (outer_end[1] - outer_start[1])
    most = (outer_end[0] - outer_start[0] + 2 * TICK_S) / (inner_end[1] - inner_start[1])
    assert 100 * least - HALF_DIGIT <= top.cpu_percent <= 100 * most + HALF_DIGIT
    assert top.rss_bytes == sum(process.memory_info().rss for process in busy)


def stat(proc: Path, pid: int, name: str, cpu_ticks: int, start: int = 1, flags: int = 0) -> None:
    fields = ["0"] * 40
    fields[6], fields[11], fields[19] = str(flags), str(cpu_ticks), str(start)
    (proc / str(pid)).mkdir(exist_ok=True)
    (proc / str(pid) / "stat").write_text(f"{pid} ({name}) S {' '.join(fields[1:])}\n")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def top_of(collector: TopProcessesCollector) -> list[tuple[str, float]]:
    return [(each.name, each.cpu_percent) for each in collected(collector).system.processes.top]


def test_ranks_by_cpu_since_the_last_snapshot_and_lists_by_name(tmp_path: Path) -> None:
    clock = Clock()
    for pid, name in enumerate("cba", start=1):
        stat(tmp_path, pid, name, cpu_ticks=10_000 * pid)
    collector = TopProcessesCollector(2, tmp_path, clock)
    clock.now = 2
    stat(tmp_path, 1, "c", 10_000 + 4 * TICKS_PER_S)
    stat(tmp_path, 2, "b", 20_000 + TICKS_PER_S)
    assert top_of(collector) == [("b", 50), ("c", 200)]


def test_processes_of_one_name_are_summed_and_new_ones_make_no_new_columns(tmp_path: Path) -> None:
    clock = Clock()
    stat(tmp_path, 1, "worker", 0)
    stat(tmp_path, 2, "steady", 0)
    collector = TopProcessesCollector(1, tmp_path, clock)
    clock.now = 1
    stat(tmp_path, 2, "steady", TICKS_PER_S)
    for pid in (1, 3, 4):
        stat(tmp_path, pid, "worker", TICKS_PER_S // 2)
        (tmp_path / str(pid) / "statm").write_text(f"9 {pid} 0 0 0 0 0\n")
    snapshot = collected(collector)
    (top,) = snapshot.system.processes.top
    assert (top.name, top.cpu_percent, top.rss_bytes) == ("worker", 150, 8 * os.sysconf("SC_PAGE_SIZE"))
    assert set(column_names(snapshot)) == {"process.cpu_percent{worker}", "process.rss_bytes{worker}"}


def test_kernel_threads_go_without_their_processor_and_work(tmp_path: Path) -> None:
    clock = Clock()
    for pid, name in enumerate(["kworker/0:1-events", "kworker/u8:3", "ksoftirqd/0"], start=1):
        stat(tmp_path, pid, name, 0, flags=0x04208040)
    stat(tmp_path, 9, "a/b", 0)
    collector = TopProcessesCollector(9, tmp_path, clock)
    clock.now = 1
    assert [name for name, _ in top_of(collector)] == ["a/b", "ksoftirqd", "kworker"]


def test_a_pid_that_is_used_again_is_another_process(tmp_path: Path) -> None:
    clock = Clock()
    stat(tmp_path, 7, "first", 1000, start=1)
    collector = TopProcessesCollector(1, tmp_path, clock)
    clock.now = 1
    stat(tmp_path, 7, "second", TICKS_PER_S, start=50)
    assert top_of(collector) == [("second", 100)]


@pytest.mark.parametrize("name", ["a) b (c", "x y", ")"])
def test_names_may_hold_parentheses_and_spaces(tmp_path: Path, name: str) -> None:
    clock = Clock()
    stat(tmp_path, 7, name, 0)
    collector = TopProcessesCollector(1, tmp_path, clock)
    clock.now = 1
    assert top_of(collector) == [(name, 0)]


def test_a_process_that_ended_meanwhile_is_passed_over(tmp_path: Path) -> None:
    clock = Clock()
    stat(tmp_path, 1, "here", 0)
    (tmp_path / "2").mkdir()
    collector = TopProcessesCollector(5, tmp_path, clock)
    clock.now = 1
    assert [name for name, _ in top_of(collector)] == ["here"]


def test_the_number_is_bounded(tmp_path: Path) -> None:
    clock = Clock()
    for pid in range(MAX_TOP_PROCESSES + 9):
        stat(tmp_path, pid, f"x{pid}", 0)
    collector = TopProcessesCollector(10_000, tmp_path, clock)
    clock.now = 1
    assert len(top_of(collector)) == MAX_TOP_PROCESSES


def test_names_that_change_all_the_time_end_up_as_other(tmp_path: Path) -> None:
    clock, seen = Clock(), set[str]()
    collector = TopProcessesCollector(2, tmp_path, clock)
    for second in range(1, 200):
        clock.now = second
        stat(tmp_path, 1, f"job-{second}", 0, start=second)
        stat(tmp_path, 2, f"job-{second}b", TICKS_PER_S, start=second)
        newest = top_of(collector)
        seen |= {name for name, _ in newest}
    assert newest == [(OTHER, 100)]
    assert len(seen) == MAX_KINDS + 1


def test_no_time_passed_is_no_rate(tmp_path: Path) -> None:
    stat(tmp_path, 1, "x", 0)
    assert top_of(TopProcessesCollector(1, tmp_path, Clock())) == []
