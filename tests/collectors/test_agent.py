from __future__ import annotations

import os
import time
from pathlib import Path

import psutil

from mcp_telemetry.collectors.agent import AgentCollector, linux_rss
from mcp_telemetry.collectors.kernel_file import KernelFile
from tests.collectors.agreement import assert_agrees, collected

STATM = KernelFile(Path("/proc/self/statm"))


def test_memory_agrees_with_psutil() -> None:
    process = psutil.Process()
    collector = AgentCollector(linux_rss(STATM))
    assert_agrees(lambda: {"rss_bytes": process.memory_info().rss}, lambda: collected(collector).agent)


def test_memory_grows_with_what_is_taken() -> None:
    collector = AgentCollector(linux_rss(STATM))
    before = collected(collector).agent.rss_bytes
    taken = bytearray(os.urandom(32 << 20))
    assert collected(collector).agent.rss_bytes - before >= len(taken) * 0.9


def test_cpu_seconds_agree_with_the_kernel_and_psutil() -> None:
    collector = AgentCollector(linux_rss(STATM))
    assert_agrees(lambda: {"cpu_seconds": time.process_time()}, lambda: collected(collector).agent)
    times = psutil.Process().cpu_times()
    assert abs(collected(collector).agent.cpu_seconds - times.user - times.system) < 0.05


def test_unknown_memory_is_missing(tmp_path: Path) -> None:
    agent = collected(AgentCollector(linux_rss(KernelFile(tmp_path / "statm")))).agent
    assert not agent.HasField("rss_bytes")
    assert agent.HasField("cpu_seconds")
