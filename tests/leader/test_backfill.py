"""What the journal holds at the start goes to the files behind the leader that serves already."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from mcp_telemetry.errors import StorageError
from mcp_telemetry.journal import Journal
from mcp_telemetry.leader import backfill, flush
from mcp_telemetry.leader.records import Effect, Kind, encode
from mcp_telemetry.series.rows import Rows
from tests.journals import flip, segments_in
from tests.leader.parts import DEADLINE_SECONDS, Parts, joined, report, until
from tests.reading import stored_sequences
from tests.streaming import hello

COUNTS = {"a": 120, "b": 30, "c": 1}
EXPECTED = {node_id: {"i1": list(range(1, count + 1))} for node_id, count in COUNTS.items()}


@pytest.fixture
async def killed(tmp_path: Path) -> Path:
    """The folder of a leader that wrote no file."""
    async with Parts(tmp_path) as parts:
        streams = {node_id: await joined(parts, node_id) for node_id in COUNTS}
        for first in range(1, max(COUNTS.values()) + 1, 10):
            for node_id, count in COUNTS.items():
                if first <= count:
                    await report(streams[node_id], first, min(10, count + 1 - first))
    assert stored_sequences(tmp_path) == {}
    return tmp_path


class Gate:
    """Stands before a storage's `write`: holds it up, or refuses."""

    def __init__(self, parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
        self._write = parts.storage.write
        self.may_go = threading.Event()
        self.refusals = 0
        self.written: list[str] = []
        monkeypatch.setattr(parts.backfill, "_write", self.write)

    def write(self, node_id: str, rows: Rows) -> Any:
        assert self.may_go.wait(DEADLINE_SECONDS)
        if self.refusals:
            self.refusals -= 1
            raise StorageError("No space left on device")
        self.written.append(node_id)
        return self._write(node_id, rows)


async def test_each_node_s_file_is_written_once(killed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = Parts(killed)
    gate = Gate(parts, monkeypatch)
    gate.may_go.set()
    async with parts:
        assert sorted(gate.written) == ["a", "b", "c"]
        assert parts.backfill.written == 151
    assert stored_sequences(killed) == EXPECTED


async def test_a_node_is_taken_and_acknowledged_before_the_rows_of_the_journal_are_in_files(
    killed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = Parts(killed)
    gate = Gate(parts, monkeypatch)
    entering = asyncio.create_task(parts.__aenter__())
    await until(lambda: parts._tasks)
    stream = parts.stream()
    stream.send(hello("a"))
    assert (await stream.read()).welcome.resume_sequence == 121
    await report(stream, 121, 5)
    assert not parts.backfill.is_finished
    assert not parts.node("a").ring.is_whole_from(parts.node("a").ring.newest_ns - 10**9)
    assert stored_sequences(killed) == {}
    gate.may_go.set()
    await entering
    await parts.flusher.flush_all()
    await parts.stop()
    assert stored_sequences(killed) == {**EXPECTED, "a": {"i1": list(range(1, 126))}}


async def test_the_journal_is_not_freed_before(killed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = Parts(killed)
    gate = Gate(parts, monkeypatch)
    before = segments_in(killed / "journal")
    entering = asyncio.create_task(parts.__aenter__())
    await until(lambda: parts._tasks)
    flushing = asyncio.create_task(parts.flusher.flush_all())
    await asyncio.wait({flushing}, timeout=0.1)
    assert not flushing.done()
    assert segments_in(killed / "journal") == before
    gate.may_go.set()
    await asyncio.wait_for(flushing, DEADLINE_SECONDS)
    await entering
    assert not set(before) & set(segments_in(killed / "journal"))
    await parts.stop()
    assert stored_sequences(killed) == EXPECTED


async def test_a_disk_that_refuses_is_asked_again(
    killed: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(flush, "_RETRY_S", 0.01)
    caplog.set_level("INFO")
    parts = Parts(killed)
    gate = Gate(parts, monkeypatch)
    gate.refusals = 5
    gate.may_go.set()
    async with parts:
        assert parts.flusher.failures == 5
    assert stored_sequences(killed) == EXPECTED
    said = [record.message for record in caplog.records if record.name.endswith("flush")]
    assert said == [
        "No space left on device: the hour files have to wait, and the journal grows; trying again",
        "the hour files can be written again",
    ]


@pytest.mark.parametrize("written", [0, 1, 2])
async def test_killed_meanwhile_and_started_again(killed: Path, monkeypatch: pytest.MonkeyPatch, written: int) -> None:
    parts = Parts(killed)
    write, files = parts.storage.write, list[str]()

    def write_some(node_id: str, rows: Rows) -> Any:
        if len(files) == written:
            raise ZeroDivisionError("killed here")
        files.append(node_id)
        return write(node_id, rows)

    monkeypatch.setattr(parts.backfill, "_write", write_some)
    with pytest.raises(ZeroDivisionError):
        await parts.backfill.run()
    await parts.stop()
    assert len(stored_sequences(killed)) == written
    async with Parts(killed) as again:
        assert {node.node_id: node.counts.stored for node in again.fleet} == COUNTS
    assert stored_sequences(killed) == EXPECTED


async def test_memory_is_bounded_however_much_a_node_has(killed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfill, "_PART_BYTES", 28 * 50)
    parts = Parts(killed)
    sizes: list[int] = []
    write = parts.storage.write

    def measured(node_id: str, rows: Rows) -> Any:
        sizes.append(len(rows))
        return write(node_id, rows)

    monkeypatch.setattr(parts.backfill, "_write", measured)
    async with parts:
        assert sum(sizes) == 151
        assert max(sizes) <= 120
    assert stored_sequences(killed) == EXPECTED


async def test_a_record_that_goes_bad_after_the_start_costs_its_rows_and_is_told(
    killed: Path, caplog: pytest.LogCaptureFixture
) -> None:
    parts = Parts(killed)
    position = list(parts.backlog.positions("a"))[3]
    flip(segments_in(killed / "journal")[0], position.offset + 200, 1)
    async with parts:
        pass
    assert stored_sequences(killed)["a"]["i1"] == [*range(1, 31), *range(41, 121)]
    assert "1 records of node a have become unreadable" in caplog.text


async def test_a_batch_that_makes_no_sense_costs_only_itself(killed: Path, caplog: pytest.LogCaptureFixture) -> None:
    effect = Effect(999, 999, 1, 0, 0, 0, 0, 0, 1)
    with Journal(killed / "journal") as journal:
        journal.append([encode(Kind.BATCH, 1, b"a", b"i9", b"\xff\xff", effect)])
    async with Parts(killed):
        pass
    assert stored_sequences(killed) == EXPECTED
    assert "a batch of node a in the journal is left out" in caplog.text


async def test_closing_ends_it_soon_and_leaves_the_rest_to_the_next_start(
    killed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = Parts(killed)
    gate = Gate(parts, monkeypatch)
    running = asyncio.create_task(parts.backfill.run())
    await asyncio.wait({running}, timeout=0.05)
    parts.flusher.close()
    gate.may_go.set()
    await asyncio.wait({running}, timeout=DEADLINE_SECONDS)
    assert running.cancelled()
    assert not parts.backfill.is_finished
    await parts.stop()
    async with Parts(killed):
        pass
    assert stored_sequences(killed) == EXPECTED
