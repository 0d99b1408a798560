from __future__ import annotations

import time
from collections.abc import Iterator

import psutil
import pytest

from mcp_telemetry.collectors.portable import portable_collectors
from mcp_telemetry.collectors.registry import default_collectors
from mcp_telemetry.collectors.runner import CollectorRunner
from mcp_telemetry.v1 import metrics_pb2
from tests.collectors.agreement import assert_agrees

# psutil does not know these, or counts devices laid over others as well.
ONLY_LINUX = {"sockets_used", "tcp_in_use", "tcp_time_wait", "udp_in_use", "running", "blocked", "cached_bytes"}
ONLY_LINUX |= {"buffers_bytes", "temperatures"}
GAUGES_AND_COUNTERS = {
    "memory": ["total_bytes", "available_bytes", "used_bytes", "percent"],
    "swap": ["total_bytes", "used_bytes"],
    "disk": ["total_bytes", "used_bytes", "percent"],
    "network": ["bytes_sent", "bytes_recv", "packets_sent", "packets_recv", "errors_in", "drops_out"],
    "processes": ["count"],
}


def snapshot_of(runner: CollectorRunner) -> metrics_pb2.MetricSnapshot:
    snapshot = metrics_pb2.MetricSnapshot(time_unix_nano=time.time_ns())
    runner.collect(snapshot)
    assert not snapshot.agent.collector_errors
    return snapshot


def fields(message: metrics_pb2.SystemMetrics) -> Iterator[str]:
    for section, value in message.ListFields():
        if section.message_type is None or section.name == "temperatures":
            yield section.name
        else:
            yield from (field.name for field, _ in value.ListFields())


@pytest.mark.parametrize("section", GAUGES_AND_COUNTERS)
def test_psutil_and_the_kernel_files_say_the_same(section: str) -> None:
    kernel, portable = CollectorRunner(default_collectors()), CollectorRunner(portable_collectors())

    def told() -> dict[str, float]:
        message = getattr(snapshot_of(kernel).system, section)
        return {field: getattr(message, field) for field in GAUGES_AND_COUNTERS[section]}

    assert_agrees(told, lambda: getattr(snapshot_of(portable).system, section))


def test_it_measures_all_that_linux_does_except_what_psutil_does_not_know() -> None:
    portable = set(fields(snapshot_of(CollectorRunner(portable_collectors())).system))
    assert portable == set(fields(snapshot_of(CollectorRunner(default_collectors())).system)) - ONLY_LINUX


def test_cpu_percentages_come_from_times_not_from_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: pytest.fail("it waits"))
    cpu = snapshot_of(CollectorRunner(portable_collectors())).system.cpu
    assert 0 <= cpu.percent <= 100
    assert cpu.count == psutil.cpu_count()


def test_uptimes_agree_with_those_of_linux() -> None:
    portable = snapshot_of(CollectorRunner(portable_collectors())).system
    linux = snapshot_of(CollectorRunner(default_collectors())).system
    assert portable.host_uptime_seconds == pytest.approx(linux.host_uptime_seconds, abs=2)
    assert portable.uptime_seconds == pytest.approx(linux.uptime_seconds, abs=2)
