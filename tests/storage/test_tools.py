"""The folder opens directly in the tools people use: no export, no reader of ours, and rollups apart from samples."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcp_telemetry.storage.hour_files import HourFiles
from tests.storage.folders import summed_up
from tests.storage.samples import rows_of, sample

SAMPLES = "*/*.parquet"
MINUTES = "_minutes/*/*.parquet"
HOURS = "_hours/*/*.parquet"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return summed_up(tmp_path / "metrics")


class TestDuckdb:
    def test_reads_samples_and_nothing_else(self, folder: Path) -> None:
        duckdb = pytest.importorskip("duckdb")
        found = duckdb.sql(f"""
            SELECT node_id, count(*), max("cpu.percent"), max("requests{{tools/call}}"), min(time) AT TIME ZONE 'UTC'
            FROM read_parquet('{folder}/{SAMPLES}', union_by_name = true) GROUP BY node_id ORDER BY node_id
        """).fetchall()
        assert [row[:4] for row in found] == [("a", 62, 59.5, 2), ("b", 5, 4.5, None)]
        assert found[0][4].isoformat() == "2026-03-01T10:00:00"

    def test_reads_units_and_kinds(self, folder: Path) -> None:
        duckdb = pytest.importorskip("duckdb")
        (found,) = duckdb.sql(f"""
            SELECT max(decode(value)->>'$."network.bytes_sent"') FROM parquet_kv_metadata('{folder}/{SAMPLES}')
            WHERE decode(key) = 'mcp_telemetry.columns'
        """).fetchall()
        assert found == ('["By","counter"]',)

    @pytest.mark.parametrize("tier", [MINUTES, HOURS])
    def test_reads_rollups(self, folder: Path, tier: str) -> None:
        duckdb = pytest.importorskip("duckdb")
        files = f"read_parquet('{folder}/{tier}', union_by_name = true)"
        means = duckdb.sql(f"""SELECT "cpu.percent" FROM {files} WHERE stat = 'mean' AND node_id = 'a' ORDER BY time""")
        assert means.fetchall() == [(30.0,), (3.5,)]
        sent = duckdb.sql(f"""SELECT sum("network.bytes_sent") FROM {files} WHERE stat = 'increase'""")
        assert sent.fetchall() == [(59_000 + 4000,)]

    def test_takes_a_counter_beyond_exact_integers_in_one_file_only(self, folder: Path) -> None:
        """From 2^53 on a file's column is of floats; others stay integers."""
        duckdb = pytest.importorskip("duckdb")
        HourFiles(folder).write("a", rows_of([sample(7200, 63, sent=2.0**60)]))
        found = duckdb.sql(f"""
            SELECT max("network.bytes_sent") FROM read_parquet('{folder}/{SAMPLES}', union_by_name = true)
        """)
        assert found.fetchall() == [(2.0**60,)]


class TestPandas:
    def test_reads_the_folder_without_what_begins_with_an_underscore_or_a_dot(self, folder: Path) -> None:
        pandas = pytest.importorskip("pandas")
        frame = pandas.read_parquet(folder, columns=["time", "node_id", "sequence", "cpu.percent"])
        assert frame.groupby("node_id")["sequence"].count().to_dict() == {"a": 62, "b": 5}
        assert str(frame["time"].dtype) == "datetime64[ns, UTC]"
        assert frame["cpu.percent"].max() == 59.5

    def test_reads_the_columns_of_all_files_one_by_one(self, folder: Path) -> None:
        pandas = pytest.importorskip("pandas")
        frame = pandas.concat(map(pandas.read_parquet, folder.glob(SAMPLES)))
        assert frame["requests{tools/call}"].max() == 2
        assert len(frame) == 67

    def test_reads_rollups(self, folder: Path) -> None:
        pandas = pytest.importorskip("pandas")
        for tier in ("_minutes", "_hours"):
            frame = pandas.read_parquet(folder / tier, filters=[("stat", "==", "mean"), ("node_id", "==", "a")])
            assert sorted(frame["cpu.percent"]) == [3.5, 30.0]


class TestPolars:
    def test_reads_samples_and_nothing_else(self, folder: Path) -> None:
        polars = pytest.importorskip("polars")
        lazy = polars.scan_parquet(folder / SAMPLES, missing_columns="insert", extra_columns="ignore")
        frame = lazy.group_by("node_id").agg(polars.len(), polars.col("cpu.percent").max()).sort("node_id").collect()
        assert frame.rows() == [("a", 62, 59.5), ("b", 5, 4.5)]

    def test_reads_the_columns_of_all_files_one_by_one(self, folder: Path) -> None:
        polars = pytest.importorskip("polars")
        lazy = polars.concat([polars.scan_parquet(path) for path in folder.glob(SAMPLES)], how="diagonal_relaxed")
        assert lazy.select(polars.max("requests{tools/call}"), polars.len()).collect().rows() == [(2, 67)]

    @pytest.mark.parametrize("tier", [MINUTES, HOURS])
    def test_reads_rollups(self, folder: Path, tier: str) -> None:
        polars = pytest.importorskip("polars")
        lazy = polars.scan_parquet(folder / tier, missing_columns="insert", extra_columns="ignore")
        means = lazy.filter((polars.col("stat") == "mean") & (polars.col("node_id") == "a")).sort("time")
        assert means.select("cpu.percent").collect().rows() == [(30.0,), (3.5,)]
