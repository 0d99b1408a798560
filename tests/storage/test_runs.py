"""Rows that are consecutive ones are told in the metadata, and that is believed only where nothing contradicts it."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mcp_telemetry.storage.parquet_codec import decode, encode, open_parquet, read_identity, run_of
from mcp_telemetry.storage.runs import Run, told
from tests.storage.samples import Sample, rows_of, sample, samples_of
from tests.storage.samples import run_of as samples_in_a_row

ALL: frozenset[str] = frozenset()
ROW = samples_in_a_row(range(9))


def file_of(samples: Sequence[Sample]) -> pq.ParquetReader:
    return open_parquet(pa.BufferReader(encode("a", rows_of(samples))))


def retold(samples: Sequence[Sample], text: str) -> pq.ParquetReader:
    """A file that says this of its rows, and otherwise is as it was."""
    table = pq.read_table(pa.BufferReader(encode("a", rows_of(samples))))
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, table.schema, store_schema=False) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata({**table.schema.metadata, b"mcp_telemetry.run": text.encode()})
    return open_parquet(pa.BufferReader(sink.getvalue()))


def test_consecutive_rows_are_told_and_come_back_without_their_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    file = file_of(ROW)
    assert run_of(file) == Run(ROW[0].instance_id, ROW[0].sequence, len(ROW))
    assert samples_of([decode(file, ALL)]) == ROW
    monkeypatch.setattr("mcp_telemetry.storage.parquet_codec._identity", None)
    assert samples_of([decode(file, ALL)]) == ROW


@pytest.mark.parametrize(
    "samples",
    [
        [],
        [ROW[0], ROW[2]],
        [sample(0, 2, cpu=1), sample(1, 1, cpu=1)],
        [sample(0, 1, cpu=1), Sample(ROW[1].time_ns, 2, {"cpu.percent": 1.0}, instance_id="two")],
    ],
    ids=["none", "a gap", "backwards", "two instances"],
)
def test_other_rows_are_not(samples: list[Sample]) -> None:
    file = file_of(samples)
    assert told(rows_of(samples)) == {}
    assert run_of(file) is None
    assert samples_of([decode(file, ALL)]) == samples


@pytest.mark.parametrize(
    "run",
    [Run("one", 2, 9), Run("one", 1, 8), Run("other", 1, 9), Run("one", 2**60, 9)],
    ids=["other sequences", "another count", "another instance", "sequences of nobody"],
)
def test_what_the_columns_contradict_is_not_believed(run: Run) -> None:
    file = retold(ROW, json.dumps(run))
    assert run_of(file) is None
    assert samples_of([decode(file, ALL)]) == ROW


def test_nor_is_it_where_arrow_wrote_the_file_again() -> None:
    sink = pa.BufferOutputStream()
    pq.write_table(pq.read_table(pa.BufferReader(encode("a", rows_of(ROW)))).take([8, 7, 6, 5, 4, 3, 2, 1, 0]), sink)
    file = open_parquet(pa.BufferReader(sink.getvalue()))
    assert b"mcp_telemetry.run" in file.metadata.metadata
    assert samples_of([decode(file, ALL)]) == ROW[::-1]


@pytest.mark.parametrize("text", ["", "{}", "[1]", '["one", null, 9]', '["one", "x", 9]'])
def test_nonsense_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="tells of rows as"):
        decode(retold(ROW, text), ALL)


def test_the_columns_are_there_for_everyone_else() -> None:
    identity = read_identity(file_of(ROW))
    assert np.array_equal(identity.sequences, np.arange(1, 10))
    assert (identity.instance_ids, identity.instances.tolist()) == (("one",), [0] * 9)
