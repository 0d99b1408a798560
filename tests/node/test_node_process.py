"""A real mcp-node, as a process that is stopped, killed and suspended."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from mcp_telemetry.v1.metrics_pb2 import MetricSnapshot
from tests.node.conftest import StartNode
from tests.node.scripted_leader import ScriptedLeader
from tests.processes import patient


def snapshots(leader: ScriptedLeader) -> list[MetricSnapshot]:
    return [snapshot for batch in leader.batches for snapshot in batch.snapshots]


def spooled_bytes(tmp_path: Path) -> int:
    return sum(segment.stat().st_size for segment in tmp_path.glob("spool/real/*.wal"))


async def ended(process: subprocess.Popen[str], seconds: float) -> tuple[int, str]:
    """Exit status and what was written to stderr."""
    _, errors = await asyncio.to_thread(process.communicate, timeout=patient(seconds))
    return process.returncode, errors


async def test_a_killed_node_goes_on_where_it_was(
    leader: ScriptedLeader, start_node: StartNode, tmp_path: Path
) -> None:
    first = start_node(leader.address)
    await leader.until(lambda: len(leader.sequences) >= 5)
    leader.acknowledges = False
    unacknowledged = len(leader.sequences)
    await leader.until(lambda: len(leader.sequences) >= unacknowledged + 5)
    await leader.stop()  # from here on the node only keeps
    kept = spooled_bytes(tmp_path)
    await leader.until(lambda: spooled_bytes(tmp_path) > kept + 2000)
    first.kill()
    await ended(first, 5)

    leader.acknowledges = True
    await leader.start()
    restarted_at = len(leader.received)
    start_node(leader.address)
    await leader.until(lambda: len(leader.received) >= restarted_at + 10)
    assert len({hello.instance_id for hello in leader.hellos}) == 1
    assert leader.received == list(range(1, len(leader.received) + 1))
    times = [snapshot.time_unix_nano for snapshot in snapshots(leader)]
    assert times == sorted(times)


async def test_what_a_leader_does_not_have_arrives_after_the_kill(
    leader: ScriptedLeader, start_node: StartNode
) -> None:
    leader.acknowledges = False
    node = start_node(leader.address)
    await leader.until(lambda: len(leader.sequences) >= 5)
    before = list(leader.received)
    node.kill()
    await ended(node, 5)
    leader.stored.clear()  # it never became durable there
    leader.acknowledges = True
    start_node(leader.address)
    await leader.until(lambda: len(leader.sequences) > len(before))
    assert leader.sequences == list(range(1, len(leader.sequences) + 1))


async def test_a_suspended_node_skips_ticks_counts_them_and_never_bunches(
    leader: ScriptedLeader, start_node: StartNode
) -> None:
    node = start_node(leader.address)
    await leader.until(lambda: len(leader.sequences) >= 5)
    node.send_signal(signal.SIGSTOP)
    await asyncio.sleep(3)
    node.send_signal(signal.SIGCONT)
    resumed_from = len(leader.sequences)
    await leader.until(lambda: len(leader.sequences) >= resumed_from + 6)
    taken = snapshots(leader)
    skipped = taken[-1].agent.ticks_skipped
    assert skipped >= 25
    times_s = [snapshot.time_unix_nano / 1e9 for snapshot in taken[1:]]
    assert abs(len(times_s) + skipped - (times_s[-1] - times_s[0]) / 0.1) <= 3
    gaps = [later - earlier for earlier, later in itertools.pairwise(times_s)]
    assert min(gaps) > 0.01
    assert max(gaps) > 2.9


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_stops_it_in_order(
    leader: ScriptedLeader, start_node: StartNode, number: signal.Signals
) -> None:
    node = start_node(leader.address)
    await leader.until(lambda: len(leader.sequences) >= 3)
    node.send_signal(number)
    status, errors = await ended(node, 3)
    assert status == 0
    assert [goodbye.reason for goodbye in leader.goodbyes] == ["stopped"]
    assert "Traceback" not in errors


async def test_it_stops_as_quickly_without_a_leader(start_node: StartNode) -> None:
    node = start_node("127.0.0.1:1")
    assert node.stderr is not None
    await asyncio.to_thread(node.stderr.readline)
    begin = time.monotonic()
    node.send_signal(signal.SIGTERM)
    status, _ = await ended(node, 5)
    assert status == 0
    assert time.monotonic() - begin < patient(3)


async def test_its_first_line_says_what_goes_where(leader: ScriptedLeader, start_node: StartNode) -> None:
    node = start_node(leader.address)
    assert node.stderr is not None
    line = await asyncio.to_thread(node.stderr.readline)
    assert f"node real reports to {leader.address} every 0.1 s" in line
    assert "/spool/real, at most 64 MiB" in line


async def test_a_second_one_with_the_same_spool_is_refused(leader: ScriptedLeader, start_node: StartNode) -> None:
    first = start_node(leader.address)
    await leader.until(lambda: leader.hellos)
    status, errors = await ended(start_node(leader.address), 10)
    assert status == 2
    assert f"/spool/real is in use by process {first.pid}: stop that one, or name another folder" in errors


async def test_it_ends_with_the_process_that_started_it(
    leader: ScriptedLeader, start_node: StartNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MCP_PARENT_PID", str(os.getpid() + 1))
    status, _ = await ended(start_node(leader.address), 10)
    assert status == 0
