"""How the leader did in the last hour: rates made of what it counts, in steps of ten seconds."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

import numpy as np

from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["STEPS", "STEP_MS", "Vitals", "full_in_s", "lags_ms"]

STEP_MS, STEPS = 10_000, 360
_RATES_OVER_MS = 10_000
_MOST_READINGS = 32
_RATES = {
    "snapshots_per_s": "received_snapshots",
    "values_per_s": "received_values",
    "bytes_per_s": "received_bytes",
}
_PEAKS = ("commit_ms", "loop_delay_ms")
# Sooner than that the journal, which is freed every few minutes, passes for a disk that fills up.
_FEWEST_STEPS_TO_FORESEE = 90
_FARTHEST_FORESEEN_S = 10 * 365 * 86_400

Figures = dict[str, float | None]


class Vitals:
    """Figures now, and those of the last hour. Bounded: 360 steps.

    figures: by name; rates are over the last ten seconds, None as long as nobody knows
    last_step: the time of the newest step, in steps since 1970
    """

    def __init__(self) -> None:
        self._readings: deque[tuple[int, pb.LeaderHealth]] = deque(maxlen=_MOST_READINGS)
        self._steps: deque[Figures] = deque(maxlen=STEPS)
        self.figures: Figures = {}
        self.last_step = 0

    def take(self, health: pb.LeaderHealth, now_ms: int, lags: Figures) -> None:
        """Note what the leader says, at a time by its clock, and how far the newest samples are behind."""
        self._remember(health, now_ms)
        self.figures = {**self._rates(), **_levels(health), **lags}
        self._put(now_ms // STEP_MS)

    def history(self) -> dict[str, list[float | None]]:
        """Each figure over the last hour, oldest first, ending with `last_step`; None where it was not heard."""
        names = self.figures.keys()
        return {name: [_rounded(step.get(name)) for step in self._steps] for name in names}

    def step(self) -> Figures:
        """The newest step."""
        return {name: _rounded(value) for name, value in self._steps[-1].items()} if self._steps else {}

    def disk_full_in_s(self) -> float | None:
        """How long the disk lasts if it goes on filling up as it did; None if it does not, or nobody can say."""
        return full_in_s([step.get("disk_free_bytes") for step in self._steps], STEP_MS / 1000)

    def _remember(self, health: pb.LeaderHealth, now_ms: int) -> None:
        if self._readings:
            last_ms, last = self._readings[-1]
            if last.start_unix_nano != health.start_unix_nano or last_ms >= now_ms:
                self._readings.clear()
        self._readings.append((now_ms, health))
        while len(self._readings) > 2 and self._readings[1][0] <= now_ms - _RATES_OVER_MS:
            self._readings.popleft()

    def _rates(self) -> Figures:
        (first_ms, first), (last_ms, last) = self._readings[0], self._readings[-1]
        seconds = (last_ms - first_ms) / 1000
        if not seconds:
            return dict.fromkeys((*_RATES, "cpu_percent"))
        rates: Figures = {
            name: (getattr(last, count) - getattr(first, count)) / seconds for name, count in _RATES.items()
        }
        return rates | {"cpu_percent": 100 * (last.cpu_seconds - first.cpu_seconds) / seconds}

    def _put(self, step: int) -> None:
        """Of several readings in one step the newest stays, but for what is only a peak."""
        if step == self.last_step and self._steps:
            peaks = {name: max(self._steps[-1][name] or 0, self.figures[name] or 0) for name in _PEAKS}
            self._steps[-1] = {**self.figures, **peaks}
            return
        if step < self.last_step:  # a clock was set back: what came for later times would be out of place
            self._steps.clear()
        missed = min(step - self.last_step - 1, STEPS) if self._steps else 0
        self._steps.extend({} for _ in range(missed))
        self._steps.append(self.figures)
        self.last_step = step


def lags_ms(newest_ms: Iterable[int], now_ms: int) -> Figures:
    """How old the newest samples are, given by the times they were taken at: the median, and what 95 % are below."""
    ages = [max(0, now_ms - time_ms) for time_ms in newest_ms]
    median, high = np.percentile(ages, (50, 95)).tolist() if ages else (None, None)
    return {"lag_ms": median, "lag_p95_ms": high}


def full_in_s(free_bytes: Sequence[float | None], step_s: float) -> float | None:
    """Seconds until nothing is left, by the straight line that fits best; None if it does not fall."""
    known = [(at * step_s, free) for at, free in enumerate(free_bytes) if free is not None]
    if len(known) < _FEWEST_STEPS_TO_FORESEE:
        return None
    times, free = np.array(known).T
    slope = float(np.polyfit(times - times[0], free, 1)[0])
    left_s = float(free[-1]) / -slope if slope < 0 else _FARTHEST_FORESEEN_S
    return round(left_s) if left_s < _FARTHEST_FORESEEN_S else None


def _levels(health: pb.LeaderHealth) -> Figures:
    return {
        "commit_ms": 1000 * health.commit_seconds,
        "loop_delay_ms": 1000 * health.loop_delay_seconds,
        "resident_bytes": health.resident_bytes,
        "journal_bytes": health.journal_bytes,
        "disk_free_bytes": health.disk_free_bytes,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
