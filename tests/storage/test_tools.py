"""The folder opens directly in the tools people use: no export, no reader of ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcp_telemetry.storage.hour_files import HourFiles
from tests.storage.samples import rows_of, run_of, sample

DAY_GLOB = "*/*.parquet"
# The second hour has a column more, and one fewer.
SAMPLES = [*run_of(range(3590, 3600)), sample(3600, 11, cpu=3.0, calls=1), sample(3601, 12, cpu=4.0, calls=2)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    storage = HourFiles(tmp_path)
    storage.open()
    storage.write("a", rows_of(SAMPLES))
    storage.write("b", rows_of(run_of(range(5))))
    (tmp_path / "2026-03-01" / ".tmp-a_12-00-00").write_bytes(b"half a file")
    (tmp_path / "2026-03-01" / ".damaged-20260301T110000.000000Z-a_12-00-00").write_bytes(b"no file")
    return tmp_path


def test_duckdb(folder: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    found = duckdb.sql(f"""
        SELECT node_id, count(*), max("cpu.percent"), max("network.bytes_sent"), min(time) AT TIME ZONE 'UTC'
        FROM read_parquet('{folder}/{DAY_GLOB}', union_by_name=true) GROUP BY node_id ORDER BY node_id
    """).fetchall()
    assert [row[:4] for row in found] == [("a", 12, 99.5, 3_599_000), ("b", 5, 4.5, 4000)]
    assert found[0][4].isoformat() == "2026-03-01T10:59:50"


def test_pandas(folder: Path) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_parquet(folder, columns=["time", "node_id", "sequence", "cpu.percent"])
    assert frame.groupby("node_id")["sequence"].count().to_dict() == {"a": 12, "b": 5}
    assert str(frame["time"].dtype) == "datetime64[ns, UTC]"
    assert frame["cpu.percent"].max() == 99.5


def test_polars(folder: Path) -> None:
    polars = pytest.importorskip("polars")
    lazy = polars.scan_parquet(folder / DAY_GLOB, missing_columns="insert", extra_columns="ignore")
    frame = lazy.group_by("node_id").agg(polars.len(), polars.col("cpu.percent").max()).sort("node_id").collect()
    assert frame.rows() == [("a", 12, 99.5), ("b", 5, 4.5)]
