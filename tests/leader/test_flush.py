from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from mcp_telemetry.errors import StorageError
from mcp_telemetry.leader import flush
from mcp_telemetry.leader.flush import Flusher
from tests.leader.parts import MemoryStream, Parts, fill, joined, report, until
from tests.reading import stored_sequences


async def test_all_rows_go_to_files_and_the_journal_goes(parts: Parts) -> None:
    for node_id in "ab":
        await report(await joined(parts, node_id), 1, 5)
    await parts.flusher.flush_all()
    assert stored_sequences(parts.folder) == {node_id: {"i1": [1, 2, 3, 4, 5]} for node_id in "ab"}
    assert [parts.node(node_id).ring.unflushed for node_id in "ab"] == [0, 0]
    assert len(parts.node("a").ring) == 5  # and stay in memory
    assert len(parts.journal.segments) == 1
    assert parts.journal.size_bytes < 2000  # nothing but the checkpoint


async def test_rows_that_came_meanwhile_wait_for_the_next_time(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = await joined(parts, "a")
    await report(stream, 1, 5)
    write, loop = parts.storage.write, asyncio.get_running_loop()

    def write_late(node_id: str, rows: Any) -> Any:
        asyncio.run_coroutine_threadsafe(report(stream, 6, 2), loop).result(10)
        return write(node_id, rows)

    monkeypatch.setattr(parts.storage, "write", write_late)
    await parts.flusher.flush_all()
    monkeypatch.undo()
    assert (parts.node("a").ring.unflushed, stored_sequences(parts.folder)["a"]["i1"]) == (2, [1, 2, 3, 4, 5])
    await parts.flusher.flush_all()
    assert stored_sequences(parts.folder)["a"]["i1"] == list(range(1, 8))


async def test_a_ring_that_is_half_unflushed_is_written_before_its_time(tmp_path: Path) -> None:
    async with Parts(tmp_path, capacity=200) as parts:
        stream = await joined(parts, "a")
        await report(stream, 1, 99)
        await report(stream, 100, 1)
        assert not stored_sequences(tmp_path)
        await report(stream, 101, 1)  # what is read after it was half full has it written
        await until(lambda: parts.node("a").ring.unflushed < 2)
        assert stored_sequences(tmp_path)["a"]["i1"][:100] == list(range(1, 101))


async def test_a_node_faster_than_the_disk_is_not_read_until_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Parts(tmp_path, capacity=100) as parts:
        refusing, write = True, parts.storage.write

        def slow(node_id: str, rows: Any) -> Any:
            if refusing:
                raise StorageError("the disk is full")
            return write(node_id, rows)

        monkeypatch.setattr(parts.storage, "write", slow)
        monkeypatch.setattr(flush, "_RETRY_S", 0.01)
        stream = await joined(parts, "a")
        sending = asyncio.create_task(send_all(stream, 2000))
        await until(lambda: parts.flusher.failures > 3)
        ring = parts.node("a").ring
        await until(lambda: ring.is_overfull)
        assert 200 <= ring.unflushed < 250
        assert not sending.done()
        refusing = False
        await asyncio.wait_for(sending, 10)
        await parts.flusher.flush_all()
    assert stored_sequences(tmp_path)["a"]["i1"] == list(range(1, 2001))


async def send_all(stream: MemoryStream, count: int) -> None:
    for first in range(1, count + 1, 20):
        await report(stream, first, 20)


async def test_a_failed_write_keeps_rows_and_journal(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    await report(await joined(parts, "a"), 1, 5)

    def refuse(node_id: str, rows: Any) -> Any:
        raise StorageError("No space left on device")

    monkeypatch.setattr(parts.storage, "write", refuse)
    with pytest.raises(StorageError):
        await parts.flusher.flush_all()
    assert parts.node("a").ring.unflushed == 5
    assert len(parts.journal.segments) == 2
    monkeypatch.undo()
    await parts.flusher.flush_all()
    assert (parts.node("a").ring.unflushed, len(parts.journal.segments)) == (0, 1)


@pytest.mark.parametrize(("interval_s", "most_journal_bytes"), [(0.05, 1 << 30), (3600, 500)])
async def test_it_writes_every_interval_and_when_the_journal_is_large(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, interval_s: float, most_journal_bytes: int
) -> None:
    monkeypatch.setattr(flush, "_MOST_JOURNAL_BYTES", most_journal_bytes)
    monkeypatch.setattr(flush, "_LOOK_S", 0.02)
    await report(await joined(parts, "a"), 1, 20)
    running = asyncio.create_task(Flusher(parts.fleet, parts.write, parts.committer, parts.backfill, interval_s).run())
    await until(lambda: stored_sequences(parts.folder).get("a") == {"i1": list(range(1, 21))})
    await until(lambda: parts.journal.size_bytes < 2000)
    running.cancel()


async def test_a_node_without_new_rows_costs_no_write(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(parts.fleet.join("a", 0), 3)
    await parts.flusher.flush_all()
    monkeypatch.setattr(parts.storage, "write", None)
    await parts.flusher.flush_all()


async def test_rings_that_fill_all_the_time_do_not_keep_the_journal_from_being_freed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Parts(tmp_path, capacity=64) as parts:
        flusher = Flusher(parts.fleet, parts.write, parts.committer, parts.backfill, interval_s=0.3)
        monkeypatch.setattr(parts.intake, "make_room", flusher.make_room)
        flushing = asyncio.create_task(flusher.run())
        streams = [await joined(parts, name) for name in "abcd"]
        for first in range(1, 20_000, 50):
            await asyncio.gather(*(report(stream, first, 50) for stream in streams))
            if parts.journal.segments[0] > 3:
                break
        assert parts.journal.segments[0] > 3
        flushing.cancel()
