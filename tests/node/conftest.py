from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from mcp_telemetry.node.outbox import Outbox
from tests.node.scripted_leader import ScriptedLeader

StartNode = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
async def leader() -> AsyncIterator[ScriptedLeader]:
    async with ScriptedLeader() as started:
        yield started


@pytest.fixture
def start_node(tmp_path: Path) -> Iterator[StartNode]:
    """Starts real mcp-node processes with one spool; those still running at the end are killed."""
    started: list[subprocess.Popen[str]] = []

    def start(leader: str, *flags: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "mcp_telemetry.cli.node", "--leader", leader, "--node-id", "real"]
        command += ["--spool-dir", str(tmp_path / "spool"), "--interval", "0.1", *flags]
        started.append(subprocess.Popen(command, stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.communicate()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "spool" / "node"


@pytest.fixture
def outbox(folder: Path) -> Iterator[Outbox]:
    opened = Outbox(folder, 64 << 20)
    yield opened
    opened.close()
