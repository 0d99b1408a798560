from __future__ import annotations

import os
from pathlib import Path

import psutil
import pytest

from mcp_telemetry.collectors.kernel_file import KernelFile
from mcp_telemetry.collectors.swap import SwapCollector
from mcp_telemetry.v1 import metrics_pb2
from tests.collectors.agreement import assert_agrees, collected

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def swap_of(folder: Path) -> metrics_pb2.SwapMetrics:
    return collected(SwapCollector(KernelFile(folder / "meminfo"), KernelFile(folder / "vmstat"))).system.swap


@pytest.mark.skipif(PAGE_BYTES != 4096, reason="psutil takes every page for 4096 bytes")
def test_swap_agrees_with_psutil() -> None:
    def told() -> dict[str, float]:
        swap = psutil.swap_memory()
        return {"total_bytes": swap.total, "used_bytes": swap.used, "in_bytes": swap.sin, "out_bytes": swap.sout}

    assert_agrees(told, lambda: swap_of(Path("/proc")))


def test_percent_and_pages(tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text("MemTotal: 1 kB\nSwapTotal: 400 kB\nSwapFree: 300 kB\n")
    (tmp_path / "vmstat").write_text("pgpgin 1\npswpin 3\npswpout 5\n")
    swap = swap_of(tmp_path)
    assert (swap.total_bytes, swap.used_bytes, swap.percent) == (400 * 1024, 100 * 1024, 25)
    assert (swap.in_bytes, swap.out_bytes) == (3 * PAGE_BYTES, 5 * PAGE_BYTES)


def test_no_swap_space_has_no_percentage(tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text("MemTotal: 1 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n")
    swap = swap_of(tmp_path)
    assert swap.total_bytes == 0
    assert swap.HasField("total_bytes")
    assert not swap.HasField("percent")
    assert not swap.HasField("in_bytes")


def test_missing_files_leave_all_unset(tmp_path: Path) -> None:
    assert swap_of(tmp_path).ListFields() == []
