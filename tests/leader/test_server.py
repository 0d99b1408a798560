"""A whole leader inside the test's process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from mcp_telemetry.errors import ConfigurationError
from mcp_telemetry.leader import server
from mcp_telemetry.leader.loop_delay import LoopDelay
from mcp_telemetry.leader.server import Leader
from mcp_telemetry.settings import LeaderSettings, resolve
from mcp_telemetry.v1 import metrics_pb2 as pb
from mcp_telemetry.v1.metrics_pb2_grpc import TelemetryQueryStub
from tests.leader.parts import until
from tests.reading import stored_sequences
from tests.streaming import batch, raw_stream, snapshot, welcomed


def settings(folder: Path, **given: str) -> LeaderSettings:
    alone = {"listen": "127.0.0.1:0", "metrics_dir": str(folder), "dashboard": "false", "self_node": "false"}
    return resolve(LeaderSettings, {**alone, **given}, {})


@asynccontextmanager
async def running(folder: Path, **given: str) -> AsyncIterator[tuple[Leader, asyncio.Event, asyncio.Task[None]]]:
    leader, stop = Leader(settings(folder, **given)), asyncio.Event()
    task = asyncio.create_task(leader.run(stop))
    try:
        await until(lambda: leader.port or task.done())
        yield leader, stop, task
    finally:
        stop.set()
        await asyncio.wait({task}, timeout=10)


async def streamed(leader: Leader, count: int) -> None:
    async with raw_stream(f"127.0.0.1:{leader.port}") as stream:
        await welcomed(stream, "a")
        await stream.send(batch(1, [snapshot()] * count))
        await stream.ack(count)


async def test_it_serves_until_told_to_stop_and_leaves_all_in_files(tmp_path: Path) -> None:
    async with running(tmp_path) as (leader, stop, task):
        await streamed(leader, 5)
        stop.set()
        await asyncio.wait_for(task, 5)
    assert stored_sequences(tmp_path) == {"a": {"i1": [1, 2, 3, 4, 5]}}


async def test_it_is_not_serving_any_more_while_it_stops(tmp_path: Path) -> None:
    async with running(tmp_path) as (leader, stop, _), grpc.aio.insecure_channel(f"127.0.0.1:{leader.port}") as channel:
        watch: Any = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest())
        assert (await watch.read()).status == health_pb2.HealthCheckResponse.SERVING
        stop.set()
        assert (await watch.read()).status == health_pb2.HealthCheckResponse.NOT_SERVING


@pytest.mark.parametrize("part", ["_committer", "_flusher", "_upkeep"])
async def test_it_does_not_go_on_without_a_vital_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    async with running(tmp_path) as (leader, _, task):
        await streamed(leader, 3)
        broken = {"_committer": "_commit", "_flusher": "_flush_full", "_upkeep": "watch_over"}[part]
        monkeypatch.setattr(getattr(leader, part), broken, _raise_bug)
        async with raw_stream(f"127.0.0.1:{leader.port}") as stream:
            await welcomed(stream, "b")  # has something committed
            leader._flusher._work.set()
            with pytest.raises(ZeroDivisionError, match="a bug"):
                await asyncio.wait_for(task, 10)


async def test_a_defect_in_what_it_can_do_without_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(LoopDelay, "run", _end_with_bug)
    async with running(tmp_path) as (leader, _, task), grpc.aio.insecure_channel(f"127.0.0.1:{leader.port}") as channel:
        query: Any = TelemetryQueryStub(channel)  # type: ignore[no-untyped-call]
        told = (await query.ListNodes(pb.ListNodesRequest(without_nodes=True))).leader
        assert told.ended_parts == 1
        assert not task.done()
    assert "the measuring of its own delay ended, and begins again only with the leader" in caplog.text
    assert "a bug" in caplog.text


async def _end_with_bug(_: object) -> None:
    raise ZeroDivisionError("a bug")


def _raise_bug(*_: object) -> None:
    raise ZeroDivisionError("a bug")


async def test_it_can_be_stopped_while_it_reads_the_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    async with running(tmp_path) as (leader, stop, task):
        await streamed(leader, 5)
        monkeypatch.setattr(leader._flusher, "flush_all", asyncio.Event().wait)
        monkeypatch.setattr(server, "_FLUSH_S", 0.01)
        stop.set()
        await asyncio.wait_for(task, 5)
    again = Leader(settings(tmp_path))
    await again.run(stop)
    assert not again.port
    assert "stopped while the journal was read" in caplog.text
    assert stored_sequences(tmp_path) == {}
    async with running(tmp_path):
        await until(lambda: stored_sequences(tmp_path))
    assert stored_sequences(tmp_path) == {"a": {"i1": [1, 2, 3, 4, 5]}}


async def test_a_hung_disk_does_not_hold_up_the_end_for_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_FLUSH_S", 0.2)
    async with running(tmp_path) as (leader, stop, task):
        await streamed(leader, 3)
        monkeypatch.setattr(leader._flusher, "flush_all", asyncio.Event().wait)
        stop.set()
        await asyncio.wait_for(task, 5)
    assert stored_sequences(tmp_path) == {}
    async with running(tmp_path) as (again, stop, task):
        stop.set()
        await asyncio.wait_for(task, 5)
    assert again.port
    assert stored_sequences(tmp_path) == {"a": {"i1": [1, 2, 3]}}


async def test_a_folder_has_one_leader(tmp_path: Path) -> None:
    async with running(tmp_path):
        with pytest.raises(ConfigurationError, match="in use by process"):
            Leader(settings(tmp_path))


async def test_a_port_has_one_leader(tmp_path: Path) -> None:
    async with running(tmp_path / "a") as (leader, _, _):
        second = Leader(settings(tmp_path / "b", listen=f"127.0.0.1:{leader.port}"))
        with pytest.raises(ConfigurationError, match=r"cannot listen on .* \(Address already in use\): is another"):
            await second.run(asyncio.Event())


@pytest.mark.parametrize("host", ["no-such-host.invalid", "203.0.113.1"])
async def test_an_address_of_another_host_is_refused_with_the_remedy(tmp_path: Path, host: str) -> None:
    leader = Leader(settings(tmp_path, listen=f"{host}:50051"))
    with pytest.raises(ConfigurationError, match=rf"{host}:50051 \(.+\): take an address of this host with --listen"):
        await leader.run(asyncio.Event())


async def test_nodes_that_are_silent_after_a_start_are_shown_as_they_were_last_seen(tmp_path: Path) -> None:
    async with running(tmp_path) as (leader, _, _):
        await streamed(leader, 4)
    async with running(tmp_path) as (leader, _, _):
        node = leader._fleet.get("a")
        assert node is not None
        await until(lambda: len(node.ring))
        rows = node.ring.since(0)
        assert (rows.sequences.tolist(), node.ring.unflushed) == ([4], 0)
        async with raw_stream(f"127.0.0.1:{leader.port}") as stream:
            assert (await welcomed(stream, "a")).resume_sequence == 5
