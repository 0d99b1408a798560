from __future__ import annotations

from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_telemetry.collectors.kernel_file import KernelFile
from mcp_telemetry.collectors.memory import MemoryCollector, fill_memory
from mcp_telemetry.v1 import metrics_pb2
from tests.collectors.agreement import HALF_DIGIT, assert_agrees, collected


def told() -> dict[str, float]:
    memory = psutil.virtual_memory()
    return {
        "total_bytes": memory.total,
        "available_bytes": memory.available,
        "used_bytes": memory.total - memory.available,
        "cached_bytes": memory.cached,
        "buffers_bytes": memory.buffers,
        "percent": round(100 * (memory.total - memory.available) / memory.total, 2),
    }


def memory_of(meminfo: Path) -> metrics_pb2.MemoryMetrics:
    return collected(MemoryCollector(KernelFile(meminfo))).system.memory


def test_memory_agrees_with_psutil() -> None:
    assert_agrees(told, lambda: memory_of(Path("/proc/meminfo")))


def test_an_old_kernel_does_not_say_what_is_available(tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text("MemTotal:       100 kB\nBuffers:          3 kB\nCached:           5 kB\n")
    memory = memory_of(tmp_path / "meminfo")
    assert (memory.total_bytes, memory.buffers_bytes, memory.cached_bytes) == (102_400, 3072, 5120)
    assert not any(map(memory.HasField, ("available_bytes", "used_bytes", "percent")))


def test_swap_cache_is_not_taken_for_the_page_cache(tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text("MemTotal: 9 kB\nSwapCached: 7 kB\nCached: 1 kB\nSReclaimable: 2 kB\n")
    assert memory_of(tmp_path / "meminfo").cached_bytes == 3 * 1024


def test_a_missing_file_leaves_all_unset(tmp_path: Path) -> None:
    assert memory_of(tmp_path / "meminfo").ListFields() == []


@given(st.integers(1, 2**50), st.integers(0, 2**51))
def test_used_and_percent_follow_from_total_and_available(total: int, available: int) -> None:
    memory = metrics_pb2.MemoryMetrics()
    fill_memory(memory, total, available)
    assert memory.used_bytes == max(0, total - available)
    assert memory.percent == pytest.approx(100 * memory.used_bytes / total, abs=HALF_DIGIT)
    assert 0 <= memory.percent <= 100
