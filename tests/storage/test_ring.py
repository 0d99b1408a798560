"""The ring against a plain list that forgets nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from mcp_telemetry.model.columns import Column, Kind
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.storage.ring import Ring

COLUMNS = (
    *(Column(name) for name in ("a", "b", "requests{x}", "requests{y}", "c")),
    Column("a", "By", Kind.COUNTER),  # the same name with another meaning is another column
    *(Column(f"custom.{number}") for number in range(20)),
)
END_NS = 2**63 - 1
Key = tuple[str, str]


@dataclass(frozen=True)
class Row:
    time_ns: int
    sequence: int
    instance_id: str
    values: tuple[tuple[Key, float], ...]


def key(column: Column) -> Key:
    return column.name, column.unit


def as_list(rows: Rows) -> list[Row]:
    return [
        Row(
            int(rows.times_ns[at]),
            int(rows.sequences[at]),
            rows.instance_ids[rows.instances[at]],
            tuple(sorted((key(c), float(v)) for c, v in zip(rows.columns, rows.values[at], strict=True) if v == v)),
        )
        for at in range(len(rows))
    ]


def add(ring: Ring, columns: tuple[Column, ...], times: list[int], first: int = 1, instance_id: str = "i") -> list[Row]:
    """Append rows whose values tell which they are; the same as a list."""
    count = len(times)
    values = np.array([[1000.0 * (first + n) + c for c in range(len(columns))] for n in range(count)])
    sequences = np.arange(first, first + count)
    ring.append(columns, np.array(times, np.int64), sequences, values.reshape(count, len(columns)), instance_id)
    pairs = [tuple(sorted(zip(map(key, columns), row, strict=True))) for row in values.tolist()]
    return [Row(times[n], first + n, instance_id, pairs[n] if columns else ()) for n in range(count)]


class RingMachine(RuleBasedStateMachine):
    @initialize(capacity=st.integers(1, 40))
    def begin(self, capacity: int) -> None:
        self.ring = Ring(capacity, began_ns=0)
        self.rows: list[Row] = []
        self.flushed = 0
        self.largest = capacity

    @rule(
        columns=st.lists(st.sampled_from(COLUMNS), unique=True, max_size=6).map(tuple),
        steps=st.lists(st.integers(-5, 20), min_size=1, max_size=30),
        instance_id=st.sampled_from("ijk"),
    )
    def append(self, columns: tuple[Column, ...], steps: list[int], instance_id: str) -> None:
        last = self.rows[-1].time_ns if self.rows else 100
        times = [max(1, last + sum(steps[: n + 1])) for n in range(len(steps))]
        self.rows += add(self.ring, columns, times, len(self.rows) + 1, instance_id)

    @precondition(lambda self: self.rows)
    @rule(count=st.integers(1, 20))
    def append_more_of_the_same(self, count: int) -> None:
        columns = self.ring.columns
        times = [self.rows[-1].time_ns + n for n in range(count)]
        self.rows += add(self.ring, columns, times, len(self.rows) + 1)

    @rule(part=st.floats(0, 1))
    def flush(self, part: float) -> None:
        self.flushed = max(self.flushed, round(part * len(self.rows)))
        self.ring.mark_flushed(self.flushed)

    @rule(capacity=st.integers(1, 40))
    def set_capacity(self, capacity: int) -> None:
        self.ring.capacity = capacity
        self.largest = max(self.largest, capacity)

    @rule()
    def trim(self) -> None:
        self.ring.trim()
        assert len(self.ring) <= max(self.ring.capacity, self.ring.unflushed)
        used = {name for row in self.kept() for name, _ in row.values}
        assert {key(column) for column in self.ring.columns} == used
        assert not self.ring.is_much_wider

    @rule(
        start=st.integers(-5, 5), end=st.integers(-5, 5), selected=st.sampled_from(["", "a", "requests", "requests{x}"])
    )
    def read(self, start: int, end: int, selected: str) -> None:
        times = [row.time_ns for row in self.kept()] or [0]
        start_ns, end_ns = min(times) + 10 * start, max(times) + 10 * end
        names = frozenset({selected}) if selected else frozenset()
        expected = [
            Row(row.time_ns, row.sequence, row.instance_id, tuple(p for p in row.values if matches(p[0][0], selected)))
            for row in self.kept()
            if start_ns <= row.time_ns < end_ns
        ]
        assert as_list(self.ring.rows(start_ns, end_ns, names)) == expected

    def kept(self) -> list[Row]:
        return self.rows[len(self.rows) - len(self.ring) :]

    @invariant()
    def holds_the_newest_rows_and_all_that_are_in_no_file(self) -> None:
        if not hasattr(self, "ring"):
            return
        assert self.ring.appended == len(self.rows)
        assert self.ring.unflushed == len(self.rows) - self.flushed <= len(self.ring)
        assert as_list(self.ring.since(0)) == self.kept()

    @invariant()
    def knows_from_when_on_it_is_whole(self) -> None:
        if hasattr(self, "ring"):
            newest_gone = max((row.time_ns for row in self.rows[: len(self.rows) - len(self.ring)]), default=0)
            assert not self.ring.is_whole_from(newest_gone)
            assert self.ring.is_whole_from(newest_gone + 1)

    @invariant()
    def takes_no_more_memory_than_that_needs(self) -> None:
        if hasattr(self, "ring") and self.ring.row_bytes:
            assert self.ring.nbytes // self.ring.row_bytes <= 2 * max(16, self.largest, len(self.ring))


def matches(name: str, selected: str) -> bool:
    return not selected or name == selected or name.partition("{")[0] == selected


TestRing = RingMachine.TestCase
TestRing.settings = settings(max_examples=150, stateful_step_count=25)

A, B, C = COLUMNS[:3]


def test_a_new_ring_takes_nothing_and_is_whole_from_its_beginning() -> None:
    ring = Ring(100, began_ns=50)
    assert (len(ring), ring.nbytes, ring.latest(), ring.newest_step_ns) == (0, 0, None, 0)
    assert ring.is_whole_from(51)
    assert not ring.is_whole_from(50)
    assert as_list(ring.rows(0, END_NS)) == []


def test_rows_in_no_file_are_kept_beyond_the_capacity() -> None:
    ring = Ring(4)
    rows = add(ring, (A,), list(range(1, 101)))
    assert as_list(ring.since(0)) == rows
    ring.mark_flushed(100)
    ring.trim()
    assert as_list(ring.since(0)) == rows[-4:]
    assert not ring.is_whole_from(96)
    assert ring.is_whole_from(97)


def test_a_snapshot_without_measurements_has_none_of_a_row_that_was_there_before() -> None:
    ring = Ring(4)
    add(ring, (A,), [1, 2, 3, 4])
    ring.trim()
    ring.mark_flushed(4)
    add(ring, (), [5], first=5)
    assert as_list(ring.since(4)) == [Row(5, 5, "i", ())]


def test_a_column_that_no_row_has_any_more_is_let_go_at_the_next_trim() -> None:
    ring = Ring(4)
    add(ring, (A, B), [1, 2])
    add(ring, (A, C), [3, 4, 5, 6], first=3)
    assert ring.columns == (A, B, C)
    ring.mark_flushed(6)
    ring.trim()
    assert ring.columns == (A, C)


def test_it_is_much_wider_once_columns_doubled_since_the_last_trim() -> None:
    many = tuple(Column(f"custom.{number}") for number in range(200))
    ring = Ring(100)
    add(ring, many[:64], [1])
    assert not ring.is_much_wider
    add(ring, many[:65], [2])
    assert ring.is_much_wider
    ring.trim()
    add(ring, many[:194], [3])
    assert not ring.is_much_wider
    add(ring, many[:195], [4])
    assert ring.is_much_wider


def test_outboxes_that_come_and_go_are_forgotten_with_their_rows() -> None:
    ring = Ring(10)
    for number in range(1000):
        ring.mark_flushed(number)
        add(ring, (A,), [number + 1], first=number + 1, instance_id=f"i{number}")
    rows = as_list(ring.since(0))
    assert [row.instance_id for row in rows] == [f"i{number}" for number in range(1000 - len(rows), 1000)]
    assert len(ring.since(0).instance_ids) <= 64


def test_the_newest_row_and_the_step_to_it() -> None:
    ring = Ring(3)
    for number in range(1, 6):
        add(ring, (A,), [10 * number], first=number)
        ring.mark_flushed(number)
    newest = ring.latest()
    assert newest is not None
    assert (newest[0], newest[1].tolist(), ring.newest_step_ns) == (50, [5000.0], 10)


def test_reads_are_copies() -> None:
    ring = Ring(4)
    add(ring, (A,), [1, 2])
    rows = ring.since(0)
    rows.values[:] = math.nan
    rows.times_ns[:] = 0
    assert as_list(ring.since(0)) == [Row(1, 1, "i", ((("a", ""), 1000.0),)), Row(2, 2, "i", ((("a", ""), 2000.0),))]


@pytest.mark.parametrize("count", [15, 16, 17, 1000])
def test_many_rows_at_once_are_as_many_one_by_one(count: int) -> None:
    at_once, one_by_one = Ring(64), Ring(64)
    add(at_once, (A, B), list(range(1, count + 1)))
    for number in range(1, count + 1):
        add(one_by_one, (A, B), [number], first=number)
    assert as_list(at_once.since(0)) == as_list(one_by_one.since(0))
