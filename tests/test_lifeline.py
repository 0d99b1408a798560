from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mcp_telemetry import lifeline
from tests.processes import wait_until

# Starts a child that notes its pid and its end, and waits to be killed.
PARENT = """
import os, subprocess, sys
os.environ["MCP_PARENT_PID"] = str(os.getpid())
subprocess.Popen([sys.executable, "-c", *sys.argv[1:]])
input()
"""
CHILD = """
import asyncio, sys
from pathlib import Path
from mcp_telemetry.lifeline import parent_gone
Path(sys.argv[1]).write_text("started")
asyncio.run(parent_gone())
Path(sys.argv[1]).write_text("parent gone")
"""


def test_a_child_learns_that_its_parent_was_killed(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    parent = subprocess.Popen([sys.executable, "-c", PARENT, CHILD, str(notes)], stdin=subprocess.PIPE)
    try:
        wait_until(lambda: notes.exists() and notes.read_text() == "started", 20)
    finally:
        parent.kill()
        parent.wait()
    wait_until(lambda: notes.read_text() == "parent gone", 20)


async def test_who_is_nobodys_child_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifeline, "_CHECK_S", 0.01)
    monkeypatch.delenv(lifeline.PARENT_VARIABLE, raising=False)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(lifeline.parent_gone(), 0.1)


async def test_while_the_parent_lives_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifeline, "_CHECK_S", 0.01)
    monkeypatch.setenv(lifeline.PARENT_VARIABLE, str(os.getppid()))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(lifeline.parent_gone(), 0.1)


async def test_a_parent_that_was_gone_before_is_noticed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(lifeline.PARENT_VARIABLE, str(os.getpid()))
    await asyncio.wait_for(lifeline.parent_gone(), 0.1)
