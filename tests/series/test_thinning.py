"""Thinning keeps the look of a series, its ends and its peaks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mcp_telemetry.errors import InvalidQueryError
from mcp_telemetry.series.thinning import LEAST_POINTS, envelope, thin

SECOND_NS = 10**9


def clock(count: int) -> np.ndarray:
    return 1_772_359_200 * SECOND_NS + np.arange(count) * SECOND_NS


numbers = st.one_of(st.floats(-1e9, 1e9), st.sampled_from([0.0, 1.0, float("nan")]))


@given(
    values=hnp.arrays(np.float64, st.integers(0, 400), elements=numbers),
    max_points=st.integers(LEAST_POINTS, 120),
    gap=st.integers(0, 400),
)
def test_properties(values: np.ndarray, max_points: int, gap: int) -> None:
    times_ns = clock(len(values))
    times_ns[gap:] += 86_400 * SECOND_NS
    chosen = thin(times_ns, values, max_points)
    present = np.flatnonzero(~np.isnan(values))
    assert (np.diff(chosen) > 0).all()
    assert len(chosen) <= max_points
    assert set(chosen) <= set(present)
    if len(present):
        assert chosen[0] == present[0] and chosen[-1] == present[-1]
        assert values[chosen].max() == np.nanmax(values)
        assert values[chosen].min() == np.nanmin(values)


@pytest.mark.parametrize("max_points", [0, 5, 100])
def test_a_series_that_fits_is_given_whole(max_points: int) -> None:
    values = np.array([1.0, np.nan, 2.0, 3.0, np.nan, 4.0])
    assert thin(clock(6), values, max_points).tolist() == [0, 2, 3, 5]


def test_every_lone_spike_survives() -> None:
    values = np.zeros(86_400)
    spikes = np.arange(1, 40) * 2_000
    values[spikes] = 100.0 + np.arange(39)
    assert set(spikes) <= set(thin(clock(86_400), values, 1000))


def test_a_peak_beside_a_greater_trough_survives() -> None:
    values = np.zeros(10_000)
    values[5000:5002] = 10.0, -11.0
    assert {5000, 5001} <= set(thin(clock(10_000), values, 20))


def test_both_sides_of_a_gap_are_covered() -> None:
    times_ns = clock(2000)
    times_ns[1000:] += 5 * SECOND_NS * 1000
    chosen = thin(times_ns, np.sin(np.arange(2000) / 50), 200)
    assert 60 < (chosen < 1000).sum() < 140


def test_equal_times_do_no_harm() -> None:
    assert len(thin(np.zeros(5000, np.int64), np.arange(5000.0), 100)) <= 100


@pytest.mark.parametrize("max_points", [1, 2, 3])
def test_too_few_points_for_the_ends_and_peaks_are_refused(max_points: int) -> None:
    with pytest.raises(InvalidQueryError, match=f"max_points is {max_points}: want at least 4, or 0"):
        thin(clock(3), np.zeros(3), max_points)


def test_an_envelope_keeps_the_ends_and_the_extremes_of_every_stretch() -> None:
    chance = np.random.default_rng(3)
    times, values = np.arange(50_000), chance.normal(0, 1, 50_000)
    kept = envelope(times, values, 1000)
    assert len(kept) <= 1002
    assert (np.diff(kept) > 0).all()
    assert (kept[0], kept[-1]) == (0, 49_999)
    for first in range(0, 50_000, 1000):
        stretch = values[first : first + 1000]
        assert {first + stretch.argmin(), first + stretch.argmax()} <= set(kept.tolist())


def test_an_envelope_of_few_points_is_all_of_them() -> None:
    assert envelope(np.arange(5), np.zeros(5), 5).tolist() == [0, 1, 2, 3, 4]
