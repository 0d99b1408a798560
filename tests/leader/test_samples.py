from __future__ import annotations

import pytest

from mcp_telemetry.leader.samples import ColumnSets, column_message, samples, samples_message
from mcp_telemetry.model.columns import Column, Kind
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.storage.samples import rows_of, run_of


def test_a_column_travels_with_its_unit_and_kind() -> None:
    message = column_message(Column("network.bytes_sent", "By", Kind.COUNTER))
    assert message == pb.Column(name="network.bytes_sent", unit="By", kind=pb.COUNTER)


def test_each_set_has_a_number_and_is_new_once() -> None:
    sets, a, b = ColumnSets(), (Column("a"),), (Column("a"), Column("b"))
    assert [sets.id_of(a), sets.id_of(b), sets.id_of(a)] == [1, 2, 1]
    assert sets.new_bytes == sum(each.ByteSize() for each in sets.new)
    assert [each.id for each in sets.take_new()] == [1, 2]
    assert (sets.take_new(), sets.new_bytes) == ([], 0)


def test_too_many_are_forgotten_and_sent_again_under_new_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ColumnSets, "_MOST_COLUMNS", 50)
    sets = ColumnSets()
    wide = [tuple(Column(f"{number}.{place}") for place in range(10)) for number in range(6)]
    assert [sets.id_of(columns) for columns in wide] == [1, 2, 3, 4, 5, 6]
    sets.take_new()
    assert [sets.id_of(wide[5]), sets.id_of(wide[0])] == [6, 7]
    assert [each.id for each in sets.take_new()] == [7]


def test_the_newest_rows_as_bytes_are_the_same_message() -> None:
    sets, rows = ColumnSets(), rows_of(run_of(range(5)))
    written = pb.Samples.FromString(samples_message("a", rows, sets))
    assert written == samples("a", rows, sets)
    assert list(written.sequences) == [1, 2, 3, 4, 5]
