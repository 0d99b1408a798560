from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from mcp_telemetry import child
from mcp_telemetry.child import Child
from tests.processes import patient, wait_until

Start = Callable[..., "asyncio.Task[None]"]


async def until(result: Callable[[], object]) -> None:
    await asyncio.to_thread(wait_until, result)


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    path = tmp_path / "notes"
    path.touch()
    return path


@pytest.fixture
async def start(notes: Path) -> AsyncIterator[Start]:
    tasks: list[asyncio.Task[None]] = []

    def start(behaviour: str, **options: Any) -> asyncio.Task[None]:
        tasks.append(asyncio.create_task(Child("child", "tests.child", (str(notes), behaviour), **options).run()))
        return tasks[-1]

    yield start
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def pids(notes: Path) -> list[int]:
    return [int(line) for line in notes.read_text().splitlines()]


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_it_ends_with_whoever_started_it(start: Start, notes: Path) -> None:
    task = start("lives")
    await until(lambda: pids(notes))
    task.cancel()
    await asyncio.wait({task}, timeout=5)
    assert not runs(pids(notes)[0])


async def test_it_has_a_group_of_its_own_so_that_ctrl_c_does_not_reach_it(start: Start, notes: Path) -> None:
    start("lives")
    await until(lambda: pids(notes))
    (pid,) = pids(notes)
    assert os.getpgid(pid) == pid != os.getpgrp()


async def test_one_that_was_killed_is_started_again(
    start: Start, notes: Path, caplog: pytest.LogCaptureFixture
) -> None:
    start("lives")
    await until(lambda: len(pids(notes)) == 1)
    os.kill(pids(notes)[0], signal.SIGKILL)
    await until(lambda: len(pids(notes)) == 2)
    assert "the child ended with status -9; starting it again" in caplog.text


async def test_one_that_cannot_be_started_is_tried_again(
    start: Start, notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    start("lives")
    await until(lambda: len(pids(notes)) == 1)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "gone"))
    os.kill(pids(notes)[0], signal.SIGKILL)
    await until(lambda: "the child cannot be started: [Errno 2] No such file or directory" in caplog.text)
    monkeypatch.undo()
    await until(lambda: len(pids(notes)) == 2)


async def test_one_is_started_only_when_it_is_wanted(start: Start, notes: Path) -> None:
    asked: list[list[int]] = []

    async def is_wanted() -> bool:
        asked.append(pids(notes))
        return len(asked) != 1 and len(asked) != 3

    start("lives", is_wanted=is_wanted)
    await until(lambda: len(pids(notes)) == 1)
    os.kill(pids(notes)[0], signal.SIGKILL)
    await until(lambda: len(pids(notes)) == 2)
    assert [len(known) for known in asked] == [0, 0, 1, 1]


async def test_one_that_dies_at_once_is_not_started_without_pause(
    start: Start, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paused: list[float] = []
    monkeypatch.setattr(child, "backoff", lambda random: iter([0.01, 0.02, 3600.0]))
    sleep = asyncio.sleep

    async def noted(seconds: float) -> None:
        paused.append(seconds)
        await sleep(seconds)

    monkeypatch.setattr(child.asyncio, "sleep", noted)
    start("dies")
    await until(lambda: 3600.0 in paused)
    assert paused == [0.01, 0.02, 3600.0]
    assert len(pids(notes)) == 3


async def test_one_that_does_not_stop_is_killed_in_time(start: Start, notes: Path) -> None:
    task = start("stubborn", stop_s=0.2)
    await until(lambda: pids(notes))
    began = time.monotonic()
    task.cancel()
    await asyncio.wait({task}, timeout=5)
    assert not runs(pids(notes)[0])
    assert time.monotonic() - began < patient(2)
