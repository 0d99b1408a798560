"""A leader that may open few files: it goes on, says so, and takes as many nodes as it can."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import grpc
import pytest

from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.processes import LeaderProcess, wait_until
from tests.reading import health, nodes, stored_sequences
from tests.streaming import RawStream, batch, hello, raw_stream, snapshot, welcomed

# What a leader keeps for itself and for readers leaves room for ten nodes.
FILES = 192 + 10


@pytest.fixture
def leader(tmp_path: Path) -> Iterator[LeaderProcess]:
    """One that writes files often."""
    leader = LeaderProcess(tmp_path / "metrics", "--no-dashboard", "--flush-interval", "0.2")
    leader.files, leader.log = (64, FILES), tmp_path / "log"
    try:
        leader.start()
        yield leader
    finally:
        leader.kill()


@contextlib.asynccontextmanager
async def connected(leader: LeaderProcess, count: int) -> AsyncIterator[list[RawStream]]:
    """So many streams, each on a connection of its own."""
    async with contextlib.AsyncExitStack() as opened:
        yield [await opened.enter_async_context(raw_stream(leader.address)) for _ in range(count)]


async def refusal(stream: RawStream) -> tuple[grpc.StatusCode, str]:
    await stream.send(hello("one-too-many"))
    return await stream.end()


async def test_nodes_it_has_no_room_for_are_told_so_and_the_others_lose_nothing(leader: LeaderProcess) -> None:
    async with connected(leader, 10) as streams:
        await asyncio.gather(*(welcomed(stream, f"n{number}") for number, stream in enumerate(streams)))
        async with connected(leader, 5) as others:
            ends = await asyncio.gather(*(refusal(stream) for stream in others))
        await asyncio.gather(*(stream.send(batch(1, [snapshot()] * 3)) for stream in streams))
        await asyncio.gather(*(stream.ack(3) for stream in streams))
    assert {status for status, _ in ends} == {grpc.StatusCode.UNAVAILABLE}
    assert {"limit of open files is 202, enough for 10 nodes at once: raise it" in words for _, words in ends} == {True}
    assert health(leader.address).refused_streams == 5
    assert "one-too-many" not in nodes(leader.address)
    wait_until(lambda: all(node.state == pb.OFFLINE for node in nodes(leader.address).values()))
    async with connected(leader, 1) as (stream,):
        await welcomed(stream, "there-is-room-again")
    leader.stop()
    assert stored_sequences(leader.metrics_dir) == {f"n{number}": {"i1": [1, 2, 3]} for number in range(10)}
    assert leader.log is not None
    said = leader.log.read_text()
    assert "--max-nodes is 20000, but the limit of open files is 202" in said
    assert said.count("WARNING") == 2
    assert said.count("there will soon be no room for further nodes: the limit of open files is 202") == 1
    assert said.count("nodes are turned away: ") == 1


async def test_whoever_only_connects_leaves_the_journal_and_the_files_what_they_need(leader: LeaderProcess) -> None:
    host, _, port = leader.address.rpartition(":")
    async with connected(leader, 3) as streams:
        for number, stream in enumerate(streams):
            await welcomed(stream, f"n{number}")
        idle = [socket.create_connection((host, int(port))) for _ in range(2 * FILES)]
        for first in range(1, 6):
            for stream in streams:
                await stream.send(batch(first, [snapshot()]))
            await asyncio.gather(*(stream.ack(first) for stream in streams))
        wait_until(lambda: len(list(leader.metrics_dir.glob("20*/*.parquet"))) >= 3)
        for connection in idle:
            connection.close()
    told = wait_until(lambda: health(leader.address))
    assert not any((told.disk_refuses, told.refused_commits, told.refused_flushes, told.refused_upkeep))
    leader.stop()
    assert stored_sequences(leader.metrics_dir) == {f"n{number}": {"i1": [1, 2, 3, 4, 5]} for number in range(3)}


async def test_where_nothing_can_be_opened_what_comes_is_durable_and_files_wait(leader: LeaderProcess) -> None:
    limits = resource.prlimit(leader.pid, resource.RLIMIT_NOFILE)
    async with connected(leader, 1) as (stream,):
        await welcomed(stream, "a")
        await stream.send(batch(1, [snapshot()]))
        await stream.ack(1)
        resource.prlimit(leader.pid, resource.RLIMIT_NOFILE, (1, limits[1]))
        assert leader.log is not None
        wait_until(lambda: leader.log and "the hour files have to wait" in leader.log.read_text())
        for first in range(2, 12):
            await stream.send(batch(first, [snapshot()]))
            await stream.ack(first)
        resource.prlimit(leader.pid, resource.RLIMIT_NOFILE, limits)
        told = health(leader.address)
        assert (told.refused_commits, told.refused_flushes > 0) == (0, True)
        wait_until(lambda: not health(leader.address).disk_refuses)
    leader.stop()
    assert stored_sequences(leader.metrics_dir) == {"a": {"i1": list(range(1, 12))}}


def test_a_limit_without_room_for_a_single_node_ends_the_start_with_words(tmp_path: Path) -> None:
    leader = LeaderProcess(tmp_path / "metrics", "--no-dashboard")
    leader.files, leader.log = (64, 100), tmp_path / "log"
    with pytest.raises(AssertionError, match="the leader ended with 1"):
        leader.start()
    assert "mcp-leader: the limit of open files is 100, and a leader needs 193: raise it" in leader.log.read_text()
