"""A leader dies at the worst moments; the next one has the same fleet."""

from __future__ import annotations

import asyncio
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from mcp_telemetry.errors import StorageError
from mcp_telemetry.journal import Journal
from mcp_telemetry.leader.backfill import Backlog
from mcp_telemetry.leader.fleet import Fleet, State
from mcp_telemetry.leader.records import decode
from mcp_telemetry.leader.recovery import recover
from tests.journals import flip, segments_in
from tests.leader.parts import Parts, joined, reader_of, report
from tests.reading import stored_sequences
from tests.streaming import batch, goodbye, hello, snapshot

ALL: frozenset[str] = frozenset()
END_NS = 2**63 - 1


def shown(parts: Parts) -> list[Any]:
    """What readers are told of each node, but for what ends with a process."""
    nodes = [node.message() for node in parts.fleet]
    for node in nodes:
        node.ClearField("pace")
        node.ClearField("address")
        node.ClearField("state")
        node.ClearField("state_since_unix_nano")
    return nodes


async def sequences(parts: Parts, node_id: str) -> list[int]:
    """What ring and files hold of a node together."""
    rows = await reader_of(parts).rows(parts.node(node_id), ALL, 0, END_NS)
    return sorted(rows.sequences.tolist())


async def filled(folder: Path) -> Parts:
    parts = Parts(folder)
    await parts.__aenter__()
    for node_id, count in (("a", 7), ("b", 3)):
        await report(await joined(parts, node_id), 1, count)
    return parts


async def assert_same_after_restart(parts: Parts) -> None:
    before = shown(parts)
    held = {node.node_id: await sequences(parts, node.node_id) for node in parts.fleet}
    await parts.stop()
    async with Parts(parts.folder) as again:
        assert shown(again) == before
        assert {node.node_id: await sequences(again, node.node_id) for node in again.fleet} == held
        for node_id, numbers in held.items():
            assert numbers == list(range(1, len(numbers) + 1))
            stream = again.stream()
            stream.send(hello(node_id))
            assert (await stream.read()).welcome.resume_sequence == len(numbers) + 1
            await report(stream, len(numbers) + 1, 2)


async def test_from_the_journal_alone(tmp_path: Path) -> None:
    await assert_same_after_restart(await filled(tmp_path))


async def test_from_files_and_the_journal_after_them(tmp_path: Path) -> None:
    parts = await filled(tmp_path)
    await parts.flusher.flush_all()
    await report(await joined(parts, "c"), 1, 4)
    await assert_same_after_restart(parts)


async def test_killed_after_the_checkpoint_and_before_the_first_file(tmp_path: Path) -> None:
    parts = await filled(tmp_path)
    await parts.committer.checkpoint()
    await assert_same_after_restart(parts)


async def test_killed_between_two_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = await filled(tmp_path)
    write = parts.storage.write

    def write_one(node_id: str, rows: Any) -> Any:
        if node_id == "b":
            raise StorageError("killed here")
        return write(node_id, rows)

    monkeypatch.setattr(parts.storage, "write", write_one)
    with pytest.raises(StorageError):
        await parts.flusher.flush_all()
    await assert_same_after_restart(parts)


async def test_killed_after_the_files_and_before_the_journal_is_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = await filled(tmp_path)
    segments = len(parts.journal.segments)
    monkeypatch.setattr(parts.journal, "drop_before", lambda position: None)
    await parts.flusher.flush_all()
    assert len(parts.journal.segments) == segments + 1
    await assert_same_after_restart(parts)


async def test_killed_after_files_during_which_more_came(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = await filled(tmp_path)
    stream = await joined(parts, "c")
    write, loop = parts.storage.write, asyncio.get_running_loop()

    def write_late(node_id: str, rows: Any) -> Any:
        if node_id == "a":
            asyncio.run_coroutine_threadsafe(report(stream, 1, 3), loop).result(10)
        return write(node_id, rows)

    monkeypatch.setattr(parts.storage, "write", write_late)
    await parts.flusher.flush_all()
    monkeypatch.undo()
    assert parts.node("c").ring.appended == 3
    await assert_same_after_restart(parts)


async def test_restarted_again_and_again(tmp_path: Path) -> None:
    parts = await filled(tmp_path)
    for number in range(1, 5):
        await parts.stop()
        parts = Parts(tmp_path)
        await parts.__aenter__()
        await report(await joined(parts, "a"), 7 + number, 1)
        if number % 2:
            await parts.flusher.flush_all()
    assert parts.node("a").counts.stored == 11
    await assert_same_after_restart(parts)


async def test_states_after_a_restart_are_those_of_nodes_without_a_stream(tmp_path: Path) -> None:
    async with Parts(tmp_path) as parts:
        stream = await joined(parts, "left")
        stream.send(goodbye())
        assert await stream.end() is None
        await report(await joined(parts, "live"), 1, 1)
        seen = {node.node_id: node.last_seen_ns for node in parts.fleet}
    async with Parts(tmp_path) as parts:
        assert {node.node_id: node.state for node in parts.fleet} == {"left": State.LEFT, "live": State.OFFLINE}
        assert parts.node("live").state_since_ns == seen["live"]


async def test_a_damaged_record_costs_only_itself(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    parts = await filled(tmp_path)
    parts.journal.append([b"no record of a leader"])
    await report(await joined(parts, "c"), 1, 2)
    await assert_same_after_restart(parts)
    assert "is left out: a journal record cannot be read" in caplog.text


async def test_a_lost_segment_makes_a_node_known_by_what_it_sent_later(tmp_path: Path) -> None:
    parts = await filled(tmp_path)
    stream = await joined(parts, "c")
    await report(stream, 1, 5)
    parts.journal.roll()
    await report(stream, 6, 5)
    first, _ = parts.journal.segments
    await parts.stop()
    (parts.journal.folder / f"{first:020d}.wal").unlink()
    async with Parts(tmp_path) as again:
        assert [node.node_id for node in again.fleet] == ["c"]
        assert await sequences(again, "c") == [6, 7, 8, 9, 10]
        assert again.node("c").counts.gaps == 0


async def test_a_copy_of_the_folder_is_a_backup(tmp_path: Path) -> None:
    parts = await filled(tmp_path / "live")
    await parts.flusher.flush_all()
    await report(await joined(parts, "c"), 1, 2)
    shutil.copytree(tmp_path / "live", tmp_path / "copy")
    before = shown(parts)
    await parts.stop()
    async with Parts(tmp_path / "copy") as copy:
        assert shown(copy) == before


async def test_a_journal_larger_than_the_rings_fills_none_of_them(tmp_path: Path) -> None:
    async with Parts(tmp_path, capacity=5000) as parts:
        stream = await joined(parts, "a")
        for first in range(1, 2000, 100):
            await report(stream, first, 100)
        newest_ns = parts.node("a").ring.newest_ns
    async with Parts(tmp_path, capacity=64) as again:
        ring = again.node("a").ring
        assert (len(ring), ring.newest_ns, ring.is_whole_from(newest_ns)) == (0, newest_ns, False)
        assert stored_sequences(tmp_path)["a"]["i1"] == list(range(1, 2001))
        assert await sequences(again, "a") == list(range(1, 2001))


async def test_a_start_can_be_stopped_and_leaves_the_journal_as_it_was(tmp_path: Path) -> None:
    parts = await filled(tmp_path)
    await parts.stop()
    with Journal(parts.journal.folder) as journal:
        before = [record for _, record in journal.replay()]
        looks = iter([False, False, True])
        assert not recover(journal, Fleet(100, 100, 100), Backlog(), lambda: next(looks))
        assert [record for _, record in journal.replay()] == before


async def test_damage_between_two_records_of_a_node_leaves_its_cursor_and_counts_right(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    parts = await filled(tmp_path)
    stream = await joined(parts, "c")
    for first in (1, 6, 11):
        await report(stream, first, 5)
    lost = [position for position, data in parts.journal.replay() if decode(data).node_id == "c"][2]
    await parts.stop()
    flip(segments_in(parts.journal.folder)[0], lost.offset + 150, 1)
    async with Parts(tmp_path) as again:
        assert await sequences(again, "c") == [1, 2, 3, 4, 5, 11, 12, 13, 14, 15]
        assert await sequences(again, "a") == list(range(1, 8))
        stream = again.stream()
        stream.send(hello("c"))
        assert (await stream.read()).welcome.resume_sequence == 16
        assert (again.node("c").counts.stored, again.node("c").counts.gaps) == (10, 0)
    assert f"from {lost} on" in caplog.text


async def test_a_clock_that_was_ahead_hides_no_row_after_a_restart(tmp_path: Path) -> None:
    ahead_ns = time.time_ns() + 600 * 10**9
    async with Parts(tmp_path) as parts:
        stream = await joined(parts, "a")
        stream.send(batch(1, [snapshot(time_ns=ahead_ns + number) for number in range(5)]))
        await stream.read()
        await parts.flusher.flush_all()
    async with Parts(tmp_path) as again:
        rows = await reader_of(again).rows(again.node("a"), ALL, ahead_ns, END_NS)
        assert rows.sequences.tolist() == [1, 2, 3, 4, 5]
