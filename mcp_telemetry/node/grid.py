"""When to sample and when to report: arithmetic on milliseconds, without a clock.

Moments are milliseconds since 1970 by the leader's clock. Samples lie on a grid that the report phase is part of, so
that one wake-up samples and reports.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from mcp_telemetry.v1.metrics_pb2 import Pace

__all__ = ["MIN_INTERVAL_MS", "Grid", "Tick"]

# A leader that asks for more than this would only keep the node busy.
MIN_INTERVAL_MS = 50


class Tick(NamedTuple):
    """What a wake-up means: whether to sample, how many grid moments were missed, and when to wake up next."""

    is_due: bool
    skipped: int
    next_ms: int


@dataclass(frozen=True, slots=True)
class Grid:
    """Samples each `sample_ms`, reports each `report_ms` at the first sample at or after the phase."""

    sample_ms: int
    report_ms: int
    phase_ms: int = 0

    @classmethod
    def of(cls, pace: Pace, own_sample_ms: int) -> Grid:
        """The leader's pace; where it leaves something open (0), samples as the node is set, reports at each sample."""
        sample_ms = max(MIN_INTERVAL_MS, pace.sample_interval_ms or own_sample_ms)
        return cls(sample_ms, max(pace.report_interval_ms, 1), pace.report_phase_ms)

    def after(self, now_ms: float) -> int:
        """The first moment to sample later than `now_ms`."""
        return self.phase_ms + (math.floor((now_ms - self.phase_ms) / self.sample_ms) + 1) * self.sample_ms

    def wake(self, planned_ms: int, now_ms: float) -> Tick:
        """What to do at `now_ms`, when waking up was planned for `planned_ms`.

        A little late is in time; later than half an interval is a missed moment, and never made up for.
        """
        behind = max(0, math.floor((now_ms - planned_ms) / self.sample_ms))
        latest_ms = planned_ms + behind * self.sample_ms
        is_due = now_ms - latest_ms <= self.sample_ms / 2
        return Tick(is_due, behind + (not is_due), latest_ms + self.sample_ms)

    def is_report(self, last_ms: float, sample_ms: int) -> bool:
        """Whether a report moment has come after the sample of `last_ms`, up to the one of `sample_ms`."""
        return self._reports_until(sample_ms) > self._reports_until(last_ms)

    def _reports_until(self, moment_ms: float) -> int:
        return math.floor((moment_ms - self.phase_ms) / self.report_ms)
