"""Means and percentiles from increases, checked against what was put in."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from dashboard.client import Series
from dashboard.durations import is_bucket, means, percentiles, without_part
from tests.dashboard.making import SECOND, START, series

SUMS, COUNTS = "operation.duration_seconds", "operation.calls"


def buckets(counts: dict[str, Sequence[float]], labels: str = "tools/call,search") -> list[Series]:
    return [series(f"operation.duration_bucket{{{labels},{bound}}}", each) for bound, each in counts.items()]


def test_a_mean_is_the_time_spent_by_the_calls_and_missing_without_calls() -> None:
    spent, calls = series(f"{SUMS}{{a}}", [2.0, 0.0, 3.0]), series(f"{COUNTS}{{a}}", [4, 0, 2])
    (mean,) = means([spent, calls], SUMS, COUNTS)
    assert mean.column.name == f"{SUMS}{{a}}"
    assert mean.column.unit == "s"
    assert mean.values.tolist() == [0.5, 1.5]
    assert mean.times_ns.tolist() == [START, START + 2 * SECOND]


def test_a_sum_without_its_count_has_no_mean() -> None:
    assert means([series(f"{SUMS}{{a}}", [2.0]), series(f"{COUNTS}{{b}}", [4])], SUMS, COUNTS) == []


def test_steps_that_only_one_of_them_has_are_left_out() -> None:
    spent, calls = series(SUMS, [2.0, 4.0]), series(COUNTS, [4], start_ns=START + SECOND)
    (mean,) = means([spent, calls], SUMS, COUNTS)
    assert mean.values.tolist() == [1.0]


@pytest.mark.parametrize(("share", "expected"), [(0.25, 0.05), (0.5, 0.1), (0.75, 0.3), (1.0, 0.5)])
def test_a_percentile_lies_evenly_inside_its_bucket(share: float, expected: float) -> None:
    (one,) = percentiles(buckets({"0.1": [50], "0.5": [100]}), share)
    assert one.values.tolist() == [pytest.approx(expected)]


def test_buckets_are_ordered_by_their_bounds_and_not_by_their_names() -> None:
    (one,) = percentiles(buckets({"10": [100], "2": [0], "1": [0]}), 0.5)
    assert one.values.tolist() == [pytest.approx(6.0)]


def test_what_is_above_the_last_bound_is_that_bound() -> None:
    (one,) = percentiles(buckets({"1": [10], "+Inf": [100]}), 0.95)
    assert one.values.tolist() == [1.0]


def test_each_set_of_labels_has_its_own_percentile() -> None:
    lines = percentiles(buckets({"1": [5]}) + buckets({"1": [5]}, "tools/call,files"), 0.95)
    assert sorted(line.column.name for line in lines) == [
        "operation.duration_bucket{tools/call,files}",
        "operation.duration_bucket{tools/call,search}",
    ]


def test_steps_without_a_call_are_left_out() -> None:
    (one,) = percentiles(buckets({"1": [0, 5], "2": [0, 9]}), 0.5)
    assert one.times_ns.tolist() == [START + SECOND]


def test_a_histogram_of_a_custom_metric_has_a_percentile_too() -> None:
    lines = [series("custom.wait.bucket{lane=a,at_most=1}", [1]), series("custom.wait.bucket{lane=a,at_most=3}", [1])]
    (one,) = percentiles(lines, 0.5, "s")
    assert one.column.unit == "s"
    assert one.column.name == "custom.wait.bucket{lane\\=a}"
    assert one.values.tolist() == [0.5]


def test_buckets_are_known_by_their_names() -> None:
    assert [is_bucket(name) for name in ("operation.duration_bucket", "custom.wait.bucket", "custom.wait.sum")] == [
        True,
        True,
        False,
    ]
    assert without_part("custom.wait.bucket") == "custom.wait"
