"""How long to measure."""

from __future__ import annotations

from dataclasses import dataclass, replace

__all__ = ["FULL", "QUICK", "Effort"]


@dataclass(frozen=True, slots=True)
class Effort:
    """Every share of a core is the median of `windows` windows of `window_s` seconds, after `settle_s` to settle.

    A window is never shorter than the interval at which nodes report. `is_thorough`: fleets and histories are as large
    as the targets say, else a fraction of that. `soak_minutes`: how long to watch the memory of a leader under load, or
    of pages left open.
    """

    windows: int
    window_s: float
    settle_s: float
    backlog_seconds: int
    is_thorough: bool
    soak_minutes: float = 0.0

    @property
    def total_s(self) -> float:
        """From when the load begins to the end of the last window, and a little for starting late."""
        return self.settle_s + self.windows * self.window_s + 3.0

    def with_windows_of(self, interval_s: float) -> Effort:
        """Windows that hold whole intervals, and a whole one before the first: each node reports once in it."""
        whole_s = interval_s * max(1, round(self.window_s / interval_s))
        return replace(self, window_s=whole_s, settle_s=max(self.settle_s, interval_s))


FULL = Effort(windows=3, window_s=10.0, settle_s=6.0, backlog_seconds=86_400, is_thorough=True)
QUICK = Effort(windows=3, window_s=4.0, settle_s=3.0, backlog_seconds=10_000, is_thorough=False)
