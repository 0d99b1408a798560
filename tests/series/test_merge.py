"""Uniting rows: columns, instances, order, doubles and the seam between files and ring."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mcp_telemetry.model.columns import Column, Kind
from mcp_telemetry.series.merge import concatenate, join_seam, take, unite
from mcp_telemetry.series.rows import Rows
from tests.storage.samples import CPU, SENT, Sample, rows_of, run_of, sample, samples_of


def by_order(samples: list[Sample]) -> list[Sample]:
    return sorted(samples, key=lambda each: each.order)


class TestConcatenate:
    def test_nothing_gives_no_rows(self) -> None:
        rows = concatenate([])
        assert len(rows) == 0 and rows.columns == () and rows.values.shape == (0, 0)

    def test_unites_columns_in_the_order_first_seen(self) -> None:
        blocks = [[sample(0, 1, sent=1)], [sample(1, 2, cpu=2, sent=2)], [sample(2, 3, cpu=3)]]
        rows = concatenate(map(rows_of, blocks))
        assert rows.columns == (SENT, CPU)
        assert samples_of([rows]) == [each for block in blocks for each in block]

    def test_renumbers_instances(self) -> None:
        blocks = [[sample(0, 1, "z"), sample(1, 1, "b")], [sample(2, 2, "b"), sample(3, 1, "a")]]
        rows = concatenate(map(rows_of, blocks))
        assert rows.instance_ids == ("a", "b", "z")
        assert samples_of([rows]) == [each for block in blocks for each in block]

    def test_a_column_whose_unit_changed_stays_one_column(self) -> None:
        rows = rows_of([sample(0, 1, cpu=1, sent=2), sample(1, 2, cpu=3, sent=4)])
        columns = (Column("x", "By", Kind.GAUGE), Column("x", "%", Kind.GAUGE))
        values = np.array([[1.0, np.nan], [np.nan, 4.0]])
        twice = Rows(columns, rows.times_ns, rows.sequences, rows.instances, rows.instance_ids, values)
        united = concatenate([twice])
        assert united.columns == columns[:1]
        assert united.values.tolist() == [[1.0], [4.0]]


class TestUnite:
    def test_the_first_given_wins(self) -> None:
        rows = unite([rows_of([sample(0, 1, cpu=1)]), rows_of([sample(0, 1, cpu=2)])])
        assert samples_of([rows]) == [sample(0, 1, cpu=1)]

    def test_the_same_key_at_another_time_is_still_a_double(self) -> None:
        rows = unite([rows_of([sample(5, 1, cpu=1), sample(6, 2, cpu=1)]), rows_of([sample(0, 1, cpu=2)])])
        assert samples_of([rows]) == [sample(5, 1, cpu=1), sample(6, 2, cpu=1)]

    @given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 9), st.integers(0, 5))), st.integers(0, 9))
    def test_any_split_gives_each_key_once_in_order(self, draft: list[tuple[str, int, int]], split: int) -> None:
        known: dict[tuple[str, int], Sample] = {}
        given = [
            known.setdefault((name, sequence), sample(second, sequence, name, cpu=second))
            for name, sequence, second in draft
        ]
        rows = unite([rows_of(given[:split]), rows_of(given[split:])])
        assert samples_of([rows]) == by_order(list(known.values()))


class TestJoinSeam:
    """The files hold what was flushed, the ring the newest: they overlap, or touch, and neither shows."""

    def test_an_overlap_is_not_doubled(self) -> None:
        samples = run_of(range(100))
        joined = join_seam(rows_of(samples[:80]), rows_of(samples[50:]))
        assert samples_of([joined]) == samples

    def test_touching_ends_leave_no_gap(self) -> None:
        samples = run_of(range(100))
        assert samples_of([join_seam(rows_of(samples[:50]), rows_of(samples[50:]))]) == samples

    def test_one_side_alone(self) -> None:
        rows, empty = rows_of(run_of(range(5))), rows_of([])
        assert samples_of([join_seam(rows, empty)]) == run_of(range(5))
        assert samples_of([join_seam(empty, rows)]) == run_of(range(5))

    def test_late_rows_in_the_ring_find_their_place(self) -> None:
        samples = run_of(range(20))
        ring = rows_of([*samples[15:], *samples[3:6]])
        assert samples_of([join_seam(rows_of(samples[:3] + samples[6:18]), ring)]) == samples

    def test_equal_sequences_of_two_instances_both_stay(self) -> None:
        old, new = run_of(range(10), instance_id="x"), run_of(range(10, 20), instance_id="a")
        joined = join_seam(rows_of(old + new[:5]), rows_of(new))
        assert samples_of([joined]) == old + new

    @given(st.lists(st.integers(0, 20), min_size=20, max_size=20), st.integers(0, 20), st.integers(0, 20))
    def test_any_overlap_gives_each_row_once(self, seconds: list[int], flushed: int, kept: int) -> None:
        """Samples arrive in any order of time; the first are flushed, the last are in the ring, together all."""
        samples = [sample(second, place + 1, cpu=second) for place, second in enumerate(seconds)]
        stored, recent = by_order(samples[: max(flushed, kept)]), samples[min(flushed, kept) :]
        assert samples_of([join_seam(rows_of(stored), rows_of(recent))]) == by_order(samples)


def test_take_by_slice_mask_and_index() -> None:
    samples = run_of(range(6))
    rows = rows_of(samples)
    assert samples_of([take(rows, slice(1, 3))]) == samples[1:3]
    assert samples_of([take(rows, np.array([4, 0]))]) == [samples[4], samples[0]]
    assert samples_of([take(rows, rows.sequences > 4)]) == samples[4:]
