"""What happens to real processes, and the events that tell it: each once, in order, and over restarts of the leader."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from mcp_telemetry.model.events import kind_word
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.processes import LeaderProcess, killed_at_end, leader_process, start_node, wait_until
from tests.reading import nodes, querying
from tests.soak import clock
from tests.streaming import batch, raw_stream, snapshot, welcomed

FLAGS = ("--no-dashboard", "--report-interval", "0.2", "--log-level", "warning")
HOUR_NS = 3600 * 10**9
Processes = list[subprocess.Popen[bytes]]


@pytest.fixture(scope="module")
def leader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LeaderProcess]:
    with leader_process(tmp_path_factory.mktemp("events") / "metrics", *FLAGS) as leader:
        yield leader
        leader.stop()


@pytest.fixture
def processes() -> Iterator[Processes]:
    with killed_at_end() as processes:
        yield processes


def events(leader: LeaderProcess, *node_ids: str) -> list[pb.Event]:
    """Oldest first."""
    with querying(leader.address) as query:
        answer = query.ListEvents(pb.ListEventsRequest(node_ids=node_ids), timeout=10)
    return list(answer.events)[::-1]


def kinds(leader: LeaderProcess, node_id: str) -> list[str]:
    return [kind_word(event.kind) for event in events(leader, node_id)]


def wait_for(leader: LeaderProcess, node_id: str, wanted: Sequence[str]) -> list[pb.Event]:
    wait_until(lambda: kinds(leader, node_id) == list(wanted), 15)
    return events(leader, node_id)


def test_a_killed_node_is_offline_and_comes_back_as_a_new_process(
    leader: LeaderProcess, processes: Processes, tmp_path: Path
) -> None:
    processes.append(start_node(leader.address, "killed", tmp_path))
    wait_for(leader, "killed", ["joined"])
    processes[0].kill()
    wait_for(leader, "killed", ["joined", "offline"])
    processes.append(start_node(leader.address, "killed", tmp_path))
    told = wait_for(leader, "killed", ["joined", "offline", "back", "restarted"])
    assert told[3].detail.startswith("A new process; the one before began ")
    assert "outbox is new" not in told[3].detail
    assert [event.time_unix_nano for event in told] == sorted(event.time_unix_nano for event in told)


def test_a_stopped_node_is_stale_and_back_and_one_that_ends_has_left(
    leader: LeaderProcess, processes: Processes, tmp_path: Path
) -> None:
    processes.append(start_node(leader.address, "stopped", tmp_path))
    wait_for(leader, "stopped", ["joined"])
    os.kill(processes[0].pid, signal.SIGSTOP)
    wait_for(leader, "stopped", ["joined", "stale"])
    os.kill(processes[0].pid, signal.SIGCONT)
    wait_for(leader, "stopped", ["joined", "stale", "back"])
    processes[0].terminate()
    told = wait_for(leader, "stopped", ["joined", "stale", "back", "left"])
    assert told[3].detail == "Stopped on purpose."


def test_a_clock_that_is_set_is_told_once(leader: LeaderProcess, processes: Processes, tmp_path: Path) -> None:
    clock.step(tmp_path / "clock", 0)
    environ = {"SOAK_CLOCK": str(tmp_path / "clock"), "SOAK_TRUTH": str(tmp_path / "truth")}
    flags = ("--leader", leader.address, "--node-id", "set", "--spool-dir", str(tmp_path), "--interval", "0.1")
    command = (sys.executable, "-m", "tests.soak.program", "node", *flags)
    processes.append(subprocess.Popen(command, env=os.environ | environ))
    wait_until(lambda: "set" in nodes(leader.address) and nodes(leader.address)["set"].counts.stored > 5, 15)
    clock.step(tmp_path / "clock", HOUR_NS)
    told = wait_for(leader, "set", ["joined", "clock_step"])
    assert told[1].detail == "Its clock jumped 1 h ahead."
    assert abs(told[1].count - 3_600_000) < 1000
    clock.step(tmp_path / "clock", 0)
    wait_until(lambda: events(leader, "set")[-1].detail == "Its clock jumped 1 h back, the last of 2 times.", 15)


async def test_what_is_lost_and_what_is_rejected_is_one_event_each(leader: LeaderProcess) -> None:
    async with raw_stream(leader.address) as stream:
        await welcomed(stream, "lossy")
        await stream.send(batch(1, [snapshot()]), batch(5, [snapshot(math.nan)]), batch(6, [snapshot(math.nan)]))
        await stream.send(batch(10, [snapshot()], dropped=3), batch(11, [snapshot()]))
        await stream.ack(11)
    told = wait_for(leader, "lossy", ["joined", "gap", "rejected", "gap", "offline"])
    assert [event.count for event in told] == [1, 3, 2, 3, 1]
    assert [event.detail.partition(" ")[0] for event in told[1:4]] == ["3", "2", "3"]


def test_events_outlive_a_killed_leader_and_none_is_repeated(processes: Processes, tmp_path: Path) -> None:
    with leader_process(tmp_path / "metrics", *FLAGS) as leader:
        for name in ("stays", "goes"):
            processes.append(start_node(leader.address, name, tmp_path / name))
            wait_for(leader, name, ["joined"])
        processes[1].kill()
        wait_for(leader, "goes", ["joined", "offline"])
        written = leader.metrics_dir / "_events"
        wait_until(lambda: any("WENT_OFFLINE" in path.read_text() for path in written.glob("*.ndjson")))
        before = events(leader)
        leader.kill()
        leader.start()
        wait_until(lambda: nodes(leader.address)["stays"].state == pb.LIVE, 20)
        after = events(leader)
        assert after[: len(before)] == before
        assert [kind_word(event.kind) for event in after[len(before) :]] == ["leader_started"]
        assert after[-1].detail.endswith("and knows 2 nodes from before.")
        assert after[-1].id > before[-1].id
        processes.append(start_node(leader.address, "goes", tmp_path / "goes"))
        wait_for(leader, "goes", ["joined", "offline", "back", "restarted"])
        leader.stop()
