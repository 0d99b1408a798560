"""Many files into a storage: what is found, in bounded memory, and only once."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mcp_telemetry.errors import ConfigurationError
from mcp_telemetry.formats.files import find_files
from mcp_telemetry.formats.intake import Intake
from mcp_telemetry.formats.reading import Reading
from mcp_telemetry.formats.summing import sum_up
from mcp_telemetry.series.buckets import HOUR_NS, MINUTE_NS
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.storage.contract import WriteReport
from mcp_telemetry.storage.hour_files import HourFiles
from mcp_telemetry.storage.json_files import JsonFiles
from mcp_telemetry.storage.rollups import Rollups
from tests.formats.reading import stored_of
from tests.storage.conformance import LAST_NS, everything
from tests.storage.samples import CPU, HOUR_START_NS, rows_of, run_of, sample


class Watched(HourFiles):
    """Notes how many rows each write was given."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.written: list[int] = []

    def write(self, node_id: str, rows: Rows) -> WriteReport:
        self.written.append(len(rows))
        return super().write(node_id, rows)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """50 files of one node, and one of another."""
    storage = JsonFiles(tmp_path / "tree")
    storage.open()
    storage.write("a", rows_of(run_of(range(50))))
    storage.write("b", rows_of([sample(5000, 1, cpu=1.0)]))
    return tmp_path / "tree"


def taken_in(storage: HourFiles, tree: Path, most_values: int = 10**6) -> Intake:
    storage.open()
    intake = Intake(storage, Reading(), most_values)
    for path in find_files(tree):
        intake.take(path)
    intake.finish()
    return intake


def test_files_are_collected_up_to_a_bound(tmp_path: Path, tree: Path) -> None:
    storage = Watched(tmp_path / "metrics")
    intake = taken_in(storage, tree, most_values=300)
    assert storage.written == [10, 10, 10, 10, 10, 1]
    assert everything(storage) == run_of(range(50))
    hour = HOUR_START_NS // HOUR_NS
    assert intake.hours == {"a": {hour}, "b": {hour + 1}}


def test_a_second_time_adds_nothing(tmp_path: Path, tree: Path) -> None:
    storage = Watched(tmp_path / "metrics")
    assert taken_in(storage, tree).report.rows_written == 51
    again = taken_in(storage, tree)
    assert (again.report.rows_written, again.report.duplicates, dict(again.hours)) == (0, 51, {})


def test_snapshots_of_others_are_told_apart_by_node_and_time(tmp_path: Path) -> None:
    """Two of one node at one nanosecond are one, the first: that is what makes a second import add nothing."""
    path = tmp_path / "x.ndjson"
    of = [("a", 1), ("a", 2), ("b", 3)]
    lines = [{"node_id": node, "time_unix_nano": HOUR_START_NS, "cpu_percent": value} for node, value in of]
    path.write_text("\n".join(map(json.dumps, lines)))
    stored = stored_of(tmp_path / "metrics", path)
    assert {name: [dict(each.values) for each in found] for name, found in stored.items()} == {
        "a": [{CPU.name: 1.0}],
        "b": [{CPU.name: 3.0}],
    }


def test_of_rows_in_two_files_those_of_the_first_are_kept(tmp_path: Path, tree: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(f"time_unix_nano,node_id,instance_id,sequence,cpu.percent\n{HOUR_START_NS},a,one,1,99\n")
    assert stored_of(tmp_path / "first", *find_files(tree), path)["a"] == run_of(range(50))
    assert stored_of(tmp_path / "last", path, *find_files(tree))["a"][0].values == {CPU.name: 99.0}


def test_rollups_of_the_hours_are_made(tmp_path: Path, tree: Path) -> None:
    storage = HourFiles(tmp_path / "metrics")
    rollups = Rollups(tmp_path / "metrics")
    for node_id, hours in taken_in(storage, tree).hours.items():
        sum_up(storage, rollups, node_id, hours)
    for step_ns in (MINUTE_NS, HOUR_NS):
        (buckets,) = rollups.read("a", step_ns, frozenset({CPU.name}), 0, LAST_NS)
        assert buckets.samples.tolist() == [50]
    assert rollups.versions("a", MINUTE_NS, 0, LAST_NS) == storage.versions("a", 0, LAST_NS)


def test_hour_files_of_another_folder_are_read_as_they_are(tmp_path: Path) -> None:
    storage = HourFiles(tmp_path / "old")
    storage.open()
    storage.write("a_1", rows_of(run_of(range(3590, 3610))))
    paths = list(find_files(tmp_path / "old"))
    assert stored_of(tmp_path / "new", *paths) == {"a_1": run_of(range(3590, 3610))}


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_parquet_of_another_program(tmp_path: Path, unit: str) -> None:
    times = pa.array([HOUR_START_NS // 10**9, HOUR_START_NS // 10**9 + 1], pa.timestamp("s")).cast(pa.timestamp(unit))
    table = pa.table({"time": times, "node_id": ["a", "b"], "cpu_percent": pa.array([1, None], pa.int8())})
    pq.write_table(table, tmp_path / "x.parquet")
    stored = stored_of(tmp_path / "metrics", tmp_path / "x.parquet")
    assert {
        name: [(each.time_ns - HOUR_START_NS, dict(each.values)) for each in of] for name, of in stored.items()
    } == {
        "a": [(0, {CPU.name: 1.0})],
        "b": [(10**9, {})],
    }


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + bytes(100) + b"PAR1"])
def test_parquet_that_is_none_is_named(tmp_path: Path, content: bytes) -> None:
    path, reading = tmp_path / "x.parquet", Reading()
    path.write_bytes(content)
    assert stored_of(tmp_path / "metrics", path, reading=reading) == {}
    assert reading.problems.files == 1 and str(path) in reading.problems.listed[0]


class TestFinding:
    def test_files_come_in_order_without_what_is_hidden_or_a_leaders_own(self, tmp_path: Path) -> None:
        names = ("b/2.JSON", "b/1.csv", "a/x.parquet", "a/notes.txt", ".git/1.json", "_events/1.json", "a/.tmp-1.json")
        for name in names:
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).touch()
        found = [str(path.relative_to(tmp_path)) for path in find_files(tmp_path)]
        assert found == ["a/x.parquet", "b/1.csv", "b/2.JSON"]

    def test_a_path_that_is_not_there_and_a_file_of_no_format_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match="is not there"):
            list(find_files(tmp_path / "missing"))
        (tmp_path / "x.txt").touch()
        with pytest.raises(ConfigurationError, match=r"none of \.json, \.ndjson"):
            list(find_files(tmp_path / "x.txt"))
