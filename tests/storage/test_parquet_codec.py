"""Rows to the bytes of a file and back."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mcp_telemetry.model.columns import Column, Kind
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.storage.parquet_codec import columns_of, decode, encode, open_parquet
from tests.storage.samples import CPU, SENT, busy_hour, rows_of, sample, samples_of

ALL: frozenset[str] = frozenset()


def file_of(rows: Rows) -> pq.ParquetReader:
    return open_parquet(pa.BufferReader(encode("a", rows)))


def test_the_columns_of_a_file() -> None:
    schema = file_of(rows_of([sample(0, 1, cpu=1.5, sent=3)])).schema_arrow
    assert schema.names == ["time", "node_id", "instance_id", "sequence", CPU.name, SENT.name]
    assert schema.field("time").type == pa.timestamp("ns", "UTC")
    assert schema.field(CPU.name).type == pa.float64()
    assert schema.field(SENT.name).type == pa.int64()


def test_absent_is_null() -> None:
    samples = [sample(0, 1, cpu=1.5), sample(1, 2, sent=3), sample(2, 3)]
    table = file_of(rows_of(samples)).read_all()
    assert table.column(CPU.name).to_pylist() == [1.5, None, None]
    assert table.column(SENT.name).to_pylist() == [None, 3, None]
    assert samples_of([decode(file_of(rows_of(samples)), ALL)]) == samples


def test_a_column_without_a_value_is_not_stored() -> None:
    rows = rows_of([sample(0, 1, cpu=float("nan"), sent=3)])
    assert columns_of(file_of(rows)) == (SENT,)


def test_each_encoding_is_what_the_file_says() -> None:
    groups = file_of(busy_hour()).metadata.row_group(0)
    found = {c.path_in_schema: c for c in map(groups.column, range(groups.num_columns))}
    assert "DELTA_BINARY_PACKED" in found["time"].encodings
    assert "DELTA_BINARY_PACKED" in found["network.bytes_sent"].encodings
    assert "RLE_DICTIONARY" in found["cpu.percent"].encodings
    assert "BYTE_STREAM_SPLIT" in found["uptime_seconds"].encodings
    assert found["cpu.percent"].compression == "ZSTD"
    assert found["node_id"].total_compressed_size < 100


def test_a_busy_hour_fits_in_a_byte_a_value() -> None:
    rows = busy_hour()
    assert len(encode("a", rows)) / rows.values.size < 1.13


columns = st.builds(Column, st.just("x"), st.sampled_from(["By", "%", "{call}", "1", ""]), st.sampled_from(Kind))
series = hnp.arrays(
    np.float64,
    st.integers(1, 40),
    elements=st.one_of(st.floats(), st.integers(-(2**53), 2**53).map(float), st.sampled_from([0.0, 1.0, float("nan")])),
)


@given(column=columns, values=series)
def test_every_series_comes_back_as_it_was(column: Column, values: np.ndarray) -> None:
    rows = rows_of([sample(second, second + 1, x=1) for second in range(len(values))])
    rows = Rows((column,), rows.times_ns, rows.sequences, rows.instances, rows.instance_ids, values[:, None])
    back = decode(file_of(rows), ALL)
    if np.isnan(values).all():
        assert back.columns == ()
    else:
        assert back.columns == (column,)
        assert np.array_equal(back.values, rows.values, equal_nan=True)


def test_memory_does_not_grow_with_the_number_of_files() -> None:
    """Each of these files needs 0.5 MB while it is in hand."""
    process, rows = psutil.Process(), busy_hour(600)

    def handle(count: int) -> int:
        for _ in range(count):
            decode(file_of(rows), ALL)
        return int(process.memory_info().rss)

    settled = handle(50)
    assert handle(150) - settled < 10 * 2**20


def test_neither_writing_nor_reading_imports_pandas() -> None:
    """pyarrow does so on many occasions where pandas is installed: a second and 40 MB that a leader has no use for."""
    program = """
import sys, pyarrow as pa
from mcp_telemetry.storage.parquet_codec import decode, encode, open_parquet
from tests.storage.samples import rows_of, run_of
decode(open_parquet(pa.BufferReader(encode("a", rows_of(run_of(range(9)))))), frozenset())
sys.exit("pandas" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
