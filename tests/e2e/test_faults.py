"""Processes are killed while they stream; afterwards every sequence of every node is stored, and stored once."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from mcp_telemetry.node.outbox import Outbox
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.processes import LeaderProcess, killed_at_end, leader_process, start_node, wait_until
from tests.reading import nodes, sequences_in_memory, stored_sequences

NODES = [f"node-{number}" for number in range(20)]
OUTAGE_SECONDS = 5
SPOOL_LIMIT = 64 << 20


@pytest.fixture
def leader(tmp_path: Path) -> Iterator[LeaderProcess]:
    """One that writes files often, so that rows are in files, in the ring and in the journal when it dies."""
    flags = ("--no-dashboard", "--report-interval", "0.5", "--flush-interval", "2", "--log-level", "warning")
    with leader_process(tmp_path / "metrics", *flags) as leader:
        yield leader


def given(spool: Path, node_id: str) -> tuple[str, int]:
    """The name of a node's outbox, and how many sequences it gave, as the node itself has it on its disk."""
    copy = spool / "copies" / node_id
    shutil.copytree(spool / node_id, copy)
    outbox = Outbox(copy, SPOOL_LIMIT)
    try:
        return outbox.instance_id, outbox.next - 1
    finally:
        outbox.close()


def stored(leader: LeaderProcess) -> dict[str, int]:
    return {node_id: node.counts.stored for node_id, node in nodes(leader.address).items()}


def have(counts: Mapping[str, int], node_ids: list[str], least: int) -> bool:
    return all(counts.get(node_id, 0) >= least for node_id in node_ids)


def stop(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.send_signal(signal.SIGINT)
    for process in processes:
        assert process.wait(20) == 0


def assert_each_once(leader: LeaderProcess, spool: Path, node_ids: list[str]) -> None:
    """Exactly 1 to N of each node's one outbox: in the ring and the files together, and in the end in the files."""
    outboxes = {node_id: given(spool, node_id) for node_id in node_ids}
    in_files, in_memory = stored_sequences(leader.metrics_dir), sequences_in_memory(leader.address)
    for node_id, (instance_id, count) in outboxes.items():
        everything = set(in_files.get(node_id, {}).get(instance_id, [])) | set(in_memory[node_id])
        assert everything == set(range(1, count + 1)), node_id
        assert len(in_memory[node_id]) == len(set(in_memory[node_id])), node_id
    leader.stop()
    expected = {node_id: {instance_id: list(range(1, count + 1))} for node_id, (instance_id, count) in outboxes.items()}
    assert stored_sequences(leader.metrics_dir) == expected


def test_a_killed_leader_loses_nothing_and_doubles_nothing(leader: LeaderProcess, tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    with killed_at_end() as processes:
        processes += [start_node(leader.address, node_id, spool) for node_id in NODES]
        wait_until(lambda: have(stored(leader), NODES, 20), 40)
        leader.kill()
        time.sleep(OUTAGE_SECONDS)  # what happens meanwhile happens in the nodes alone
        leader.start()
        before = stored(leader)
        assert have(before, NODES, 20)
        wait_until(lambda: have(stored(leader), NODES, max(before.values()) + 10 * OUTAGE_SECONDS), 40)
        stop(processes)
    # The goodbye is written down a moment after the node is gone.
    wait_until(lambda: all(node.state == pb.LEFT for node in nodes(leader.address).values()))
    for node in nodes(leader.address).values():
        assert (node.state, node.counts.gaps, node.counts.dropped, node.counts.rejected) == (pb.LEFT, 0, 0, 0)
        assert node.counts.stored == node.durable_sequence == given_by(spool, node.node_id)
    assert_each_once(leader, spool, NODES)


def given_by(spool: Path, node_id: str) -> int:
    count = given(spool, node_id)[1]
    shutil.rmtree(spool / "copies")
    return count


def test_a_full_disk_loses_nothing_and_doubles_nothing(leader: LeaderProcess, tmp_path: Path) -> None:
    """The kernel refuses the leader's writes beyond a size, as it does on a full disk; then it takes them again."""
    spool, names = tmp_path / "spool", NODES[:3]
    with killed_at_end() as processes:
        processes += [start_node(leader.address, node_id, spool) for node_id in names]
        wait_until(lambda: have(stored(leader), names, 10), 20)
        resource.prlimit(leader.pid, resource.RLIMIT_FSIZE, (64, resource.RLIM_INFINITY))
        wait_until(lambda: all(nodes(leader.address)[node_id].state == pb.OFFLINE for node_id in names), 20)
        before = stored(leader)
        sizes = {node_id: spooled_bytes(spool, node_id) for node_id in names}
        wait_until(lambda: all(spooled_bytes(spool, node_id) > sizes[node_id] + 5000 for node_id in names), 20)
        assert stored(leader) == before
        resource.prlimit(leader.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        wait_until(lambda: have(stored(leader), names, max(before.values()) + 30), 40)
        stop(processes)
    assert_each_once(leader, spool, names)


def spooled_bytes(spool: Path, node_id: str) -> int:
    return sum(path.stat().st_size for path in (spool / node_id).glob("*.wal"))


def test_a_killed_node_s_outbox_arrives_when_it_is_started_again(leader: LeaderProcess, tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    with killed_at_end() as processes:
        processes.append(start_node(leader.address, "a", spool))
        wait_until(lambda: stored(leader).get("a", 0) >= 20, 20)
        os.kill(leader.pid, signal.SIGSTOP)
        size = spooled_bytes(spool, "a")
        wait_until(lambda: spooled_bytes(spool, "a") > size + 5000)
        processes[0].kill()
        processes[0].wait()
        instance_id, kept = given(spool, "a")
        shutil.rmtree(spool / "copies")
        os.kill(leader.pid, signal.SIGCONT)
        node = wait_until(lambda: gone(leader, "a"))
        assert 20 <= node.durable_sequence < kept

        processes[0] = start_node(leader.address, "a", spool)
        again = wait_until(lambda: later(leader, "a", kept + 10), 20)
        assert again.instance_id == instance_id
        stop(processes)
    assert_each_once(leader, spool, ["a"])


def gone(leader: LeaderProcess, node_id: str) -> pb.Node | None:
    node = nodes(leader.address)[node_id]
    return node if node.state == pb.OFFLINE else None


def later(leader: LeaderProcess, node_id: str, sequence: int) -> pb.Node | None:
    node = nodes(leader.address)[node_id]
    return node if node.durable_sequence > sequence else None
