from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_telemetry.collectors.instruments import MAX_BOUNDS, Counter, Gauge, Histogram
from mcp_telemetry.v1 import metrics_pb2

NOT_FINITE = [float("nan"), float("inf"), float("-inf")]


def new() -> tuple[metrics_pb2.CustomMetric, threading.Lock]:
    return metrics_pb2.CustomMetric(), threading.Lock()


def test_a_gauge_is_what_it_was_set_to_last() -> None:
    sent, lock = new()
    gauge = Gauge(sent, lock)
    assert sent.WhichOneof("value") is None
    gauge.set(-2.5)
    gauge.set(0)
    assert sent.WhichOneof("value") == "gauge"
    assert sent.gauge == 0


@given(st.lists(st.integers(0, 1000)))
def test_a_counter_is_the_sum(amounts: list[int]) -> None:
    sent, lock = new()
    counter = Counter(sent, lock)
    assert sent.WhichOneof("value") == "counter"
    for amount in amounts:
        counter.add(amount)
    assert sent.counter == sum(amounts)


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=MAX_BOUNDS, unique=True).map(sorted),
    st.lists(st.floats(0, 1e6), max_size=30),
)
def test_a_histogram_counts_up_to_and_including_each_bound(bounds: list[float], values: list[float]) -> None:
    sent, lock = new()
    histogram = Histogram(sent, lock, bounds)
    for value in [*values, *(bound for bound in bounds if bound >= 0)]:
        histogram.record(value)
    recorded = [*values, *(bound for bound in bounds if bound >= 0)]
    assert sent.histogram.count == len(recorded)
    assert sent.histogram.sum == pytest.approx(sum(recorded))
    assert [(bucket.at_most, bucket.count) for bucket in sent.histogram.buckets] == [
        (bound, sum(value <= bound for value in recorded)) for bound in bounds
    ]
    assert histogram.columns == len(bounds) + 2


@pytest.mark.parametrize("value", NOT_FINITE)
def test_what_is_not_finite_is_refused_and_changes_nothing(value: float) -> None:
    for make, act in ((Gauge, "set"), (Counter, "add")):
        sent, lock = new()
        instrument = make(sent, lock)
        before = sent.SerializeToString()
        with pytest.raises(ValueError, match="want a finite number"):
            getattr(instrument, act)(value)
        assert sent.SerializeToString() == before


@pytest.mark.parametrize("value", [-1, *NOT_FINITE])
def test_sums_never_fall(value: float) -> None:
    with pytest.raises(ValueError, match="cannot be measured"):
        Counter(*new()).add(value)
    with pytest.raises(ValueError, match="cannot be measured"):
        Histogram(*new(), [1]).record(value)


@pytest.mark.parametrize("bounds", [[], [1, 1], [2, 1], [float("nan")], [1, float("inf")], range(MAX_BOUNDS + 1)])
def test_bounds_that_mean_nothing_are_refused(bounds: list[float]) -> None:
    with pytest.raises(ValueError, match="want 1 to 32 finite numbers, increasing"):
        Histogram(*new(), bounds)


def test_threads_lose_no_count() -> None:
    sent, lock = new()
    counter = Counter(sent, lock)

    def act() -> None:
        for _ in range(2000):
            counter.add()

    threads = [threading.Thread(target=act) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sent.counter == 16_000
