from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from mcp_telemetry.errors import StorageError
from mcp_telemetry.leader import chronicle
from mcp_telemetry.leader.chronicle import Chronicle
from mcp_telemetry.leader.event_files import EventFiles
from mcp_telemetry.leader.events import Event
from mcp_telemetry.leader.fleet import Fleet
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.leader.parts import until
from tests.leader.test_server import running
from tests.streaming import batch, raw_stream, snapshot, welcomed


def new_fleet() -> Fleet:
    return Fleet(100, 100, 100)


def happen(fleet: Fleet, node_id: str) -> None:
    fleet.events.note(pb.JOINED, node_id, lambda *_: "First seen.")


def written(folder: Path) -> list[str]:
    return [event.node_id for event in EventFiles(folder).read(0)]


async def test_what_happens_is_in_files_soon_and_at_the_end_and_known_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chronicle, "_TICK_S", 0.01)
    fleet = new_fleet()
    keeper = Chronicle(fleet, EventFiles(tmp_path))
    await keeper.begin()
    running = asyncio.create_task(keeper.run())
    happen(fleet, "a")
    await until(lambda: written(tmp_path) == ["", "a"])
    running.cancel()
    happen(fleet, "b")
    await keeper.close()
    assert written(tmp_path) == ["", "a", "b"]
    again = new_fleet()
    await Chronicle(again, EventFiles(tmp_path)).begin()
    assert [event.node_id for event in again.events.newest_first()] == ["", "b", "a", ""]


async def test_what_the_disk_refuses_is_tried_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    fleet, files = new_fleet(), EventFiles(tmp_path)
    keeper, append = Chronicle(fleet, files), files.append
    await keeper.begin()
    files.append = _refuse  # type: ignore[method-assign]
    happen(fleet, "a")
    await keeper.write()
    await keeper.write()
    assert caplog.text.count("events stay in memory, and are tried again") == 1
    files.append = append  # type: ignore[method-assign]
    happen(fleet, "b")
    await keeper.close()
    assert written(tmp_path) == ["", "a", "b"]


def _refuse(_events: Sequence[Event], _now_ns: int) -> None:
    raise StorageError("cannot write events: No space left on device")


async def test_a_folder_that_cannot_be_read_is_said_and_keeps_no_leader_from_starting(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "_events"
    folder.mkdir()
    (folder / "2026-01-01_000000000001.ndjson").mkdir()
    fleet = new_fleet()
    await Chronicle(fleet, EventFiles(folder)).begin()
    assert "what happened before is not shown" in caplog.text
    assert len(fleet.events) == 1


async def test_damaged_lines_are_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "2026-01-01_000000000001.ndjson").write_text("no event\n")
    await Chronicle(new_fleet(), EventFiles(tmp_path)).begin()
    assert "1 line of events could not be read" in caplog.text


async def test_a_hung_disk_does_not_hold_up_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chronicle, "_LAST_WRITE_S", 0.05)
    fleet, files = new_fleet(), EventFiles(tmp_path)
    keeper, freed = Chronicle(fleet, files), threading.Event()
    await keeper.begin()
    files.append = lambda *_: freed.wait(10) and None  # type: ignore[method-assign]
    happen(fleet, "a")
    await asyncio.wait_for(keeper.close(), 5)
    freed.set()


async def test_a_leader_that_goes_down_tells_nothing_of_its_nodes(tmp_path: Path) -> None:
    async with running(tmp_path) as (leader, stop, task), raw_stream(f"127.0.0.1:{leader.port}") as stream:
        await welcomed(stream, "a")
        await stream.send(batch(1, [snapshot()]))
        await stream.ack(1)
        stop.set()
        await asyncio.wait_for(task, 10)
    assert written(tmp_path / "_events") == ["", "a"]
    async with running(tmp_path) as (leader, _, _), raw_stream(f"127.0.0.1:{leader.port}") as stream:
        await welcomed(stream, "a")
        assert [event.kind for event in leader._fleet.events.newest_first()] == [
            pb.LEADER_STARTED,
            pb.JOINED,
            pb.LEADER_STARTED,
        ]
