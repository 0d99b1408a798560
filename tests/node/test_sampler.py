from __future__ import annotations

import asyncio
import math
import time
from itertools import pairwise

import pytest

from mcp_telemetry.node.sampler import Sampler
from mcp_telemetry.v1.metrics_pb2 import Pace


class Recorder:
    """Notes the leader's time of each sample, and whether it was a report."""

    def __init__(self, interval_s: float, leader_ahead_s: float = 0) -> None:
        self.samples: list[tuple[float, bool]] = []
        self.ahead_s = leader_ahead_s
        self.sampler = Sampler(self.sample, interval_s)

    def leader_ms(self) -> float:
        return (time.time() + self.ahead_s) * 1000

    def sample(self, report: bool) -> None:
        self.samples.append((self.leader_ms(), report))

    async def until(self, count: int) -> None:
        deadline = time.monotonic() + 10
        while len(self.samples) < count:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.005)


async def test_samples_at_once_and_then_on_the_grid_of_the_leaders_clock() -> None:
    recorder = Recorder(interval_s=0.1, leader_ahead_s=5.037)
    recorder.sampler.start()
    assert len(recorder.samples) == 1
    recorder.sampler.set_clock(int(recorder.leader_ms() * 1e6))
    recorder.sampler.set_pace(Pace(report_interval_ms=300, report_phase_ms=20))
    await recorder.until(11)
    recorder.sampler.stop()
    assert all((moment - 20) % 100 < 60 for moment, _ in recorder.samples[1:])
    # A sample that is left out, on a busy machine or too near to the first one, leaves its report to the next.
    periods = [(math.floor((moment - 20) / 300), report) for moment, report in recorder.samples]
    assert all(report == (period > before) for (before, _), (period, report) in pairwise(periods))
    assert sum(report for _, report in periods[1:]) >= 3


async def test_a_step_of_the_wall_clock_moves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder(interval_s=0.1)
    recorder.sampler.start()
    recorder.sampler.set_clock(int(recorder.leader_ms() * 1e6))
    wall = time.time
    monkeypatch.setattr(time, "time", lambda: wall() + 86_400.05)
    begin = time.monotonic()
    await recorder.until(6)
    recorder.sampler.stop()
    elapsed_s, skipped = time.monotonic() - begin, recorder.sampler.ticks_skipped
    # On a busy machine ticks are skipped, and counted; taken and skipped ones together are the time that passed.
    assert elapsed_s - 0.1 * skipped < 2
    assert abs(len(recorder.samples) + skipped - elapsed_s / 0.1) <= 2


async def test_a_busy_loop_skips_ticks_and_counts_them() -> None:
    recorder = Recorder(interval_s=0.1)
    recorder.sampler.start()
    await recorder.until(2)
    time.sleep(0.55)  # noqa: ASYNC251 - what a busy host process does to the loop
    await recorder.until(6)
    recorder.sampler.stop()
    skipped, moments = recorder.sampler.ticks_skipped, [moment for moment, _ in recorder.samples]
    assert skipped >= 4
    assert abs(len(moments) + skipped - (moments[-1] - moments[0]) / 100) <= 2
    assert min(later - earlier for earlier, later in pairwise(moments[1:])) > 10, "they never come in a bunch"


async def test_a_new_pace_takes_effect_before_the_old_one_would_have_woken() -> None:
    recorder = Recorder(interval_s=60)
    recorder.sampler.start()
    recorder.sampler.set_pace(Pace(sample_interval_ms=50))
    await recorder.until(4)
    recorder.sampler.stop()


async def test_a_sample_that_fails_does_not_end_sampling(caplog: pytest.LogCaptureFixture) -> None:
    calls = 0

    def fail(_: bool) -> None:
        nonlocal calls
        calls += 1
        raise RuntimeError("no such sensor")

    sampler = Sampler(fail, 0.05)
    sampler.start()
    deadline = time.monotonic() + 10
    while calls < 3:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)
    sampler.stop()
    assert "no such sensor" in caplog.text


async def test_a_stopped_sampler_calls_no_more() -> None:
    recorder = Recorder(interval_s=0.05)
    recorder.sampler.start()
    await recorder.until(2)
    before = len(recorder.samples)
    recorder.sampler.stop(with_last=True)
    count = len(recorder.samples)
    assert count == before + 1
    recorder.sampler.stop(with_last=True)
    await asyncio.sleep(0.15)
    assert len(recorder.samples) == count
