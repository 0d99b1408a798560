"""`mcp-telemetry` against a real leader."""

import json
import subprocess
import sys
from pathlib import Path

from mcp_telemetry._version import __version__
from tests.processes import free_port, leader_process, wait_until

COMMAND = (sys.executable, "-m", "mcp_telemetry.cli.tools")


def ask(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=30)


def test_nodes_as_a_table_and_as_json(tmp_path: Path) -> None:
    with leader_process(tmp_path, "--no-dashboard", "--node-id", "here", self_node=True) as leader:
        shown = wait_until(lambda: "here" in (out := ask("nodes", "--leader", leader.address).stdout) and out, 15)
        heading, row, _, health = shown.splitlines()
        assert heading.split()[:2] == ["node", "state"]
        assert row.split()[:2] == ["here", "live"]
        assert health.startswith(f"leader {__version__}, up ")
        assert health.endswith("nothing went wrong")
        (node,) = json.loads(ask("nodes", "--leader", leader.address, "--json").stdout)
        assert node["node_id"] == "here"
        assert node["host"]["agent_version"] == __version__


def test_a_leader_that_is_not_there_is_one_line_and_status_1() -> None:
    address = f"127.0.0.1:{free_port()}"
    result = ask("nodes", "--leader", address)
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert address in result.stderr
    assert "--leader" in result.stderr


def test_no_command_says_what_there_is() -> None:
    result = ask()
    assert result.returncode == 2
    assert "COMMAND" in result.stderr


def test_what_went_wrong_at_the_leader_is_told(tmp_path: Path) -> None:
    flags = ("--no-dashboard", "--node-id", "here", "--flush-interval", "0.2")
    with leader_process(tmp_path, *flags, self_node=True) as leader:
        path = wait_until(lambda: next(tmp_path.glob("20*/*.parquet"), None), 20)
        assert path
        path.write_bytes(b"no parquet")
        wait_until(lambda: "1 file could not be read" in faults_of(leader.address), 20)


def faults_of(leader: str) -> str:
    """The lines after the one on the leader."""
    return ask("nodes", "--leader", leader).stdout.partition("\nleader ")[2]
