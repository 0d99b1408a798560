"""`mcp-telemetry export`, as a command: and back with import."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from mcp_telemetry.cli.tools import main
from mcp_telemetry.storage.engines import ENGINES, make_storage, storage_in
from tests.processes import leader_process
from tests.storage import plain_reader
from tests.storage.conformance import everything
from tests.storage.samples import CALLS, CPU, Sample, busy_hour, rows_of, run_of, sample, samples_of

COMMAND = (sys.executable, "-m", "mcp_telemetry.cli.tools", "export")
OUTPUTS = {"json": "tree", "csv": "rows.csv", "ndjson": "rows.ndjson", "parquet": "rows.parquet"}
STORED: dict[str, list[Sample]] = {
    "a": [*run_of(range(3590, 3610)), sample(90_000, 21, cpu=2.0, calls=5)],
    "a_10-00-00": [sample(0, 1, cpu=0.1, **{"custom.x{a=b}": 1e-300}), sample(0.25, 2, cpu=99.9)],
}


@pytest.fixture(params=ENGINES)
def metrics(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    storage = make_storage(request.param, tmp_path / "metrics")
    storage.open()
    for node_id, samples in STORED.items():
        storage.write(node_id, rows_of(samples))
    return tmp_path / "metrics"


def export(folder: Path, name: str, *options: str) -> Path:
    output = folder.parent / OUTPUTS[name]
    where = ("--metrics-dir", str(folder), "--output", str(output))
    assert main(["export", *where, "--format", name, *options]) == 0
    return output


@pytest.mark.parametrize("name", OUTPUTS)
def test_import_gives_the_same_rows_elsewhere(metrics: Path, tmp_path: Path, name: str) -> None:
    output = export(metrics, name)
    assert main(["import", str(output), "--metrics-dir", str(tmp_path / "elsewhere")]) == 0
    elsewhere = storage_in(tmp_path / "elsewhere")
    assert {node_id: everything(elsewhere, node_id) for node_id in elsewhere.nodes()} == STORED


@pytest.mark.parametrize("name", OUTPUTS)
def test_a_busy_hour_survives_to_the_last_bit(tmp_path: Path, name: str) -> None:
    storage = make_storage("parquet", tmp_path / "metrics")
    storage.open()
    storage.write("a", busy_hour(200))
    output = export(tmp_path / "metrics", name)
    assert main(["import", str(output), "--metrics-dir", str(tmp_path / "elsewhere")]) == 0
    assert everything(storage_in(tmp_path / "elsewhere")) == samples_of([busy_hour(200)])


def test_nodes_columns_and_times_can_be_chosen(metrics: Path) -> None:
    options = ("--node", "a", "--column", "cpu.percent", "--column", "requests", "--start", "2026-03-01T11:00Z")
    with export(metrics, "csv", *options, "--end", "2026-03-02T12:00Z").open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["time", "node_id", "instance_id", "sequence", CPU.name, CALLS.name]
    assert [int(row["sequence"]) for row in rows] == [*range(11, 22)]
    assert rows[0]["time"] == "2026-03-01T11:00:00.000000000Z"
    assert (rows[-1][CPU.name], rows[-1][CALLS.name], rows[0][CALLS.name]) == ("2", "5", "")


def test_a_tree_is_what_old_programs_read(metrics: Path) -> None:
    tree = export(metrics, "json", "--node", "a_10-00-00")
    assert plain_reader.get_nodes(tree) == ["a_10-00-00"]
    (summary,) = plain_reader.get_metrics_summary(tree)
    assert summary["cpu_percent"] in (0.1, 99.9)


def test_one_parquet_file_is_a_table_for_sql(metrics: Path) -> None:
    path = export(metrics, "parquet")
    found = duckdb.sql(f"""SELECT node_id, count(*), max("cpu.percent") FROM '{path}' GROUP BY ALL ORDER BY ALL""")
    assert found.fetchall() == [("a", 21, 99.5), ("a_10-00-00", 2, 99.9)]


def test_lines_go_into_a_pipe_whose_reader_may_stop(metrics: Path) -> None:
    command = [*COMMAND, "--metrics-dir", str(metrics), "--format", "ndjson", "--output", "-"]
    whole = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert [json.loads(line)["sequence"] for line in whole.stdout.splitlines()] == [*range(1, 22), 1, 2]
    assert whole.stderr == "23 rows of 2 nodes exported\n"
    cut = subprocess.run(["bash", "-c", f"{' '.join(command)} | true"], capture_output=True, text=True, timeout=60)
    assert "Traceback" not in cut.stderr and "Broken" not in cut.stderr


def test_it_reads_beside_a_leader_and_says_what_is_missing(tmp_path: Path) -> None:
    with leader_process(tmp_path / "metrics", "--no-dashboard"):
        command = [*COMMAND, "--metrics-dir", str(tmp_path / "metrics"), "--format", "csv", "--output", "-"]
        result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0
    assert "in its journal, and not among them" in result.stderr


def test_what_cannot_be_read_is_said_and_is_status_1(
    metrics: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    next(metrics.glob("*/a_10-00-00_10-00-00.*")).write_bytes(b"torn")
    output = ("--format", "ndjson", "--output", str(tmp_path / "x.ndjson"))
    assert main(["export", "--metrics-dir", str(metrics), *output]) == 1
    assert "1 files could not be read" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--metrics-dir", "{}/missing"), "there is no folder"),
        (("--node", "b"), "has no rows of node 'b'; it has a, a_10-00-00"),
        (("--column", "cpu"), "has nothing of --column 'cpu' in this time; it has cpu.percent"),
        (("--start", "noon"), "'noon' is no time"),
        (("--start", "1h", "--end", "2h"), "--start 1h is not before --end 2h"),
        (("--output", "{}/missing/x.csv"), "No such file or directory"),
        (("--format", "json", "--output", "-"), "name a folder"),
        (("--format", "json", "--output", "{}/metrics"), "name a folder"),
    ],
)
def test_what_cannot_be_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], reason: str
) -> None:
    storage = make_storage("parquet", tmp_path / "metrics")
    storage.open()
    for node_id, samples in STORED.items():
        storage.write(node_id, rows_of(samples))
    given = [option.format(tmp_path) for option in options]
    where = ["--metrics-dir", str(tmp_path / "metrics"), "--format", "csv", "--output", str(tmp_path / "x.csv")]
    assert main(["export", *where, *given]) == 1
    told = capsys.readouterr().err
    assert reason in told and told.count("\n") == 1
    assert not list(tmp_path.glob("**/.tmp-*")) and not (tmp_path / "x.csv").exists()
