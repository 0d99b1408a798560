"""Counters become rates, and restarts never become negative ones."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.rates import CounterRates, rates, thinned
from tests.dashboard.making import SECOND, START

SECONDS = START + np.arange(5, dtype=np.int64) * SECOND


def test_a_rate_is_the_increase_per_second_since_the_sample_before() -> None:
    result = rates(SECONDS, np.array([0.0, 10, 10, 40, 45]))
    assert np.isnan(result[0])
    assert result[1:].tolist() == [10, 0, 30, 5]


def test_a_counter_that_falls_gives_no_rate_there() -> None:
    result = rates(SECONDS, np.array([100.0, 110, 3, 5, 9]))
    assert np.isnan(result[2])
    assert result[3:].tolist() == [2, 4]


def test_a_missing_value_gives_no_rate_on_either_side() -> None:
    result = rates(SECONDS, np.array([1.0, np.nan, 3, 4, 5]))
    assert np.isnan(result[:3]).all()
    assert result[3:].tolist() == [1, 1]


def test_two_samples_of_one_moment_give_no_infinite_rate() -> None:
    assert np.isnan(rates(np.array([START, START]), np.array([1.0, 5]))).all()


@pytest.mark.parametrize("length", [0, 1])
def test_too_short_for_a_rate(length: int) -> None:
    assert np.isnan(rates(SECONDS[:length], np.zeros(length))).all()


def test_thinning_keeps_peaks_and_the_order_of_time() -> None:
    values = np.zeros(10_000)
    values[4321], values[8765] = 100, -7
    times = START + np.arange(10_000, dtype=np.int64)
    kept_times, kept = thinned(times, values, 100)
    assert len(kept) <= 100
    assert kept.max() == 100
    assert kept.min() == -7
    assert (np.diff(kept_times) > 0).all()


def test_thinning_leaves_few_points_alone_and_survives_empty_stretches() -> None:
    values = np.full(1000, np.nan)
    values[500] = 3
    times = START + np.arange(1000, dtype=np.int64)
    assert thinned(times, values, 1000)[1] is values
    assert np.nanmax(thinned(times, values, 10)[1]) == 3


def test_one_by_one_gives_the_same_rates() -> None:
    counter = CounterRates()
    assert counter.step(START, {"a": 5}) == {}
    assert counter.step(START + 2 * SECOND, {"a": 9}) == {"a": 2}
    assert counter.step(START + 3 * SECOND, {"a": 1}) == {}
    assert counter.step(START + 4 * SECOND, {"a": 4}) == {"a": 3}


def test_a_counter_that_was_away_is_measured_over_the_whole_time() -> None:
    counter = CounterRates()
    counter.step(START, {"a": 0, "b": 0})
    assert counter.step(START + SECOND, {"b": 1}) == {"b": 1}
    assert counter.step(START + 2 * SECOND, {"a": 10, "b": 1}) == {"a": 5, "b": 0}


def test_an_old_sample_changes_nothing() -> None:
    counter = CounterRates()
    counter.step(START + SECOND, {"a": 10})
    assert counter.step(START, {"a": 1}) == {}
