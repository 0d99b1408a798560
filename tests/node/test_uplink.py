from __future__ import annotations

import asyncio
import logging
import socket
import threading
import time
from pathlib import Path

import grpc
import pytest

from mcp_telemetry.node import stream
from mcp_telemetry.node.exchange import MAX_BATCH_SNAPSHOTS
from mcp_telemetry.node.outbox import Outbox
from mcp_telemetry.node.uplink import Uplink
from mcp_telemetry.v1.metrics_pb2 import MetricSnapshot, Pace, Rejection
from tests.node.scripted_leader import ScriptedLeader
from tests.processes import patient


class NotedPacer:
    """A sampler that only notes what it is told."""

    def __init__(self) -> None:
        self.clocks: list[int] = []
        self.paces: list[Pace] = []

    def set_clock(self, leader_time_unix_nano: int) -> None:
        self.clocks.append(leader_time_unix_nano)

    def set_pace(self, pace: Pace) -> None:
        self.paces.append(pace)


class Node:
    """An outbox and an uplink, without a sampler."""

    def __init__(self, folder: Path, *leaders: ScriptedLeader | str, limit_bytes: int = 64 << 20) -> None:
        self.outbox = Outbox(folder / "n", limit_bytes)
        self.pacer = NotedPacer()
        addresses = [leader if isinstance(leader, str) else leader.address for leader in leaders]
        self.uplink = Uplink(addresses, "n", {"zone": "a"}, self.outbox, self.pacer)

    async def __aenter__(self) -> Node:
        self.uplink.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.uplink.stop()
        self.outbox.close()

    def sample(self, count: int = 1, size: int = 0) -> None:
        for _ in range(count):
            snapshot = MetricSnapshot(time_unix_nano=time.time_ns())
            if size:
                snapshot.custom.add(name="x" * size)
            self.outbox.append(snapshot)

    def report(self, count: int = 1, size: int = 0) -> None:
        self.sample(count, size)
        self.uplink.report()


# -- The stream -------------------------------------------------------------------------------------------------------


async def test_hello_says_who_and_where_and_what_is_held(leader: ScriptedLeader, tmp_path: Path) -> None:
    node = Node(tmp_path, leader)
    node.sample(3)
    async with node:
        await leader.until(lambda: leader.sequences == [1, 2, 3])
    [hello] = leader.hellos
    assert (hello.node_id, hello.instance_id, hello.first_sequence) == ("n", node.outbox.instance_id, 1)
    assert hello.protocol_version == 1
    assert {label.name: label.value for label in hello.labels} == {"zone": "a"}
    assert hello.host.hostname == socket.gethostname()
    assert 0 < hello.process_start_unix_nano < hello.time_unix_nano
    assert 0 < hello.host.boot_unix_nano < hello.time_unix_nano


async def test_snapshots_go_out_when_they_are_reported_and_not_before(leader: ScriptedLeader, tmp_path: Path) -> None:
    async with Node(tmp_path, leader) as node:
        node.report()  # what is there when the stream opens is sent at once: let that be over
        await leader.until(lambda: leader.sequences == [1])
        node.sample(2)
        await asyncio.sleep(0.1)  # nothing comes, and nothing tells that it will not
        assert leader.sequences == [1]
        node.report()
        await leader.until(lambda: leader.sequences == [1, 2, 3, 4])
        assert len(leader.batches) == 2


async def test_the_welcome_sets_clock_and_pace(tmp_path: Path) -> None:
    pace = Pace(report_interval_ms=5000, report_phase_ms=750)
    async with ScriptedLeader(pace=pace) as leader, Node(tmp_path, leader) as node:
        await leader.until(lambda: node.pacer.paces)
        assert node.pacer.paces == [pace]
        assert abs(node.pacer.clocks[0] - time.time_ns()) < 5e9


async def test_a_directive_changes_the_pace_and_is_answered_at_once(leader: ScriptedLeader, tmp_path: Path) -> None:
    async with Node(tmp_path, leader) as node:
        await leader.until(lambda: node.pacer.paces)
        node.sample(4)
        await leader.direct(Pace(report_interval_ms=1000))
        await leader.until(lambda: leader.sequences == [1, 2, 3, 4])
        assert node.pacer.paces[-1] == Pace(report_interval_ms=1000)


async def test_the_window_is_never_exceeded(tmp_path: Path) -> None:
    async with ScriptedLeader(window=10) as leader, Node(tmp_path, leader) as node:
        leader.acknowledges = False
        node.report(25)
        await leader.until(lambda: leader.received == list(range(1, 11)))
        await leader.acknowledge(4)
        await leader.until(lambda: leader.received == list(range(1, 15)))
        await leader.acknowledge(14)
        await leader.until(lambda: leader.received == list(range(1, 25)))
        await leader.acknowledge(24)
        await leader.until(lambda: leader.received == list(range(1, 26)))
        assert node.outbox.oldest == 25


async def test_a_backlog_comes_in_bounded_batches_and_asks_for_an_ack_at_its_end(
    leader: ScriptedLeader, tmp_path: Path
) -> None:
    node = Node(tmp_path, leader)
    node.sample(1200)
    node.sample(8, size=400_000)
    async with node:
        await leader.until(lambda: len(leader.sequences) == 1208)
    assert leader.received == list(range(1, 1209))
    assert max(len(batch.snapshots) for batch in leader.batches) == MAX_BATCH_SNAPSHOTS
    assert max(batch.ByteSize() for batch in leader.batches) < (1 << 20) + 10_000
    asked = [batch for batch in leader.batches if batch.ack_now]
    assert [batch.first_sequence + len(batch.snapshots) for batch in asked[:1]] == [1209]


async def test_rejections_are_logged(leader: ScriptedLeader, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with Node(tmp_path, leader) as node:
        node.report()
        await leader.until(lambda: leader.sequences == [1])
        await leader.acknowledge(1, Rejection(sequence=1, reason=Rejection.NOT_FINITE, detail="cpu.percent is nan"))
        await leader.until(lambda: "rejected snapshot 1, NOT_FINITE: cpu.percent is nan" in caplog.text)


async def test_stopping_sends_what_is_left_and_says_goodbye(leader: ScriptedLeader, tmp_path: Path) -> None:
    async with Node(tmp_path, leader) as node:
        await leader.until(lambda: node.pacer.clocks)
        node.sample(3)
    assert leader.sequences == [1, 2, 3]
    assert any(batch.ack_now for batch in leader.batches)
    assert len(leader.goodbyes) == 1
    assert node.outbox.oldest == 4


async def test_stopping_does_not_wait_long_for_a_leader_that_is_stuck(leader: ScriptedLeader, tmp_path: Path) -> None:
    leader.acknowledges = False
    async with Node(tmp_path, leader) as node:
        await leader.until(lambda: node.pacer.clocks)
        node.report(3)
        await leader.until(lambda: leader.received)
        begin = time.monotonic()
    assert time.monotonic() - begin < patient(3)


# -- The disk ---------------------------------------------------------------------------------------------------------


class SlowDisk:
    """Syncs only when it is let."""

    def __init__(self, outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun: list[int] = []  # the outbox's next sequence at each sync
        self.let = threading.Semaphore(0)
        self._outbox = outbox
        self._sync = outbox.sync
        monkeypatch.setattr(outbox, "sync", self.sync)

    def sync(self) -> None:
        self.begun.append(self._outbox.next)
        self.let.acquire()
        self._sync()


async def test_a_report_waits_for_a_sync_that_began_after_its_snapshots(
    leader: ScriptedLeader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mcp_telemetry.node.uplink._SYNC_SECONDS", 0.3)
    async with Node(tmp_path, leader) as node:
        await leader.until(lambda: node.pacer.clocks)
        disk = SlowDisk(node.outbox, monkeypatch)
        node.report()
        await leader.until(lambda: leader.sequences == [1])  # after the bound: the first sync is still on its way
        monkeypatch.setattr("mcp_telemetry.node.uplink._SYNC_SECONDS", 60)
        node.report()
        disk.let.release()
        await leader.until(lambda: len(disk.begun) == 2)
        assert (disk.begun, leader.sequences) == ([2, 3], [1])
        disk.let.release(1000)
        await leader.until(lambda: leader.sequences == [1, 2])


# -- When it breaks ---------------------------------------------------------------------------------------------------


async def test_after_a_cut_it_goes_on_where_the_leader_says(leader: ScriptedLeader, tmp_path: Path) -> None:
    async with Node(tmp_path, leader) as node:
        node.report(3)
        await leader.until(lambda: leader.sequences == [1, 2, 3])
        leader.acknowledges = False
        node.report(2)
        await leader.until(lambda: leader.sequences == [1, 2, 3, 4, 5])  # stored, but the node was not told
        await leader.stop()
        node.report(3)
        await leader.start()
        await leader.until(lambda: leader.sequences == list(range(1, 9)))
        assert leader.received == list(range(1, 9))
        assert len({hello.instance_id for hello in leader.hellos}) == 1


async def test_what_the_leader_lost_with_its_life_is_sent_again(leader: ScriptedLeader, tmp_path: Path) -> None:
    async with Node(tmp_path, leader) as node:
        leader.acknowledges = False
        node.report(3)
        await leader.until(lambda: leader.sequences == [1, 2, 3])
        await leader.stop()
        leader.stored.clear()
        leader.acknowledges = True
        await leader.start()
        await leader.until(lambda: leader.sequences == [1, 2, 3])


async def test_the_next_leader_is_tried_when_one_does_not_listen(leader: ScriptedLeader, tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = f"127.0.0.1:{closed.getsockname()[1]}"
        async with Node(tmp_path, nobody, leader) as node:
            node.report(2)
            await leader.until(lambda: leader.sequences == [1, 2])


async def test_the_next_leader_is_tried_when_one_does_not_answer(
    leader: ScriptedLeader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "_WELCOME_SECONDS", 0.2)
    async with ScriptedLeader() as stuck, Node(tmp_path, stuck, leader) as node:
        stuck.welcomes = False
        node.report(2)
        await leader.until(lambda: leader.sequences == [1, 2])


async def test_a_draining_leader_is_left_for_the_next_one(leader: ScriptedLeader, tmp_path: Path) -> None:
    async with ScriptedLeader() as leaving, Node(tmp_path, leaving, leader) as node:
        node.report(2)
        await leaving.until(lambda: leaving.sequences == [1, 2])
        await leader.until(lambda: node.outbox.oldest == 3)
        leaving.acknowledges = False
        node.report(2)
        await leaving.until(lambda: leaving.sequences == [1, 2, 3, 4])
        await leaving.drain(retry_delay_ms=60_000)
        await leaving.acknowledge(3)  # what is on its way is still heard
        node.report()
        await leader.until(lambda: leader.sequences == [4, 5])
        assert [batch.dropped for batch in leader.batches] == [0]  # 1 to 3 are at the other one: nothing is lost
        assert len(leaving.hellos) == 1


async def test_an_overflow_is_told_in_the_next_batch(leader: ScriptedLeader, tmp_path: Path) -> None:
    node = Node(tmp_path, leader, limit_bytes=160_000)
    node.sample(500, size=1000)
    async with node:
        await leader.until(lambda: 500 in leader.received)
    lost = node.outbox.dropped_total
    assert lost > 300
    assert leader.received == list(range(lost + 1, 501))
    assert [batch.dropped for batch in leader.batches if batch.dropped] == [lost]


async def test_an_overflow_is_told_again_if_the_leader_did_not_take_it(leader: ScriptedLeader, tmp_path: Path) -> None:
    node = Node(tmp_path, leader, limit_bytes=160_000)
    node.sample(500, size=1000)
    leader.largest = 500
    async with node:
        await leader.until(lambda: leader.batches)
        leader.largest = 5000
        await leader.until(lambda: 500 in leader.sequences)
    lost = node.outbox.dropped_total
    assert [(batch.first_sequence, batch.dropped) for batch in leader.batches[:2]] == [(lost + 1, lost)] * 2
    assert not any(batch.dropped for batch in leader.batches[2:])


async def test_what_was_acknowledged_before_a_restart_does_not_count_as_lost(
    leader: ScriptedLeader, tmp_path: Path
) -> None:
    async with Node(tmp_path, leader) as node:
        node.report(3)
        await leader.until(lambda: leader.sequences == [1, 2, 3])
    leader.stored.clear()
    leader.batches.clear()
    async with Node(tmp_path, leader) as node:
        node.report()
        await leader.until(lambda: leader.sequences == [4])
    assert leader.batches[0].dropped == 0


async def test_an_outbox_that_forgot_its_end_begins_anew(
    leader: ScriptedLeader, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    node = Node(tmp_path, leader)
    leader.resume = 100
    node.sample(3)
    async with node:
        await leader.until(lambda: leader.hellos)
        leader.resume = None
        await leader.until(lambda: leader.sequences == [1, 2, 3])
    assert len({hello.instance_id for hello in leader.hellos}) == 2
    assert "going on as a new instance" in caplog.text


# -- Refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        (grpc.StatusCode.INVALID_ARGUMENT, "check --node-id"),
        (grpc.StatusCode.UNAUTHENTICATED, "the leader asks for credentials"),
        (grpc.StatusCode.ABORTED, "another process reports under the same node_id"),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "fewer --labels"),
        (grpc.StatusCode.FAILED_PRECONDITION, "see the leader's log"),
    ],
)
async def test_a_refusal_is_logged_with_its_remedy_and_not_repeated_at_once(
    leader: ScriptedLeader,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    status: grpc.StatusCode,
    remedy: str,
) -> None:
    leader.status = status
    async with Node(tmp_path, leader) as node:
        node.report()
        await leader.until(lambda: remedy in caplog.text)
        await asyncio.sleep(0.7)  # a retry would have come by then
    assert len(leader.hellos) == 1
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


async def test_after_a_refusal_the_next_leader_is_tried_soon(leader: ScriptedLeader, tmp_path: Path) -> None:
    async with ScriptedLeader() as refusing, Node(tmp_path, refusing, leader) as node:
        refusing.status = grpc.StatusCode.INVALID_ARGUMENT
        node.report(2)
        await leader.until(lambda: leader.sequences == [1, 2], 5)


async def test_when_all_leaders_refuse_each_is_logged_once_and_none_asked_again_at_once(
    leader: ScriptedLeader, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mcp_telemetry.node.uplink._HOPELESS_SECONDS", 1.5)
    leader.status = grpc.StatusCode.INVALID_ARGUMENT
    async with ScriptedLeader() as first, Node(tmp_path, first, leader):
        first.status = grpc.StatusCode.INVALID_ARGUMENT
        await leader.until(lambda: leader.hellos)
        refused = time.monotonic()
        await first.until(lambda: len(first.hellos) == 2)
        assert time.monotonic() - refused > 1.4
        await leader.until(lambda: len(leader.hellos) == 2)
    errors = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert [error.split()[0] for error in errors] == [first.address, leader.address]


async def test_an_overloaded_leader_is_tried_again_and_logged_once(
    leader: ScriptedLeader, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    leader.status = grpc.StatusCode.UNAVAILABLE
    async with Node(tmp_path, leader) as node:
        node.report()
        await leader.until(lambda: len(leader.hellos) == 3)
        leader.status = None
        await leader.until(lambda: leader.sequences == [1])
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


async def test_a_snapshot_no_leader_takes_is_dropped_alone_and_counted(
    leader: ScriptedLeader, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mcp_telemetry.node.uplink.backoff", lambda _: iter(lambda: 0.01, None))
    leader.largest = 5000
    node = Node(tmp_path, leader)
    node.sample(40)
    node.sample(1, size=6000)
    node.sample(9)
    async with node:
        await leader.until(lambda: leader.sequences == [n for n in range(1, 51) if n != 41])
    assert node.outbox.dropped_total == 1
    assert [batch.dropped for batch in leader.batches if batch.first_sequence == 42] == [1]
    assert "takes no message as large as snapshot 41:" in caplog.text
