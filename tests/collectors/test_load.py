from __future__ import annotations

from pathlib import Path

import psutil

from mcp_telemetry.collectors.load import LoadCollector
from mcp_telemetry.v1 import metrics_pb2
from tests.collectors.agreement import assert_agrees, collected


def measured() -> metrics_pb2.CpuMetrics:
    return collected(LoadCollector()).system.cpu


def test_load_agrees_with_psutil() -> None:
    assert_agrees(lambda: dict(zip(("load_1m", "load_5m", "load_15m"), psutil.getloadavg(), strict=True)), measured)


def test_load_agrees_with_the_kernel_to_its_two_digits() -> None:
    def told() -> dict[str, float]:
        return dict(zip(("load_1m", "load_5m", "load_15m"), map(float, LOADAVG.read_text().split()), strict=False))

    for _ in range(20):
        before, cpu = told(), measured()
        if before == told():
            break
    assert all(abs(getattr(cpu, field) - value) <= 0.011 for field, value in before.items())


LOADAVG = Path("/proc/loadavg")
