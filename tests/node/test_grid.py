from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_telemetry.node.grid import MIN_INTERVAL_MS, Grid, Tick
from mcp_telemetry.v1.metrics_pb2 import Pace


@pytest.mark.parametrize(
    ("sample_ms", "phase_ms", "now_ms", "expected"),
    [
        (1000, 0, 0.0, 1000),
        (1000, 0, 999.9, 1000),
        (1000, 0, 1000.0, 2000),
        (1000, 250, 1000.0, 1250),
        (1000, 250, 1250.0, 2250),
        (1000, 4250, 1250.5, 2250),  # a phase of a longer report interval: the same grid
        (700, 250, 10_000.0, 10_050),
        (1000, 250, 1_700_000_000_123.0, 1_700_000_000_250),
    ],
)
def test_the_next_moment_lies_on_the_grid_of_the_phase(
    sample_ms: int, phase_ms: int, now_ms: float, expected: int
) -> None:
    assert Grid(sample_ms, 5000, phase_ms).after(now_ms) == expected


@pytest.mark.parametrize(
    ("late_ms", "expected"),
    [
        (-0.5, Tick(True, 0, 11_000)),  # a timer that fires early
        (0, Tick(True, 0, 11_000)),
        (3, Tick(True, 0, 11_000)),
        (500, Tick(True, 0, 11_000)),
        (501, Tick(False, 1, 11_000)),  # too late for this one
        (999, Tick(False, 1, 11_000)),
        (1000, Tick(True, 1, 12_000)),  # this one is missed, the next one is in time
        (1500, Tick(True, 1, 12_000)),
        (1600, Tick(False, 2, 12_000)),
        (3000, Tick(True, 3, 14_000)),  # stopped for three seconds
        (3_600_000, Tick(True, 3600, 3_611_000)),
    ],
)
def test_a_late_wake_up_skips_and_never_bunches(late_ms: float, expected: Tick) -> None:
    assert Grid(1000, 5000).wake(10_000, 10_000 + late_ms) == expected


@pytest.mark.parametrize(
    ("grid", "last_ms", "sample_ms", "expected"),
    [
        (Grid(1000, 5000, 2000), 6000, 7000, True),
        (Grid(1000, 5000, 2000), 7000, 8000, False),
        (Grid(1000, 5000, 2000), 11_000, 12_000, True),
        (Grid(1000, 5000, 2000), 5000, 8000, True),  # the report moment was slept through
        (Grid(1000, 1000, 0), 7000, 8000, True),
        (Grid(1000, 200, 0), 7000, 8000, True),  # reports cannot be more frequent than samples
        (Grid(10_000, 5000, 0), 10_000, 20_000, True),
        (Grid(700, 5000, 0), 4900, 5600, True),  # the first sample after 5000
        (Grid(700, 5000, 0), 4200, 4900, False),
    ],
)
def test_a_report_goes_with_the_first_sample_after_its_moment(
    grid: Grid, last_ms: int, sample_ms: int, expected: bool
) -> None:
    assert grid.is_report(last_ms, sample_ms) is expected


@pytest.mark.parametrize(
    ("pace", "expected"),
    [
        (Pace(), Grid(1000, 1, 0)),
        (Pace(report_interval_ms=5000, report_phase_ms=750), Grid(1000, 5000, 750)),
        (Pace(sample_interval_ms=200, report_interval_ms=200), Grid(200, 200, 0)),
        (Pace(sample_interval_ms=1), Grid(MIN_INTERVAL_MS, 1, 0)),
    ],
)
def test_the_leaders_pace_stands_over_the_nodes_own(pace: Pace, expected: Grid) -> None:
    assert Grid.of(pace, 1000) == expected


@given(
    sample_ms=st.integers(50, 20_000),
    report_ms=st.integers(1, 60_000),
    phase_ms=st.integers(0, 60_000),
    start_ms=st.integers(0, 2**42),
    lateness=st.lists(st.integers(0, 5000), min_size=1, max_size=30),
)
def test_every_moment_is_sampled_or_counted_once(
    sample_ms: int, report_ms: int, phase_ms: int, start_ms: int, lateness: list[int]
) -> None:
    grid = Grid(sample_ms, report_ms, phase_ms)
    planned = first = grid.after(start_ms)
    sampled = skipped = 0
    for late_ms in lateness:
        tick = grid.wake(planned, planned + late_ms)
        assert tick.next_ms > planned + late_ms - sample_ms / 2
        sampled, skipped, planned = sampled + tick.is_due, skipped + tick.skipped, tick.next_ms
    assert (planned - first) / sample_ms == sampled + skipped
    assert (first - phase_ms) % sample_ms == 0
