from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from mcp_telemetry.open_files import file_limit, raise_file_limit
from tests.processes import LEADER, free_port, wait_until

CHILD = "from mcp_telemetry import open_files as it; print(it.file_limit(), it.raise_file_limit(), it.file_limit())"
DASHBOARD = (sys.executable, "-m", "dashboard")


def limited(soft: int, hard: int) -> list[str]:
    return ["prlimit", f"--nofile={soft}:{hard}"]


def test_the_limit_rises_as_far_as_it_may() -> None:
    command = [*limited(64, 300), sys.executable, "-c", CHILD]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.split() == ["64", "300", "300"]


def test_a_kernel_that_does_not_let_it_leaves_it_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise ValueError("not allowed to raise maximum limit")

    before = file_limit()
    monkeypatch.setattr(resource, "setrlimit", refuse)
    assert raise_file_limit() == before


@pytest.mark.parametrize("command", [(*LEADER, "--no-self", "--no-dashboard"), DASHBOARD])
def test_servers_may_open_as_many_files_as_the_hard_limit_says(command: tuple[str, ...], tmp_path: Path) -> None:
    where = ("--listen", "127.0.0.1:0", "--metrics-dir", str(tmp_path)) if command[:3] == LEADER else ()
    port = ("--dashboard-port", str(free_port()))
    with subprocess.Popen([*limited(64, 300), *command, *where, *port]) as server:
        try:
            wait_until(lambda: resource.prlimit(server.pid, resource.RLIMIT_NOFILE) == (300, 300))
        finally:
            server.kill()


def test_no_limit_at_all_is_a_large_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert file_limit() == 1 << 20
