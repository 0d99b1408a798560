"""The disk fails the leader for real: it says so, acknowledges nothing that is not durable, and goes on when it can."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.disks import fill, make_read_only, small_disk
from tests.e2e.test_faults import assert_each_once, have, spooled_bytes, stop, stored
from tests.processes import LEADER, LeaderProcess, free_port, killed_at_end, leader_process, start_node, wait_until
from tests.reading import stored_sequences
from tests.streaming import batch, raw_stream, snapshot, welcomed

NAMES = ["node-0", "node-1"]
FLAGS = ("--no-dashboard", "--report-interval", "0.5", "--flush-interval", "1", "--log-level", "info")
JOURNAL_REFUSED = "nothing is acknowledged until it can be written"
FILES_REFUSED = "the hour files have to wait"


@pytest.fixture(params=["both", "journal", "files"])
def disks(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, Path, str]]:
    """A metrics folder, the small disk under it that is filled, and what that one holds."""
    metrics_dir = tmp_path / "metrics"
    with contextlib.ExitStack() as stack:
        disk = stack.enter_context(small_disk(metrics_dir, "4m"))
        if request.param != "both":
            journal = stack.enter_context(small_disk(metrics_dir / "_journal", "4m"))
            disk = journal if request.param == "journal" else disk
        yield metrics_dir, disk, request.param


def test_a_full_disk_loses_nothing_and_room_lets_it_go_on(disks: tuple[Path, Path, str], tmp_path: Path) -> None:
    metrics_dir, disk, held = disks
    leader, spool = LeaderProcess(metrics_dir, *FLAGS), tmp_path / "spool"
    log = leader.log = tmp_path / "log"
    with killed_at_end() as processes:
        try:
            leader.start()
            processes += [start_node(leader.address, name, spool) for name in NAMES]
            wait_until(lambda: have(stored(leader), NAMES, 10), 20)
            ballast = fill(disk)
            outage(leader, spool, held, log)
            ballast.unlink()
            wait_until(lambda: " can be written again" in log.read_text(), 30)
            before = max(stored(leader).values())
            wait_until(lambda: have(stored(leader), NAMES, before + 20), 40)
            stop(processes)
            assert_each_once(leader, spool, NAMES)
        finally:
            leader.kill()


def outage(leader: LeaderProcess, spool: Path, held: str, log: Path) -> None:
    """Until it has lasted long enough to see who does what."""
    wait_until(lambda: (FILES_REFUSED if held == "files" else JOURNAL_REFUSED) in log.read_text(), 30)
    before, sizes = stored(leader), {name: spooled_bytes(spool, name) for name in NAMES}
    if held == "files":
        wait_until(lambda: have(stored(leader), NAMES, max(before.values()) + 20), 20)
        assert JOURNAL_REFUSED not in log.read_text(), "what is in the journal is acknowledged"
    else:
        wait_until(lambda: all(spooled_bytes(spool, name) > sizes[name] + 5000 for name in NAMES), 20)
        assert stored(leader) == before, "nothing is acknowledged"


def outcome(metrics_dir: Path, address: str = "") -> tuple[int, str]:
    """How a leader ends that cannot start, and what it says."""
    where = ("--listen", address or f"127.0.0.1:{free_port()}", "--metrics-dir", str(metrics_dir))
    ended = subprocess.run(
        [*LEADER, *where, "--no-dashboard", "--no-self"], capture_output=True, text=True, timeout=20, check=False
    )
    return ended.returncode, ended.stderr


@pytest.mark.parametrize("was_used", [False, True])
def test_a_read_only_disk_is_told_at_the_start(tmp_path: Path, was_used: bool) -> None:
    with small_disk(tmp_path / "disk", "1m") as disk:
        if was_used:
            with leader_process(disk / "metrics", "--no-dashboard") as leader:
                leader.stop()
        make_read_only(disk)
        code, said = outcome(disk / "metrics")
    assert code == 1
    last = said.splitlines()[-1]
    assert last.startswith("mcp-leader: cannot ")
    assert str(disk / "metrics") in last
    assert "Read-only file system" in last
    assert "Traceback" not in said


def test_a_second_leader_on_the_same_folder_is_told_of_the_first(tmp_path: Path) -> None:
    with leader_process(tmp_path / "metrics", "--no-dashboard") as leader:
        code, said = outcome(tmp_path / "metrics")
        assert code == 1
        assert f"in use by process {leader.pid}: stop that one, or name another folder" in said
        assert "Traceback" not in said
        leader.stop()


SHIM = """
import os, sys
from pathlib import Path
from mcp_telemetry.cli.leader import main

trouble, fdatasync = Path(sys.argv.pop(1)), os.fdatasync

def failing(fd):
    if trouble.exists():
        raise OSError(5, "Input/output error")
    fdatasync(fd)

os.fdatasync = failing
sys.exit(main())
"""


async def test_a_failed_sync_ends_the_leader_and_nothing_of_it_was_acknowledged(tmp_path: Path) -> None:
    """The kernel may have dropped what it could not write: only another process, reading, learns what is there."""
    trouble, log = tmp_path / "trouble", tmp_path / "log"
    leader = LeaderProcess(tmp_path / "metrics", "--no-dashboard")
    leader._command[: len(LEADER)] = [sys.executable, "-c", SHIM, str(trouble)]
    leader.log = log
    try:
        await asyncio.to_thread(leader.start)
        async with raw_stream(leader.address) as stream:
            await welcomed(stream, "a")
            await stream.send(batch(1, [snapshot()] * 5))
            await stream.ack(5)
            trouble.touch()
            await stream.send(batch(6, [snapshot()] * 5))
            status, details = await stream.end()
        assert status.name == "UNAVAILABLE"
        assert "syncing it to the disk failed: Input/output error" in details
        assert leader._process is not None
        assert await asyncio.to_thread(leader._process.wait, 10) == 1
        assert log.read_text().splitlines()[-1].startswith("mcp-leader: the journal in")
        trouble.unlink()
        await asyncio.to_thread(leader.start)
        async with raw_stream(leader.address) as stream:
            first = (await welcomed(stream, "a", first_sequence=6)).resume_sequence
            assert first in (6, 11), "it may have reached the disk all the same"
            await stream.send(batch(first, [snapshot()] * 5))
            await stream.ack(first + 4)
        await asyncio.to_thread(leader.stop)
    finally:
        leader.kill()
    assert sorted(stored_sequences(tmp_path / "metrics")["a"]["i1"]) == list(range(1, first + 5))
