from __future__ import annotations

import time
from pathlib import Path

import psutil
import pytest

from mcp_telemetry.collectors.uptime import Starts, UptimeCollector, linux_starts
from tests.collectors.agreement import HALF_DIGIT, assert_agrees, collected

PROC = Path("/proc")


def test_the_host_agrees_with_the_kernel() -> None:
    collector = UptimeCollector(linux_starts(PROC))

    def told() -> dict[str, float]:
        return {"host_uptime_seconds": float((PROC / "uptime").read_text().split()[0])}

    # /proc/uptime has two digits.
    before, measured, after = told(), collected(collector).system.host_uptime_seconds, told()
    assert before["host_uptime_seconds"] <= measured <= after["host_uptime_seconds"] + 0.01 + HALF_DIGIT


def test_the_host_agrees_with_psutil() -> None:
    measured = collected(UptimeCollector(linux_starts(PROC))).system.host_uptime_seconds
    assert measured == pytest.approx(time.time() - psutil.boot_time(), abs=2)  # whole seconds, of another clock


def test_the_process_agrees_with_psutil() -> None:
    measured = collected(UptimeCollector(linux_starts(PROC))).system.uptime_seconds
    assert measured == pytest.approx(time.time() - psutil.Process().create_time(), abs=2)


def test_both_are_counted_from_their_starts() -> None:
    system = collected(UptimeCollector(Starts(lambda: 100.0, process_s=90.0, host_s=10.0))).system
    assert (system.uptime_seconds, system.host_uptime_seconds) == (10, 90)


def test_a_clock_that_was_set_back_gives_no_negative_time() -> None:
    assert collected(UptimeCollector(Starts(lambda: 5.0, 90.0, 10.0))).system.uptime_seconds == 0


def test_it_goes_on() -> None:
    collector = UptimeCollector(linux_starts(PROC))
    assert_agrees(
        lambda: {"uptime_seconds": collected(collector).system.uptime_seconds},
        lambda: collected(collector).system,
    )
