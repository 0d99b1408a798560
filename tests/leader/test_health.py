"""What the leader says of itself, after it happened for real."""

from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from mcp_telemetry.errors import TooManyQueriesError
from mcp_telemetry.leader.gate import Gate
from mcp_telemetry.leader.health import LeaderHealth, Upkeep
from mcp_telemetry.series.buckets import HOUR_NS
from tests.leader.parts import Disk, Parts, fill, joined, report, until
from tests.streaming import batch, snapshot

HOUR = time.time_ns() // HOUR_NS - 5


def health(parts: Parts, *upkeep: Upkeep) -> LeaderHealth:
    return LeaderHealth(parts.fleet, parts.journal, parts.committer, parts.flusher, Gate(1, 0), [parts.storage], upkeep)


def spoil(metrics_dir: Path) -> None:
    """Its only hour file is none any more."""
    (path,) = metrics_dir.glob("20*/*.parquet")
    path.write_bytes(b"no parquet")


async def test_a_leader_where_all_is_well_says_how_much_it_holds(tmp_path: Path) -> None:
    async with Parts(tmp_path) as parts:
        await report(await joined(parts, "a"), 1, 10)
        message = health(parts).message()
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
        message = health(parts).message()
        assert (message.refused_commits, message.disk_refuses) == (1, True)
        disk.is_full = False
        await report(await joined(parts, "a"), 1, 1)
        message = health(parts).message()
        assert (message.refused_commits, message.disk_refuses) == (1, False)


async def test_refused_queries_and_upkeep_are_counted(tmp_path: Path) -> None:
    async with Parts(tmp_path) as parts:
        roller, sweeper = SimpleNamespace(failures=2), SimpleNamespace(failures=3)
        shown = health(parts, roller, sweeper)
        async with shown.gate:
            with pytest.raises(TooManyQueriesError):
                await shown.gate.__aenter__()
        assert (shown.message().refused_queries, shown.message().refused_upkeep) == (1, 5)


async def test_files_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    async with Parts(tmp_path) as parts:
        fill(parts.fleet.join("a", 1), 3, HOUR * HOUR_NS)
        await parts.flusher.flush_all()
        spoil(tmp_path)
        list(parts.storage.read("a", frozenset(), HOUR * HOUR_NS, (HOUR + 1) * HOUR_NS))
        assert health(parts).message().damaged_files == 1


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
        message = health(parts).message()
    assert message.damaged_segments == 1
    assert message.damaged_bytes > 0


async def test_nodes_given_up_are_counted(tmp_path: Path) -> None:
    async with Parts(tmp_path, max_nodes=1) as parts:
        gone = await joined(parts, "a")
        gone.done_writing()
        await gone.end()
        await until(lambda: parts.node("a").stream is None)
        await joined(parts, "b")
        assert health(parts).message().forgotten_nodes == 1
