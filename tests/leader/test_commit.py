"""Group commit: in order, together, and what a disk that refuses means."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from mcp_telemetry.errors import StorageError
from mcp_telemetry.journal import Journal
from mcp_telemetry.leader import commit
from mcp_telemetry.leader.commit import Committer, Entry
from mcp_telemetry.leader.fleet import Fleet
from mcp_telemetry.leader.records import Kind, decode
from tests.leader.parts import Disk, Parts, joined, report, until
from tests.streaming import batch, hello, snapshot


def records(parts: Parts) -> list[bytes]:
    return [record for _, record in parts.journal.replay()]


def entry(log: list[str], name: str, size: int = 0) -> Entry:
    return Entry(
        name.encode().ljust(size, b"."), lambda: log.append(name), lambda error: log.append(f"{name} refused: {error}")
    )


async def test_what_comes_together_is_one_write_and_in_order(parts: Parts) -> None:
    disk, log = Disk(parts.journal), list[str]()
    for number in range(100):
        parts.committer.submit(entry(log, str(number)))
    await until(lambda: len(log) == 100)
    assert disk.commits == [100]
    assert log == [str(number) for number in range(100)]
    assert records(parts) == [str(number).encode() for number in range(100)]
    assert parts.committer.journal_bytes == parts.journal.size_bytes


async def test_a_megabyte_waits_no_longer(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commit, "GATHER_S", 3600)
    log: list[str] = []
    parts.committer.submit(entry(log, "large", commit.GATHER_BYTES))
    await until(lambda: log == ["large"])


async def test_a_full_disk_refuses_also_what_came_after_and_later_takes_again(parts: Parts) -> None:
    disk, log = Disk(parts.journal), list[str]()
    disk.is_full = True
    disk.hold()
    parts.committer.submit(entry(log, "a"))
    await until(lambda: disk.waiting)
    parts.committer.submit(entry(log, "b"))  # meanwhile: it may count on what came before
    disk.release()
    await until(lambda: len(log) == 2)
    assert [said.partition(":")[0] for said in log] == ["a refused", "b refused"]
    assert (parts.committer.failures, parts.committer.waiting_bytes, records(parts)) == (1, 0, [])
    disk.is_full = False
    parts.committer.submit(entry(log, "c"))
    await until(lambda: log[2:] == ["c"])
    assert records(parts) == [b"c"]


async def test_streams_wait_while_too_much_waits_for_the_disk(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commit, "MOST_WAITING_BYTES", 1000)
    monkeypatch.setattr(commit, "GATHER_BYTES", 100)
    disk, log = Disk(parts.journal), list[str]()
    disk.hold()
    parts.committer.submit(entry(log, "first", 100))
    await until(lambda: disk.waiting)
    assert not parts.committer.is_full
    parts.committer.submit(entry(log, "much", 1000))
    assert parts.committer.is_full
    room = asyncio.create_task(parts.committer.room())
    await asyncio.wait({room}, timeout=0.05)
    assert not room.done()
    disk.release()
    await asyncio.wait_for(room, 5)
    assert not parts.committer.is_full


async def test_a_checkpoint_is_the_first_record_of_a_segment_and_what_lies_before_can_go(parts: Parts) -> None:
    stream = await joined(parts, "a")
    await report(stream, 1, 3)
    position = await parts.committer.checkpoint()
    await report(stream, 4, 1)
    kinds = [decode(record).kind for _, record in parts.journal.replay(position)]
    assert kinds == [Kind.CHECKPOINT, Kind.BATCH]
    await parts.committer.drop_before(position)
    assert [decode(record).kind for record in records(parts)] == kinds


async def test_a_checkpoint_that_cannot_be_written_is_told(parts: Parts) -> None:
    Disk(parts.journal).is_full = True
    with pytest.raises(StorageError, match="No space left"):
        await parts.committer.checkpoint()


async def test_closing_writes_what_waits(tmp_path: Path) -> None:
    journal, log = Journal(tmp_path), list[str]()
    committer = Committer(journal, Fleet(1, 1, 1))
    running = asyncio.create_task(committer.run())
    committer.submit(entry(log, "last"))
    await committer.close()
    await asyncio.wait_for(running, 5)
    assert log == ["last"]
    journal.close()


async def test_a_full_disk_ends_the_streams_and_after_room_was_made_nothing_is_missing(parts: Parts) -> None:
    """The nodes' side is played by hand: a node sends again what was not acknowledged."""
    disk = Disk(parts.journal)
    streams = {name: await joined(parts, name) for name in "abc"}
    for stream in streams.values():
        await report(stream, 1, 3)
    disk.is_full = True
    for stream in streams.values():
        stream.send(batch(4, [snapshot()] * 3))
    for stream in streams.values():
        error = await stream.end()
        assert isinstance(error, StorageError)
        assert error.status.name == "UNAVAILABLE"
        assert stream.unread == 0
    assert all(parts.node(name).taken["i1"] == 3 == len(parts.node(name).ring) for name in "abc")
    disk.is_full = False
    for name in "abc":
        stream = parts.stream()
        stream.send(hello(name))
        assert (await stream.read()).welcome.resume_sequence == 4
        await report(stream, 4, 5)
        counts = parts.node(name).counts
        assert (counts.stored, counts.duplicates, counts.gaps) == (8, 0, 0)
        assert parts.node(name).ring.since(0).sequences.tolist() == list(range(1, 9))


async def test_a_failed_sync_is_never_tried_again(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = await joined(parts, "a")
    await report(stream, 1, 1)

    def broken(fd: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("os.fdatasync", broken)
    stream.send(batch(2, [snapshot()]))
    assert isinstance(await stream.end(), StorageError)
    monkeypatch.undo()
    with pytest.raises(StorageError, match="syncing it to the disk failed: Input/output error"):
        await asyncio.wait_for(parts.committing, 10)  # and with it the leader ends
    with pytest.raises(StorageError, match="cannot be used any more"):
        parts.journal.append([b"x"])
    assert parts.node("a").durable["i1"] == 1


async def test_a_checkpoint_nobody_waits_for_any_more_ends_nothing(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream, append, slow = await joined(parts, "a"), parts.journal.append, threading.Event()
    monkeypatch.setattr(parts.journal, "append", lambda records: (slow.wait(10), append(records))[1])
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(parts.committer.checkpoint(), 0.05)
    slow.set()
    await report(stream, 1, 3)
    assert parts.node("a").durable["i1"] == 3
