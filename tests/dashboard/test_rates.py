"""Counters become rates as they come, and restarts never become negative ones."""

from __future__ import annotations

from dashboard.rates import CounterRates
from tests.dashboard.making import SECOND, START


def test_a_rate_is_the_increase_per_second_since_the_sample_before() -> None:
    counter = CounterRates()
    assert counter.step(START, {"a": 5}) == {}
    assert counter.step(START + 2 * SECOND, {"a": 9}) == {"a": 2}


def test_a_counter_that_falls_started_again_at_zero() -> None:
    counter = CounterRates()
    counter.step(START, {"a": 100})
    assert counter.step(START + SECOND, {"a": 1}) == {"a": 1}
    assert counter.step(START + 2 * SECOND, {"a": 4}) == {"a": 3}


def test_a_counter_that_was_away_is_measured_over_the_whole_time() -> None:
    counter = CounterRates()
    counter.step(START, {"a": 0, "b": 0})
    assert counter.step(START + SECOND, {"b": 1}) == {"b": 1}
    assert counter.step(START + 2 * SECOND, {"a": 10, "b": 1}) == {"a": 5, "b": 0}


def test_an_old_sample_changes_nothing() -> None:
    counter = CounterRates()
    counter.step(START + SECOND, {"a": 10})
    assert counter.step(START, {"a": 1}) == {}
