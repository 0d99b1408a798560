"""Calls back at the moments of a grid, by the leader's clock."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from mcp_telemetry.node.grid import Grid
from mcp_telemetry.v1.metrics_pb2 import Pace

__all__ = ["Sampler"]

logger = logging.getLogger(__name__)


class Sampler:
    """Calls `sample(report)` on the grid; `report` says whether the report moment has come with it.

    ticks_skipped: moments that passed while the process was stopped, suspended or busy

    Time passes by the monotonic clock, so a step of the wall clock moves nothing; each welcome tells the leader's clock
    anew. Until the first one, this host's clock stands in for it.
    """

    def __init__(self, sample: Callable[[bool], None], interval_s: float) -> None:
        self.ticks_skipped = 0
        self._sample = sample
        self._own_sample_ms = round(interval_s * 1000)
        self._grid = Grid.of(Pace(), self._own_sample_ms)
        self._offset_ms = time.time() * 1000 - time.monotonic() * 1000
        self._timer: asyncio.TimerHandle | None = None
        self._planned_ms = 0
        self._last_ms = 0.0  # the moment of the last sample

    def start(self) -> None:
        """Sample at once, and on the grid from then on. Needs a running loop."""
        now_ms = self._now_ms()
        self._plan(self._grid.after(now_ms))
        self._take(now_ms, report=True)

    def stop(self, with_last: bool = False) -> None:
        """No more calls, but for a last one now, off the grid, if that is wanted."""
        if self._timer is None:
            return
        self._timer.cancel()
        self._timer = None
        if with_last:
            self._take(self._now_ms(), report=False)

    def set_clock(self, leader_time_unix_nano: int) -> None:
        """The leader's clock shows this now."""
        offset_ms = leader_time_unix_nano / 1e6 - time.monotonic() * 1000
        self._last_ms += offset_ms - self._offset_ms
        self._offset_ms = offset_ms
        self._plan_anew()

    def set_pace(self, pace: Pace) -> None:
        """Sample and report at the leader's pace from now on."""
        self._grid = Grid.of(pace, self._own_sample_ms)
        self._plan_anew()

    def _now_ms(self) -> float:
        return time.monotonic() * 1000 + self._offset_ms

    def _plan(self, moment_ms: int) -> None:
        self._planned_ms = moment_ms
        loop = asyncio.get_running_loop()
        delay_s = (moment_ms - self._now_ms()) / 1000
        self._timer = loop.call_later(max(0.0, delay_s), self._wake)

    def _plan_anew(self) -> None:
        """On another grid, but not closer to the last sample than half an interval."""
        if self._timer is None:
            return
        self._timer.cancel()
        earliest_ms = self._last_ms + self._grid.sample_ms / 2
        self._plan(self._grid.after(max(self._now_ms(), earliest_ms)))

    def _wake(self) -> None:
        grid = self._grid
        tick = grid.wake(self._planned_ms, self._now_ms())
        self.ticks_skipped += tick.skipped
        self._plan(tick.next_ms)
        if tick.is_due:
            moment_ms = tick.next_ms - grid.sample_ms
            self._take(moment_ms, report=grid.is_report(self._last_ms, moment_ms))

    def _take(self, moment_ms: float, report: bool) -> None:
        self._last_ms = moment_ms
        try:
            self._sample(report)
        except Exception:
            logger.exception("a snapshot could not be taken")
