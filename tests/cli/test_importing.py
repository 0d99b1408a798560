"""`mcp-telemetry import`, as a command."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mcp_telemetry.cli.tools import main
from mcp_telemetry.storage.engines import ENGINES, storage_in
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.processes import leader_process, wait_until
from tests.reading import history, nodes
from tests.storage.conformance import everything
from tests.storage.samples import CPU, HOUR_START_NS, SECOND_NS

COMMAND = (sys.executable, "-m", "mcp_telemetry.cli.tools", "import")
START_S = HOUR_START_NS // SECOND_NS


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder as small programs have always written it: 20 snapshots, one of them torn."""
    for at in range(20):
        path = tmp_path / "tree" / "2026-03-01" / f"web-1_10-00-{at:02}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        system = {"cpu": {"percent": at + 0.5, "count": 8}, "uptime": at}
        plain = {"node_id": "web-1", "timestamp": START_S + at + 0.25, "system": system}
        text = json.dumps({**plain, "application": {"requests": {"tools/call": at}}}, indent=2)
        path.write_text(text[:-20] if at == 7 else text)
    return tmp_path / "tree"


def test_recent_rows_need_no_note(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.csv").write_text(f"time,node_id,cpu.percent\n{time.time():.3f},a,1\n")
    assert main(["import", str(tmp_path / "x.csv"), "--metrics-dir", str(tmp_path / "metrics")]) == 0
    assert capsys.readouterr().err == ""


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True, timeout=60)


def test_a_tree_with_a_torn_file_and_then_again(tree: Path, tmp_path: Path) -> None:
    first = run(tree, "--metrics-dir", tmp_path / "metrics")
    assert first.stdout == "20 files: 19 rows of 1 nodes added, 0 duplicates, 1 files and 0 rows skipped\n"
    assert first.stderr.startswith(f"skipped: {tree}/2026-03-01/web-1_10-00-07.json: ")
    assert "older than 7 days" in first.stderr.splitlines()[1] and "--raw-retention 0" in first.stderr
    assert first.returncode == 1
    assert [each.values[CPU.name] for each in everything(storage_in(tmp_path / "metrics"), "web-1")] == [
        at + 0.5 for at in range(20) if at != 7
    ]
    (tree / "2026-03-01" / "web-1_10-00-07.json").unlink()
    again = run(tree, "--metrics-dir", tmp_path / "metrics")
    assert again.stdout == "19 files: 0 rows of 0 nodes added, 19 duplicates, 0 files and 0 rows skipped\n"
    assert (again.returncode, again.stderr) == (0, "")


def test_of_many_problems_the_first_are_listed_and_the_others_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.ndjson").write_text("{torn\n" * 25)
    assert main(["import", str(tmp_path / "x.ndjson"), "--metrics-dir", str(tmp_path / "metrics")]) == 1
    told = capsys.readouterr()
    assert told.err.count("x.ndjson: line ") == 10
    assert told.err.endswith("skipped: ... and 15 more files or rows\n")
    assert "0 files and 25 rows skipped" in told.out


@pytest.mark.parametrize(("zone", "hour"), [("utc", 10), ("local", 5)])
def test_names_without_a_time_inside_are_local_or_utc(tmp_path: Path, zone: str, hour: int) -> None:
    path = tmp_path / "2026-03-01" / f"a_{hour:02}-00-00.json"
    path.parent.mkdir()
    path.write_text('{"system": {"uptime": 1}}')
    command = [*COMMAND, str(path), "--metrics-dir", str(tmp_path / "metrics"), "--timezone", zone]
    subprocess.run(command, env={**os.environ, "TZ": "XXX+5"}, check=True, capture_output=True, timeout=60)
    (found,) = everything(storage_in(tmp_path / "metrics"))
    assert found.time_ns == HOUR_START_NS


@pytest.mark.parametrize("engine", ENGINES)
def test_imported_nodes_are_those_of_the_leader_that_starts_there(tree: Path, tmp_path: Path, engine: str) -> None:
    run(tree, "--metrics-dir", tmp_path / "metrics", "--storage", engine)
    with leader_process(tmp_path / "metrics", "--no-dashboard", "--storage", engine, "--raw-retention", "0") as leader:
        assert nodes(leader.address)["web-1"].state == pb.LEFT
        assert history(leader.address, "web-1", "requests{tools/call}") == [at for at in range(20) if at != 7]


def test_a_folder_with_a_leader_at_work_is_refused(tree: Path, tmp_path: Path) -> None:
    with leader_process(tmp_path / "metrics", "--no-dashboard") as leader:
        result = run(tree, "--metrics-dir", tmp_path / "metrics")
        assert result.returncode == 1
        assert f"in use by process {leader.pid}" in result.stderr
        assert "stop it, or import into another folder" in result.stderr
        assert nodes(leader.address) == {}


@pytest.mark.parametrize("metrics", [".", "tree", "tree/metrics"])
def test_a_source_and_a_metrics_folder_in_one_another_are_refused(
    tree: Path, tmp_path: Path, metrics: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", str(tree), "--metrics-dir", str(tmp_path / metrics)]) == 1
    assert "lie in one another" in capsys.readouterr().err


def test_a_folder_of_another_engine_and_an_empty_one_are_refused(
    tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = ("--metrics-dir", str(tmp_path / "metrics"))
    assert main(["import", str(tree), *folder, "--storage", "json"]) == 1
    assert main(["import", str(tree), *folder, "--storage", "parquet"]) == 1
    assert "holds data of --storage json" in capsys.readouterr().err
    (tmp_path / "nothing").mkdir()
    assert main(["import", str(tmp_path / "nothing"), *folder]) == 1
    assert "nothing to import: no .json, " in capsys.readouterr().err


def test_ctrl_c_ends_it_without_a_traceback(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "endless.ndjson")
    command = [*COMMAND, str(tmp_path / "endless.ndjson"), "--metrics-dir", str(tmp_path / "metrics")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        wait_until((tmp_path / "metrics" / "_journal" / "lock").exists, 20)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
        assert process.stderr is not None and process.stderr.read() == ""


def test_a_bar_is_shown_on_a_terminal_and_not_in_the_output(tree: Path, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command = [*COMMAND, str(tree), "--metrics-dir", str(tmp_path / "metrics")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, text=True) as process:
        os.close(theirs)
        shown = b""
        while chunk := _read(ours):
            shown += chunk
        assert process.stdout is not None
        assert process.stdout.read().startswith("20 files: 19 rows")
    os.close(ours)
    assert "20/20" in shown.decode() and "files" in shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other side is closed
        return b""
