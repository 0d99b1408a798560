"""What the leader says of itself, after it happened for real."""

from __future__ import annotations

import asyncio
import math
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from mcp_telemetry.errors import TooManyQueriesError
from mcp_telemetry.leader.disk_use import Footprint
from mcp_telemetry.leader.gate import Gate
from mcp_telemetry.leader.health import Configured
from mcp_telemetry.model.health import faults
from mcp_telemetry.series.buckets import HOUR_NS
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.leader.parts import Disk, Parts, fill, health_of, joined, reader_of, report, until
from tests.leader.serving import serving
from tests.streaming import batch, snapshot

HOUR = time.time_ns() // HOUR_NS - 5


def spoil(metrics_dir: Path) -> None:
    """Its only hour file is none any more."""
    (path,) = metrics_dir.glob("20*/*.parquet")
    path.write_bytes(b"no parquet")


async def test_a_leader_where_all_is_well_says_how_much_it_holds(tmp_path: Path) -> None:
    async with Parts(tmp_path) as parts:
        await report(await joined(parts, "a"), 1, 10)
        message = health_of(parts).message()
    assert message.journal_bytes > 0
    assert message.ring_bytes >= 10 * 16
    assert abs(message.start_unix_nano - time.time_ns()) < 60 * 10**9
    assert message.version
    assert not any((message.refused_commits, message.refused_flushes, message.damaged_files, message.damaged_segments))


async def test_commits_that_the_disk_refused_are_counted(tmp_path: Path) -> None:
    async with Parts(tmp_path) as parts:
        disk, stream = Disk(parts.journal), await joined(parts, "a")
        disk.is_full = True
        stream.send(batch(1, [snapshot()]))
        await stream.end()
        message = health_of(parts).message()
        assert (message.refused_commits, message.disk_refuses) == (1, True)
        disk.is_full = False
        await report(await joined(parts, "a"), 1, 1)
        message = health_of(parts).message()
        assert (message.refused_commits, message.disk_refuses) == (1, False)


async def test_refused_queries_and_upkeep_are_counted(tmp_path: Path) -> None:
    async with Parts(tmp_path) as parts:
        roller, sweeper = SimpleNamespace(failures=2), SimpleNamespace(failures=3)
        reader = reader_of(parts)
        reader.gate = Gate(1, 0)
        shown = health_of(parts, reader, roller, sweeper)
        async with reader.gate:
            with pytest.raises(TooManyQueriesError):
                await reader.gate.__aenter__()
            assert (shown.message().running_queries, shown.message().waiting_queries) == (1, 0)
        assert (shown.message().refused_queries, shown.message().refused_upkeep) == (1, 5)


async def test_files_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    async with Parts(tmp_path) as parts:
        fill(parts.fleet.join("a", 1), 3, HOUR * HOUR_NS)
        await parts.flusher.flush_all()
        spoil(tmp_path)
        list(parts.storage.read("a", frozenset(), HOUR * HOUR_NS, (HOUR + 1) * HOUR_NS))
        assert health_of(parts).message().damaged_files == 1


async def test_damaged_segments_are_counted_with_their_bytes(tmp_path: Path) -> None:
    async with Parts(tmp_path) as parts:
        await report(await joined(parts, "a"), 1, 10)
        parts.journal.roll()
        await report(await joined(parts, "b"), 1, 10)
    first = min((tmp_path / "journal").glob("*.wal"))
    content = bytearray(first.read_bytes())
    content[len(content) // 2] ^= 0xFF
    first.write_bytes(content)
    async with Parts(tmp_path) as parts:
        message = health_of(parts).message()
    assert message.damaged_segments == 1
    assert message.damaged_bytes > 0


async def test_nodes_given_up_are_counted(tmp_path: Path) -> None:
    async with Parts(tmp_path, max_nodes=1) as parts:
        gone = await joined(parts, "a")
        gone.done_writing()
        await gone.end()
        await until(lambda: parts.node("a").stream is None)
        await joined(parts, "b")
        assert health_of(parts).message().forgotten_nodes == 1


async def test_what_came_is_counted_bad_snapshots_and_duplicates_included(tmp_path: Path) -> None:
    async with Parts(tmp_path) as parts:
        stream, before = await joined(parts, "a"), health_of(parts).message().received_bytes
        await report(stream, 1, 10)
        message = health_of(parts).message()
        sent = batch(1, [snapshot(float(1 + number)) for number in range(10)]).ByteSize()
        assert message.received_bytes - before == sent
        (chunk_columns,) = {len(node.ring.columns) for node in parts.fleet}
        assert (message.received_snapshots, message.received_values) == (10, 10 * chunk_columns)
        assert message.unflushed_snapshots == 10
        stream.send(batch(1, [snapshot(1.0)]), batch(11, [snapshot(math.nan)]))
        await stream.ack(11)
        again = health_of(parts).message()
        assert (again.received_snapshots, again.received_values) == (12, message.received_values)


async def test_a_commit_and_the_process_take_time_and_memory(tmp_path: Path) -> None:
    async with Parts(tmp_path) as parts:
        assert health_of(parts).message().commit_seconds == 0
        await report(await joined(parts, "a"), 1, 1)
        message = health_of(parts).message()
    assert 0 < message.commit_seconds < 10
    assert message.resident_bytes > 1 << 20
    assert message.cpu_seconds > 0


async def test_rows_of_the_journal_that_are_in_no_file_yet_are_told(tmp_path: Path) -> None:
    async with Parts(tmp_path) as parts:
        await report(await joined(parts, "a"), 1, 10)
    parts = Parts(tmp_path)
    message = health_of(parts).message()
    assert (message.pending_backfill_records, message.unflushed_snapshots) == (1, 10)
    assert faults(message) == ["1 record of the journal is still being written into files: answers may lack them."]
    async with parts:
        message = health_of(parts).message()
        assert (message.pending_backfill_records, message.unflushed_snapshots) == (0, 0)


async def test_readers_that_watch_are_counted_while_they_do(tmp_path: Path) -> None:
    async with Parts(tmp_path) as parts, serving(parts) as served:

        async def watchers() -> int:
            answer = await served.stub.ListNodes(pb.ListNodesRequest(without_nodes=True))
            return int(answer.leader.watchers)

        watch = served.stub.Watch(pb.WatchRequest())
        await watch.read()
        assert await watchers() == 1
        watch.cancel()
        async with asyncio.timeout(5):
            while await watchers():  # noqa: ASYNC110 - the end of a call is noticed a moment later
                await asyncio.sleep(0.01)


async def test_what_the_operator_chose_is_told(tmp_path: Path) -> None:
    async with Parts(tmp_path) as parts:
        shown = health_of(parts)
        shown.configured = Configured("json", tmp_path, 5, 6)
        shown.footprint = Footprint(7, 8, 9)
        message = shown.message()
    assert (message.storage, message.metrics_dir) == ("json", str(tmp_path))
    assert (message.ring_limit_bytes, message.cache_limit_bytes) == (5, 6)
    assert (message.sample_file_bytes, message.rollup_file_bytes, message.disk_free_bytes) == (7, 8, 9)
