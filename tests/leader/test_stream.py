"""One node's stream, from hello to its end."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from mcp_telemetry.errors import OverloadedError, ProtocolError, SupersededError
from mcp_telemetry.leader import stream as stream_module
from mcp_telemetry.leader.fleet import State
from mcp_telemetry.protocol import ACK_SNAPSHOTS
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.leader.parts import Disk, Parts, joined, report, until
from tests.streaming import batch, goodbye, hello, snapshot


async def test_a_node_is_welcomed_acknowledged_and_takes_its_leave(parts: Parts) -> None:
    stream = parts.stream()
    stream.send(hello("a", labels=[pb.Label(name="zone", value="eu")]))
    welcome = (await stream.read()).welcome
    assert (welcome.resume_sequence, welcome.window) == (1, 1000)
    assert welcome.pace.report_interval_ms == 5000
    await report(stream, 1, 3)
    stream.send(goodbye())
    assert await stream.end() is None
    node = parts.node("a")
    assert (node.state, node.durable["i1"], len(node.ring)) == (State.LEFT, 3, 3)
    assert node.hello.labels[0].value == "eu"


async def test_nothing_is_acknowledged_or_shown_before_it_is_on_the_disk(parts: Parts) -> None:
    stream = await joined(parts, "a")
    await until(lambda: parts.committer.commits == 1)
    disk = Disk(parts.journal)
    disk.hold()
    stream.send(batch(1, [snapshot()]))
    await until(lambda: disk.waiting)
    assert (stream.unread, len(parts.node("a").ring), parts.node("a").durable["i1"]) == (0, 0, 0)
    disk.release()
    await stream.ack(1)
    assert len(parts.node("a").ring) == 1


async def test_so_many_snapshots_are_acknowledged_at_once_if_none_asks_for_more(parts: Parts) -> None:
    stream = await joined(parts, "a")
    for first in range(1, ACK_SNAPSHOTS):
        stream.send(batch(first, [snapshot()], ack_now=False))
    await until(lambda: parts.node("a").durable["i1"] == ACK_SNAPSHOTS - 1)
    assert stream.unread == 0
    stream.send(batch(ACK_SNAPSHOTS, [snapshot()], ack_now=False))
    assert (await stream.read()).ack.durable_sequence == ACK_SNAPSHOTS


async def test_a_node_that_comes_back_goes_on_after_what_is_durable(parts: Parts) -> None:
    first = await joined(parts, "a")
    await report(first, 1, 5)
    first.done_writing()
    assert await first.end() is None
    assert parts.node("a").state is State.OFFLINE
    second = parts.stream()
    second.send(hello("a"))
    assert (await second.read()).welcome.resume_sequence == 6
    second.send(batch(4, [snapshot()] * 4))
    await second.ack(7)
    counts = parts.node("a").counts
    assert (counts.stored, counts.duplicates, counts.gaps) == (7, 2, 0)


async def test_a_lost_outbox_begins_again_as_another_instance(parts: Parts) -> None:
    await report(await joined(parts, "a", "old"), 1, 5)
    await report(await joined(parts, "a", "new"), 1, 5)
    node = parts.node("a")
    assert (dict(node.durable), node.counts.stored, node.counts.duplicates) == ({"old": 5, "new": 5}, 10, 0)


async def test_losses_are_told_apart(parts: Parts) -> None:
    stream = await joined(parts, "a")
    await report(stream, 1, 2)
    stream.send(batch(11, [snapshot()], dropped=3))
    await stream.ack(11)
    counts = parts.node("a").counts
    assert (counts.stored, counts.gaps, counts.dropped) == (3, 5, 3)


async def test_a_newer_stream_takes_over_at_once(parts: Parts) -> None:
    older = await joined(parts, "a")
    newer = await joined(parts, "a")
    assert isinstance(await older.end(), SupersededError)
    await report(newer, 1, 3)
    assert parts.node("a").state is State.LIVE


async def test_what_an_older_stream_sent_is_acknowledged_on_the_newer(parts: Parts) -> None:
    older = await joined(parts, "a")
    older.send(batch(1, [snapshot()] * ACK_SNAPSHOTS, ack_now=False))
    await until(lambda: parts.node("a").taken["i1"] == ACK_SNAPSHOTS)
    newer = await joined(parts, "a")
    await newer.ack(ACK_SNAPSHOTS)
    assert isinstance(await older.end(), SupersededError)


async def test_one_node_too_many_is_sent_away_and_the_others_stay(tmp_path: Path) -> None:
    async with Parts(tmp_path, max_nodes=2) as parts:
        await joined(parts, "a")
        first = await joined(parts, "b")
        third = parts.stream()
        third.send(hello("c"))
        error = await third.end()
        assert isinstance(error, OverloadedError)
        assert "raise --max-nodes" in str(error)
        await report(first, 1, 1)
        assert len(parts.fleet) == 2


async def test_who_never_says_hello_is_sent_away(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_module, "_HELLO_S", 0.05)
    silent = parts.stream()
    error = await silent.end()
    assert isinstance(error, ProtocolError)
    assert "no hello within 0.05 s" in str(error)


async def test_who_said_hello_may_be_silent(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_module, "_HELLO_S", 0.02)
    stream = await joined(parts, "a")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(stream.task), 0.1)
    await report(stream, 1, 1)


async def test_nothing_hides_in_a_hello(parts: Parts) -> None:
    message = hello("a", host=pb.HostFacts(hostname="h"), labels=[pb.Label(name="n", value="v")])
    for part in (message.hello, message.hello.host, message.hello.labels[0]):
        part.MergeFromString(b"\xa2\x06\x7f" + b"x" * 127)  # field 100
    stream = parts.stream()
    stream.send(message)
    await stream.read()
    assert parts.node("a").hello.ByteSize() < 40
    assert parts.node("a").hello.host.hostname == "h"


async def test_rejections_are_told_once_and_not_without_end(parts: Parts) -> None:
    stream = await joined(parts, "a")
    stream.send(batch(1, [pb.MetricSnapshot()] * 1000), batch(1001, [pb.MetricSnapshot()] * 1000))
    told = await stream.ack(2000)
    assert len({rejection.sequence for rejection in told}) == len(told) <= 2000
    assert sum(bool(rejection.detail) for rejection in told) <= 200
    assert parts.node("a").counts.rejected == 2000
    await report(stream, 2001, 1)


async def test_pace_and_draining_reach_the_node(parts: Parts) -> None:
    stream = await joined(parts, "a")
    parts.pacing.watch(["a"])
    directive = (await stream.read()).directive
    assert directive.pace.report_interval_ms == 0
    assert parts.node("a").pace == directive.pace
    stream.stream.drain(pb.Draining(reason="bye", retry_delay_ms=7))
    assert (await stream.read()).draining == pb.Draining(reason="bye", retry_delay_ms=7)
