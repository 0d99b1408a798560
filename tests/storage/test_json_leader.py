"""A leader that stores JSON: what its nodes sent is in plain files once each, whatever happened to it meanwhile."""

from __future__ import annotations

import subprocess
from pathlib import Path

from mcp_telemetry.storage.json_files import JsonFiles
from tests.processes import LEADER, killed_at_end, leader_process, start_node, wait_until
from tests.reading import history
from tests.storage import plain_reader
from tests.storage.conformance import everything
from tests.storage.samples import rows_of, run_of

FLAGS = ("--no-dashboard", "--storage", "json", "--flush-interval", "0.3", "--report-interval", "0.2")


def test_a_killed_leader_goes_on_where_it_was(tmp_path: Path) -> None:
    metrics = tmp_path / "metrics"
    with leader_process(metrics, *FLAGS) as leader, killed_at_end() as processes:
        processes.append(start_node(leader.address, "a", tmp_path / "spool"))
        wait_until(lambda: files_in(metrics), 20)
        leader.kill()
        leader.start()
        before = files_in(metrics)
        wait_until(lambda: files_in(metrics) > before + 5, 20)
        shown = history(leader.address, "a", "memory.percent")
        leader.stop()
    stored = everything(JsonFiles(metrics), "a")
    assert [each.sequence for each in stored] == [*range(1, len(stored) + 1)]
    assert [each.values["memory.percent"] for each in stored][: len(shown)] == shown
    assert plain_reader.get_nodes(metrics) == ["a"]
    assert len(plain_reader.get_metrics_history(metrics, "a")) == len(stored)


def files_in(metrics: Path) -> int:
    return len(list(metrics.glob("*/a_*.json")))


def test_a_leader_of_another_engine_is_refused_there(tmp_path: Path) -> None:
    storage = JsonFiles(tmp_path)
    storage.open()
    storage.write("a", rows_of(run_of(range(1))))
    command = [*LEADER, "--metrics-dir", str(tmp_path), "--listen", "127.0.0.1:0", "--no-dashboard", "--no-self"]
    refused = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert refused.returncode == 1
    (line,) = refused.stderr.splitlines()
    assert "holds data of --storage json" in line and "mcp-telemetry import" in line
