"""Counters: restarts, missing values, and clocks that were set back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_telemetry.series.counters import growth, rates, without_overlaps
from mcp_telemetry.series.rows import Rows
from tests.storage.samples import CPU, HOUR_START_NS, SECOND_NS, SENT, Sample, rows_of, run_of, sample

NAN = np.nan


def numbers(rows: Rows, name: str) -> list[float]:
    series = rows.values[:, [column.name for column in rows.columns].index(name)]
    return [float(x) for x in series[np.argsort(rows.times_ns, kind="stable")] if not np.isnan(x)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [(5, 8, 3), (8, 8, 0), (5, 2, 2), (5, 0, 0), (NAN, 5, NAN), (5, NAN, NAN), (2.0**53 - 1, 2.0**53, 1)],
)
def test_growth(before: float, after: float, expected: float) -> None:
    np.testing.assert_array_equal(growth(np.array([before]), np.array([after])), [expected])


@pytest.mark.parametrize(
    ("seconds", "values", "expected"),
    [
        ([0, 2, 3], [5, 8, 9], [1.5, 1]),
        ([0, 2, 4], [5, NAN, 9], [NAN, 1]),
        ([0, 2, 4], [9, 4, 8], [2, 2]),
        ([0, 0, 2], [5, 6, 8], [NAN, 1]),
        ([0, 1, 2, 4], [5, NAN, NAN, 2], [NAN, NAN, 0.5]),
        ([0, 1, 2, 3], [NAN, 5, 6, NAN], [NAN, 1, NAN]),
        ([0], [5], []),
        ([], [], []),
    ],
)
def test_rates(seconds: list[int], values: list[float], expected: list[float]) -> None:
    times = HOUR_START_NS + np.array(seconds, np.int64) * SECOND_NS
    np.testing.assert_array_equal(rates(times, np.array(values, float)), expected)


def grown(rows: Rows) -> float:
    series = np.array(numbers(rows, SENT.name))
    return float(growth(series[:-1], series[1:]).sum())


class TestClocks:
    """The samples of one outbox, in sequence, with the clock as it was: `sent` grows by 10 each second."""

    @staticmethod
    def passing(*stretches: range, instance_id: str = "one") -> list[Sample]:
        seconds = [second for stretch in stretches for second in stretch]
        return [
            sample(second, at + 1, instance_id, cpu=second % 7, sent=1000 + 10 * at)
            for at, second in enumerate(seconds)
        ]

    def test_a_steady_clock_changes_nothing(self) -> None:
        rows = rows_of(run_of(range(50))[::-1])
        assert without_overlaps(rows) is rows

    def test_a_clock_that_is_set_forward_changes_nothing(self) -> None:
        rows = rows_of(self.passing(range(20), range(100, 120)))
        assert without_overlaps(rows) is rows

    @pytest.mark.parametrize("back", [2, 7, 20])
    def test_set_back_no_restart_is_seen_and_nothing_counted_twice(self, back: int) -> None:
        rows = rows_of(self.passing(range(30), range(30 - back, 60)))
        seen = without_overlaps(rows)
        assert grown(rows) > 1000
        assert grown(seen) == pytest.approx(10 * (len(rows) - 1), abs=10)
        assert numbers(seen, CPU.name) == numbers(rows, CPU.name)

    def test_a_single_wrong_time_costs_a_single_value(self) -> None:
        rows = rows_of(self.passing(range(30), range(3000, 3001), range(31, 60)))
        assert len(numbers(without_overlaps(rows), SENT.name)) == len(rows) - 1

    def test_a_restart_is_still_a_restart(self) -> None:
        samples = [*self.passing(range(10)), *self.passing(range(10, 20), instance_id="two")]
        rows = rows_of(samples)
        assert without_overlaps(rows) is rows
        assert grown(rows) == 90 + 1000 + 90

    @given(st.lists(st.integers(0, 40), max_size=40))
    def test_what_is_left_ascends_and_is_as_much_as_can_be(self, seconds: list[int]) -> None:
        rows = rows_of([sample(second, at + 1, sent=at) for at, second in enumerate(seconds)])
        left = numbers(without_overlaps(rows), SENT.name) if seconds else []
        assert left == sorted(left)
        assert len(left) == longest(seconds)


def longest(seconds: list[int]) -> int:
    lengths: list[int] = []
    for at, second in enumerate(seconds):
        lengths.append(1 + max((lengths[k] for k in range(at) if seconds[k] <= second), default=0))
    return max(lengths, default=0)
