"""What nodes do, on the parts of a leader, and the events that tell it."""

from __future__ import annotations

import math
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mcp_telemetry.errors import StorageError
from mcp_telemetry.leader import happenings
from mcp_telemetry.leader.events import Event
from mcp_telemetry.leader.fleet import State
from mcp_telemetry.leader.happenings import Happenings
from mcp_telemetry.leader.upkeep import Upkeep
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.leader.parts import Disk, MemoryStream, Parts, joined, report, until
from tests.streaming import batch, goodbye, hello, snapshot

SECOND_NS = 10**9


@pytest.fixture
async def parts(tmp_path: Path) -> AsyncIterator[Parts]:
    async with Parts(tmp_path) as parts:
        parts.fleet.happenings.begin([], 0)
        yield parts


def told(parts: Parts) -> list[tuple[str, int, int, str]]:
    """All but the leader's start, oldest first."""
    events = [event for event in parts.fleet.events.newest_first() if event.kind != pb.LEADER_STARTED]
    return [(event.node_id, event.kind, event.count, event.detail) for event in reversed(events)]


def kinds(parts: Parts) -> list[int]:
    return [kind for _, kind, *_ in told(parts)]


async def gone(parts: Parts, stream: MemoryStream, node_id: str = "a") -> None:
    """The connection breaks."""
    stream.task.cancel()
    await until(lambda: parts.node(node_id).stream is None)


async def test_a_leader_says_that_it_started(tmp_path: Path) -> None:
    async with Parts(tmp_path) as parts:
        parts.fleet.happenings.begin([], 3)
        (event,) = parts.fleet.events.newest_first()
        assert (event.node_id, event.kind) == ("", pb.LEADER_STARTED)
        assert event.detail.endswith("started, and knows 3 nodes from before.")


async def test_a_node_joins_goes_and_comes_back(parts: Parts) -> None:
    await gone(parts, await joined(parts, "a"))
    await joined(parts, "a")
    assert [(node_id, kind) for node_id, kind, *_ in told(parts)] == [
        ("a", pb.JOINED),
        ("a", pb.WENT_OFFLINE),
        ("a", pb.CAME_BACK),
    ]
    assert [detail for *_, detail in told(parts)][:2] == ["First seen, from 127.0.0.1.", "Its connection broke."]
    assert told(parts)[2][3].startswith("Connected again, after ")


async def test_a_node_that_flaps_makes_one_event_of_each_kind(parts: Parts) -> None:
    for _ in range(5):
        await gone(parts, await joined(parts, "a"))
    found = told(parts)
    assert [(kind, count) for _, kind, count, _ in found] == [(pb.JOINED, 1), (pb.WENT_OFFLINE, 5), (pb.CAME_BACK, 4)]
    assert found[1][3] == "Its connection broke (5 times within a minute)."


async def test_a_silent_node_is_stale_and_back_when_it_speaks(parts: Parts) -> None:
    stream, upkeep = await joined(parts, "a"), Upkeep(parts.fleet, 1000, 1 << 30)
    now_ns = time.time_ns()
    parts.node("a").last_seen_ns = now_ns - 7200 * SECOND_NS
    upkeep.watch_over(now_ns)
    await report(stream, 1, 1)
    upkeep.watch_over(time.time_ns())
    assert kinds(parts) == [pb.JOINED, pb.WENT_STALE, pb.CAME_BACK]
    assert told(parts)[1][3] == "Silent for 2 h, though its connection is open."
    assert told(parts)[2][3] == "Reports again, after 2 h."


async def test_a_goodbye_is_no_loss_and_a_new_process_is_told(parts: Parts) -> None:
    stream = parts.stream()
    began = time.time_ns() - 7200 * SECOND_NS
    stream.send(hello("a", process_start_unix_nano=began), goodbye())
    assert await stream.end() is None
    again = parts.stream()
    again.send(hello("a", process_start_unix_nano=began + 3720 * SECOND_NS))
    await again.read()
    assert [(kind, detail) for _, kind, _, detail in told(parts)][1::2] == [
        (pb.SAID_GOODBYE, "Stopped on purpose."),
        (pb.RESTARTED, "A new process; the one before began 1 h 2 min earlier."),
    ]
    assert kinds(parts)[2] == pb.CAME_BACK


async def test_a_new_outbox_is_told_for_what_the_old_one_held(parts: Parts) -> None:
    await gone(parts, await joined(parts, "a", "i1"))
    await joined(parts, "a", "i2")
    assert told(parts)[-1][1:] == (
        pb.RESTARTED,
        1,
        "Began anew. Its outbox is new: what the old one may have held is lost.",
    )


async def test_what_is_lost_is_told_with_its_count(parts: Parts) -> None:
    stream = await joined(parts, "a")
    await report(stream, 1, 1)
    await report(stream, 10, 1)
    stream.send(batch(31, [snapshot()], dropped=20))
    await stream.ack(31)
    await report(stream, 34, 1)
    assert told(parts)[1:] == [
        ("a", pb.GAP, 10, "10 snapshots never arrived, and the node did not say why."),
        ("a", pb.GAP, 20, "20 snapshots given up by the node, because its outbox was full."),
    ]


async def test_what_is_rejected_is_told_with_the_reason(parts: Parts) -> None:
    stream = await joined(parts, "a")
    stream.send(batch(1, [snapshot(math.nan), snapshot()]), batch(3, [snapshot(math.inf)]))
    await stream.ack(3)
    ((_, kind, count, detail),) = told(parts)[1:]
    assert (kind, count) == (pb.REJECTED, 2)
    assert detail.startswith("2 snapshots rejected; the last one: ")
    assert "cpu.percent" in detail


async def test_a_clock_that_jumps_is_told(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    stream, steady = await joined(parts, "a"), [0]
    monkeypatch.setattr(happenings, "steady_ns", lambda: steady[0])
    for number, offset_s in enumerate((0, 0, 3600, 3600, 3600), 1):
        steady[0] = number * SECOND_NS
        message = batch(number, [snapshot()])
        message.batch.sent_unix_nano = steady[0] + offset_s * SECOND_NS
        stream.send(message)
        await stream.ack(number)
    assert told(parts)[1:] == [("a", pb.CLOCK_STEP, 3_600_000, "Its clock jumped 1 h ahead.")]


async def test_a_clock_that_was_set_while_the_node_was_away_is_told(parts: Parts) -> None:
    stream = parts.stream()
    stream.send(hello("a", time_unix_nano=time.time_ns()))
    await stream.read()
    await gone(parts, stream)
    again = parts.stream()
    again.send(hello("a", time_unix_nano=time.time_ns() - 90 * SECOND_NS))
    await again.read()
    node = parts.node("a")
    assert pb.CLOCK_STEP not in kinds(parts)
    node.clock.since_ns -= SECOND_NS
    parts.fleet.happenings.clock(node, time.time_ns() - 90 * SECOND_NS)
    *_, (_, kind, count, detail) = told(parts)
    assert (kind, detail) == (pb.CLOCK_STEP, "Its clock jumped 1 min 30 s back.")
    assert abs(count - 90_000) < 1000


async def test_the_leaders_own_clock(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    real_ns = time.time_ns
    monkeypatch.setattr(happenings.time, "time_ns", lambda: real_ns() + 5 * SECOND_NS)
    parts.fleet.happenings.tick(parts.fleet)
    ((node_id, kind, count, detail),) = told(parts)
    assert (node_id, kind, detail) == ("", pb.CLOCK_STEP, "The leader's clock jumped 5 s ahead.")
    assert abs(count - 5000) < 1000


async def test_a_disk_that_refuses_is_told_and_the_nodes_it_turns_away_are_not(parts: Parts) -> None:
    parts.committer.on_disk = lambda error: parts.fleet.happenings.disk("journal", error)
    stream, disk = await joined(parts, "a"), Disk(parts.journal)
    await report(stream, 1, 1)
    disk.is_full = True
    for _ in range(3):
        stream.send(batch(2, [snapshot()]))
        assert isinstance(await stream.end(), StorageError)
        await until(lambda: parts.node("a").stream is None)
        stream = parts.stream()
        stream.send(hello("a"))
        await stream.read()
    disk.is_full = False
    await until(lambda: parts.node("a").stream is not None or stream.task.done())
    await report(await joined(parts, "a"), 2, 1)
    assert [(node_id, kind) for node_id, kind, *_ in told(parts)] == [
        ("a", pb.JOINED),
        ("", pb.DISK_REFUSED),
        ("", pb.DISK_RECOVERED),
    ]
    assert told(parts)[1][3] == "The journal cannot be written: cannot write: No space left on device."


async def test_a_restart_of_the_leader_repeats_nothing(tmp_path: Path) -> None:
    async with Parts(tmp_path) as before:
        before.fleet.happenings.begin([], 0)
        await report(await joined(before, "a"), 1, 3)
        await gone(before, await joined(before, "b"), "b")
        earlier = list(before.fleet.events.newest_first())[::-1]
        before.fleet.events.end()
    async with Parts(tmp_path) as parts:
        parts.fleet.happenings.begin(earlier, len(parts.fleet))
        was = told(parts)
        assert was == told(before)
        await joined(parts, "a")
        assert told(parts) == was
        await joined(parts, "b")
        assert [(node_id, kind) for node_id, kind, *_ in told(parts)[len(was) :]] == [("b", pb.CAME_BACK)]


async def test_who_does_not_come_back_with_the_leader_is_told_after_a_while(tmp_path: Path) -> None:
    async with Parts(tmp_path) as before:
        for name in ("here", "lost"):
            await report(await joined(before, name), 1, 1)
    async with Parts(tmp_path) as parts:
        fleet, now = parts.fleet, time.time_ns()
        fleet.happenings = Happenings(fleet.events, patience_s=0)
        fleet.happenings.begin([Event(1, now, "away", pb.WENT_OFFLINE, 1, "")], 3)
        await joined(parts, "here")
        fleet.enter(fleet.recall("away", 1), State.OFFLINE, 1)
        fleet.happenings.tick(fleet)
        fleet.happenings.tick(fleet)
        assert told(parts)[1:] == [("lost", pb.WENT_OFFLINE, 1, "Has not come back since the leader did.")]
        await joined(parts, "lost")
        assert told(parts)[-1][1] == pb.CAME_BACK
