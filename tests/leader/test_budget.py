from __future__ import annotations

import numpy as np

from mcp_telemetry.leader.budget import ColumnBudget
from mcp_telemetry.leader.decoding.decoder import Chunk, Decoded
from mcp_telemetry.model.columns import Column
from mcp_telemetry.series.buckets import HOUR_NS
from mcp_telemetry.v1.metrics_pb2 import Rejection


def columns(*numbers: int) -> tuple[Column, ...]:
    return tuple(Column(f"custom.{number}") for number in numbers)


def chunk(wanted: tuple[Column, ...], first: int = 1, count: int = 1) -> Chunk:
    sequences = np.arange(first, first + count)
    return Chunk(wanted, sequences, sequences, np.zeros((count, len(wanted))))


def refused(budget: ColumnBudget, *chunks: Chunk, at_ns: int = 5 * HOUR_NS) -> list[int]:
    """The sequences that were; the other chunks are left."""
    decoded = Decoded(list(chunks))
    budget.refuse(decoded, at_ns)
    sequences = [rejection.sequence for rejection in decoded.rejections]
    kept = [sequence for chunk in decoded.chunks for sequence in chunk.sequences.tolist()]
    assert sorted(sequences + kept) == sorted(n for chunk in chunks for n in chunk.sequences.tolist())
    return sequences


def test_a_node_with_one_set_of_columns_is_never_refused() -> None:
    budget, same = ColumnBudget(3), columns(1, 2, 3)
    assert [refused(budget, chunk(same, first)) for first in range(100)] == [[]] * 100


def test_the_columns_of_all_sets_count_once() -> None:
    budget = ColumnBudget(4)
    assert refused(budget, chunk(columns(1, 2)), chunk(columns(2, 3), 2), chunk(columns(3, 4), 3)) == []
    assert refused(budget, chunk(columns(4, 5), 4), chunk(columns(1, 2, 3, 4), 5), chunk(columns(6), 6)) == [4, 6]


def test_what_is_refused_does_not_count() -> None:
    budget = ColumnBudget(3)
    assert refused(budget, chunk(columns(1, 2))) == []
    assert refused(budget, chunk(columns(3, 4))) == [1]
    assert refused(budget, chunk(columns(5))) == []


def test_the_next_hour_begins_anew() -> None:
    budget = ColumnBudget(2)
    assert refused(budget, chunk(columns(1, 2))) == []
    assert refused(budget, chunk(columns(3)), at_ns=6 * HOUR_NS - 1) == [1]
    assert refused(budget, chunk(columns(3, 4)), at_ns=6 * HOUR_NS) == []
    assert refused(budget, chunk(columns(1)), at_ns=6 * HOUR_NS) == [1]


def test_the_same_columns_in_ever_new_tuples_are_the_same() -> None:
    budget = ColumnBudget(3)
    for _ in range(100):
        assert refused(budget, chunk(columns(1, 2)), chunk(columns(2, 3), 2)) == []
    assert refused(budget, chunk(columns(4))) == [1]


def test_a_name_with_another_unit_is_another_column() -> None:
    budget = ColumnBudget(2)
    units = [chunk((Column("custom.x", unit),), number) for number, unit in enumerate("abc", 1)]
    assert refused(budget, *units) == [3]


def test_every_sample_of_a_chunk_is_rejected_with_the_remedy() -> None:
    budget, decoded = ColumnBudget(1), Decoded([chunk(columns(1)), chunk(columns(2), 10, 3)])
    budget.refuse(decoded, 0)
    assert [rejection.sequence for rejection in decoded.rejections] == [10, 11, 12]
    assert {rejection.reason for rejection in decoded.rejections} == {Rejection.TOO_MANY_COLUMNS}
    detail = "more than 1 different columns within an hour; see the leader's --max-columns"
    assert decoded.rejections[0].detail == detail
