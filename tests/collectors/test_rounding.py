from __future__ import annotations

from mcp_telemetry.collectors.cpu import CpuCollector, CpuTimes
from mcp_telemetry.collectors.memory import fill_memory
from mcp_telemetry.collectors.registry import default_collectors
from mcp_telemetry.collectors.runner import CollectorRunner
from mcp_telemetry.collectors.swap import fill_swap
from mcp_telemetry.collectors.uptime import Starts, UptimeCollector
from mcp_telemetry.v1 import metrics_pb2
from tests.collectors.agreement import collected, measurements


def test_shares_and_uptimes_have_two_decimals() -> None:
    memory, swap = metrics_pb2.MemoryMetrics(), metrics_pb2.SwapMetrics()
    fill_memory(memory, 3, 1)
    fill_swap(swap, 7, 3)
    assert (memory.percent, swap.percent) == (66.67, 42.86)
    cpu = collected(CpuCollector(lambda _: CpuTimes([1, 0, 2, 3], {0: [1, 0, 1, 1]}))).system.cpu
    assert (cpu.percent, cpu.user_percent, cpu.system_percent, cpu.cores[0].percent) == (50, 16.67, 33.33, 66.67)
    system = collected(UptimeCollector(Starts(lambda: 10.0, process_s=9.87654, host_s=1.23456))).system
    assert (system.uptime_seconds, system.host_uptime_seconds) == (0.12, 8.77)


def test_none_measured_on_this_machine_has_more() -> None:
    snapshot = metrics_pb2.MetricSnapshot()
    CollectorRunner(default_collectors(top_processes=50)).collect(snapshot)
    rounded = [(name, value) for name, value in measurements(snapshot.system) if "percent" in name or "uptime" in name]
    assert len(rounded) > 8
    assert [(name, value) for name, value in rounded if value != round(value, 2)] == []
