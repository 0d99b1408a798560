"""Rates, an hour of history and what it foretells, from scripted answers of a leader."""

from __future__ import annotations

import pytest

from dashboard.vitals import STEP_MS, STEPS, Vitals, full_in_s, lags_ms
from mcp_telemetry.v1 import metrics_pb2 as pb

START_MS = 1_767_225_600_000


def health(snapshots: int = 0, **more: float) -> pb.LeaderHealth:
    counts = {"received_snapshots": snapshots, "received_values": 40 * snapshots, "received_bytes": 400 * snapshots}
    return pb.LeaderHealth(start_unix_nano=1, **counts, **more)  # type: ignore[arg-type]


def fed(*counts: int, every_ms: int = 2000) -> Vitals:
    vitals = Vitals()
    for at, count in enumerate(counts):
        vitals.take(health(count, cpu_seconds=at), START_MS + at * every_ms, {})
    return vitals


def test_rates_are_over_the_last_ten_seconds() -> None:
    vitals = fed(0, 1000, 1000, 1000, 1000, 1000, 1100, 1200)
    assert vitals.figures["snapshots_per_s"] == 20
    assert vitals.figures["values_per_s"] == 800
    assert vitals.figures["bytes_per_s"] == 8000
    assert vitals.figures["cpu_percent"] == 50


def test_one_reading_makes_no_rate() -> None:
    assert fed(7).figures["snapshots_per_s"] is None


def test_a_leader_that_started_again_begins_anew() -> None:
    vitals = fed(5000, 6000)
    vitals.take(pb.LeaderHealth(start_unix_nano=2, received_snapshots=10), START_MS + 4000, {})
    assert vitals.figures["snapshots_per_s"] is None


def test_history_has_a_step_each_ten_seconds_and_holes_where_nothing_was_heard() -> None:
    vitals = fed(0, 100)
    vitals.take(health(200), START_MS + 3 * STEP_MS, {})
    assert vitals.history()["snapshots_per_s"] == [50.0, None, None, pytest.approx(100 / 28, abs=0.01)]
    assert vitals.last_step == START_MS // STEP_MS + 3


def test_a_step_keeps_its_peaks() -> None:
    vitals = Vitals()
    vitals.take(health(commit_seconds=0.2, loop_delay_seconds=0.1), START_MS, {})
    vitals.take(health(commit_seconds=0.01, loop_delay_seconds=0.3), START_MS + 2000, {})
    assert (vitals.step()["commit_ms"], vitals.step()["loop_delay_ms"]) == (200, 300)
    assert vitals.figures["commit_ms"] == 10


def test_history_is_bounded() -> None:
    vitals = fed(*range(STEPS + 5), every_ms=STEP_MS)
    assert len(vitals.history()["snapshots_per_s"]) == STEPS
    vitals.take(health(1), START_MS + 10**12, {})
    history = vitals.history()["commit_ms"]
    assert len(history) == STEPS
    assert history[:-1] == [None] * (STEPS - 1)


def test_a_clock_set_back_empties_the_history() -> None:
    vitals = fed(0, 10, every_ms=STEP_MS)
    vitals.take(health(20), START_MS - 5 * STEP_MS, {})
    assert len(vitals.history()["commit_ms"]) == 1
    assert vitals.figures["snapshots_per_s"] is None


def test_lag_is_told_by_the_median_and_by_what_nearly_all_are_below() -> None:
    newest = [START_MS - 1000] * 19 + [START_MS - 60_000]
    lags = lags_ms(newest, START_MS)
    assert lags["lag_ms"] == 1000
    assert 1000 < (lags["lag_p95_ms"] or 0) < 60_000
    assert lags_ms([START_MS + 500], START_MS) == {"lag_ms": 0, "lag_p95_ms": 0}
    assert lags_ms([], START_MS) == {"lag_ms": None, "lag_p95_ms": None}


def test_a_disk_that_fills_evenly_is_full_when_the_line_says() -> None:
    free = [1e12 - at * 1e6 for at in range(100)]
    assert full_in_s(free, 10) == pytest.approx((1e12 - 99e6) / 1e5, rel=0.001)


@pytest.mark.parametrize(
    "free",
    [
        [1e12 - at * 1e9 for at in range(50)],
        [1e12] * 100,
        [1e12 + at * 1e6 for at in range(100)],
        [None] * 360,
        [1e12 - at for at in range(100)],
    ],
    ids=["too short", "level", "growing", "unknown", "in centuries"],
)
def test_nothing_is_foretold_without_reason(free: list[float | None]) -> None:
    assert full_in_s(free, 10) is None
