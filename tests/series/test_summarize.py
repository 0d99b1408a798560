"""Buckets: what they hold, and that wider ones are the same whichever way they were made."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_telemetry.model.columns import Column, Kind
from mcp_telemetry.series.buckets import HOUR_NS, MATRICES, MINUTE_NS, Buckets
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.series.summarize import coarsen, join, summarize
from tests.storage.samples import CPU, HOUR_START_NS, SECOND_NS, SENT, busy_hour, rows_of, sample

COLUMNS = (CPU, SENT, Column("cpu.load_1m", "1", Kind.GAUGE), Column("swap.in_bytes", "By", Kind.COUNTER))


def column(buckets: Buckets, name: str, matrix: str) -> list[float | None]:
    place = [each.name for each in buckets.columns].index(name)
    return [None if math.isnan(x) else x for x in getattr(buckets, matrix)[:, place].tolist()]


def assert_same(one: Buckets, other: Buckets) -> None:
    assert (one.step_ns, one.columns) == (other.step_ns, other.columns)
    for name in ("times_ns", "first_times_ns", "last_times_ns"):
        assert getattr(one, name).tolist() == getattr(other, name).tolist(), name
    for name in MATRICES:
        tolerance = 1e-12 if name in ("means", "increases") else 0
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=tolerance, atol=0, err_msg=name)


class TestSummarize:
    def test_no_rows_make_no_buckets(self) -> None:
        buckets = summarize(rows_of([]), MINUTE_NS)
        assert len(buckets) == 0 and buckets.counts.shape == (0, 0)

    def test_a_gauge(self) -> None:
        samples = [
            sample(second, second + 1, cpu=value) for second, value in ((1, 3.0), (2, 9.0), (59.5, 6.0), (60, 1))
        ]
        buckets = summarize(rows_of(samples[::-1]), MINUTE_NS)
        assert buckets.times_ns.tolist() == [HOUR_START_NS, HOUR_START_NS + MINUTE_NS]
        assert buckets.first_times_ns.tolist() == [samples[0].time_ns, samples[3].time_ns]
        assert buckets.last_times_ns.tolist() == [samples[2].time_ns, samples[3].time_ns]
        expected = {"counts": 3, "firsts": 3, "lasts": 6, "minimums": 3, "maximums": 9, "means": 6}
        assert {name: column(buckets, CPU.name, name)[0] for name in expected} == expected
        assert column(buckets, CPU.name, "increases") == [None, None]
        assert column(buckets, CPU.name, "rate_maximums") == [None, None]

    def test_a_counter_that_starts_again(self) -> None:
        samples = [sample(2 * at, at + 1, sent=value) for at, value in enumerate((100.0, 140.0, 10.0, 14.0))]
        buckets = summarize(rows_of(samples), MINUTE_NS)
        expected = {"counts": 4, "firsts": 100, "lasts": 14, "increases": 54, "rate_minimums": 2, "rate_maximums": 20}
        assert {name: column(buckets, SENT.name, name)[0] for name in expected} == expected
        assert column(buckets, SENT.name, "means") == [None]

    def test_a_single_value_grew_by_nothing_and_has_no_rate(self) -> None:
        buckets = summarize(rows_of([sample(1, 1, sent=5)]), MINUTE_NS)
        assert column(buckets, SENT.name, "increases") == [0]
        assert column(buckets, SENT.name, "rate_maximums") == [None]

    def test_two_samples_of_one_time_have_no_rate(self) -> None:
        buckets = summarize(rows_of([sample(1, 2, sent=9), sample(1, 1, sent=5)]), MINUTE_NS)
        assert column(buckets, SENT.name, "increases") == [4]
        assert column(buckets, SENT.name, "rate_maximums") == [None]

    def test_a_column_that_is_missing_at_the_ends_says_when_it_was_there(self) -> None:
        samples = [sample(0, 1, cpu=1), sample(10, 2, cpu=1, sent=5), sample(40, 3, sent=95), sample(50, 4, cpu=1)]
        buckets = summarize(rows_of(samples), MINUTE_NS)
        assert column(buckets, SENT.name, "first_lags_ns") == [10 * SECOND_NS]
        assert column(buckets, SENT.name, "last_leads_ns") == [10 * SECOND_NS]
        assert column(buckets, SENT.name, "rate_maximums") == [3]
        assert column(buckets, CPU.name, "first_lags_ns") == [0]

    def test_a_sample_without_any_value_makes_a_bucket(self) -> None:
        buckets = summarize(rows_of([sample(0, 1, cpu=1), sample(60, 2)]), MINUTE_NS)
        assert column(buckets, CPU.name, "counts") == [1, 0]
        assert column(buckets, CPU.name, "firsts") == [1, None]

    def test_counters_are_exact_to_2_53(self) -> None:
        top = 2.0**53
        samples = [sample(0, 1, sent=top - 3), sample(1, 2, sent=top - 2), sample(2, 3, sent=top)]
        buckets = summarize(rows_of(samples), MINUTE_NS)
        assert column(buckets, SENT.name, "firsts") == [top - 3]
        assert column(buckets, SENT.name, "lasts") == [top]
        assert column(buckets, SENT.name, "increases") == [3]


class TestCoarsen:
    def test_a_restart_at_the_seam_of_two_hours(self) -> None:
        samples = [
            sample(3590, 1, sent=900),
            sample(3599, 2, sent=990),
            sample(3601, 3, sent=10),
            sample(3602, 4, sent=30),
        ]
        hours = summarize(rows_of(samples), HOUR_NS)
        assert column(hours, SENT.name, "increases") == [90, 20]
        both = coarsen(hours, 2 * HOUR_NS)
        assert column(both, SENT.name, "increases") == [90 + 10 + 20]
        assert column(both, SENT.name, "rate_minimums") == [5]
        assert column(both, SENT.name, "rate_maximums") == [20]

    def test_finer_buckets_cannot_be_had(self) -> None:
        with pytest.raises(ValueError, match="cannot be made finer"):
            coarsen(summarize(busy_hour(10), HOUR_NS), MINUTE_NS)

    def test_a_busy_hour(self) -> None:
        rows = busy_hour()
        assert_same(coarsen(summarize(rows, MINUTE_NS), HOUR_NS), summarize(rows, HOUR_NS))


class TestJoin:
    def test_columns_that_come_and_go(self) -> None:
        blocks = [[sample(0, 1, cpu=1)], [sample(60, 2, cpu=2, sent=2)], [sample(120, 3, sent=3)]]
        joined = join(summarize(rows_of(block), MINUTE_NS) for block in blocks)
        assert joined.columns == (CPU, SENT)
        assert column(joined, CPU.name, "counts") == [1, 1, 0]
        assert column(joined, CPU.name, "means") == [1, 2, None]
        assert column(joined, SENT.name, "lasts") == [None, 2, 3]

    def test_nothing_and_two_steps_are_refused(self) -> None:
        with pytest.raises(ValueError, match="at least one"):
            join([])
        with pytest.raises(ValueError, match="same step"):
            join(summarize(busy_hour(10), step) for step in (MINUTE_NS, HOUR_NS))


# Few numbers, so that counters stand still and start again; halves, so that sums are exact.
_values = st.one_of(st.just(np.nan), st.integers(0, 6).map(lambda n: n / 2))
_rows = st.tuples(st.integers(0, 9_000), st.sampled_from("ab"), st.tuples(*[_values] * len(COLUMNS)))


def made(draft: list[tuple[int, str, tuple[float, ...]]]) -> Rows:
    return Rows(
        columns=COLUMNS,
        times_ns=np.array([HOUR_START_NS + time * SECOND_NS // 2 for time, _, _ in draft], np.int64),
        sequences=np.arange(len(draft)),
        instances=np.array(["ab".index(name) for _, name, _ in draft], np.int32),
        instance_ids=("a", "b"),
        values=np.array([values for _, _, values in draft], np.float64).reshape(len(draft), len(COLUMNS)),
    )


class TestAnyRows:
    """Missing values, restarts, gaps, any order, several samples at one time."""

    @given(st.lists(_rows))
    def test_by_way_of_minutes_or_at_once(self, draft: list[tuple[int, str, tuple[float, ...]]]) -> None:
        rows = made(draft)
        minutes = summarize(rows, MINUTE_NS)
        assert_same(coarsen(minutes, HOUR_NS), summarize(rows, HOUR_NS))
        assert_same(coarsen(coarsen(minutes, 5 * MINUTE_NS), 2 * HOUR_NS), summarize(rows, 2 * HOUR_NS))

    @given(st.lists(_rows))
    def test_against_one_bucket_after_the_other(self, draft: list[tuple[int, str, tuple[float, ...]]]) -> None:
        rows = made(draft)
        buckets = summarize(rows, MINUTE_NS)
        order = np.lexsort((rows.sequences, rows.instances, rows.times_ns)).tolist()
        groups = itertools.groupby(order, key=lambda row: int(rows.times_ns[row]) // MINUTE_NS)
        for bucket, (minute, members) in enumerate(groups):
            assert buckets.times_ns[bucket] == minute * MINUTE_NS
            there = list(members)
            for place in range(len(COLUMNS)):
                check(buckets, bucket, place, rows.times_ns[there], rows.values[there, place])

    @given(st.lists(_rows), st.lists(st.integers(0, 9_000), max_size=3))
    def test_joined_from_parts(self, draft: list[tuple[int, str, tuple[float, ...]]], cuts: list[int]) -> None:
        edges = [0, *sorted(cut // 120 * 120 for cut in cuts), 9_120]
        parts = [[row for row in draft if low <= row[0] < high] for low, high in itertools.pairwise(edges)]
        assert_same(join(summarize(made(part), MINUTE_NS) for part in parts), summarize(made(draft), MINUTE_NS))


def check(buckets: Buckets, bucket: int, place: int, times_ns: np.ndarray, series: np.ndarray) -> None:
    """One bucket of one column, computed as plainly as can be."""
    points = [(int(t), x) for t, x in zip(times_ns, series.tolist(), strict=True) if not math.isnan(x)]
    found = {name: float(getattr(buckets, name)[bucket, place]) for name in MATRICES}
    assert found["counts"] == len(points)
    if not points:
        assert all(math.isnan(number) for name, number in found.items() if name != "counts")
        return
    numbers = [x for _, x in points]
    assert (found["firsts"], found["lasts"]) == (numbers[0], numbers[-1])
    assert found["first_lags_ns"] == points[0][0] - times_ns[0]
    assert found["last_leads_ns"] == times_ns[-1] - points[-1][0]
    if COLUMNS[place].kind is Kind.GAUGE:
        assert (found["minimums"], found["maximums"]) == (min(numbers), max(numbers))
        assert found["means"] == pytest.approx(sum(numbers) / len(numbers))
        return
    steps = [(t - s, y if y < x else y - x) for (s, x), (t, y) in itertools.pairwise(points)]
    assert found["increases"] == sum(grown for _, grown in steps)
    speeds = [grown / (elapsed / 1e9) for elapsed, grown in steps if elapsed] or [math.nan]
    assert [found["rate_minimums"], found["rate_maximums"]] == pytest.approx([min(speeds), max(speeds)], nan_ok=True)
