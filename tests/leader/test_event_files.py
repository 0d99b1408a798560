from __future__ import annotations

import json
from pathlib import Path

import pytest

from mcp_telemetry.errors import StorageError
from mcp_telemetry.leader import event_files
from mcp_telemetry.leader.event_files import EventFiles
from mcp_telemetry.leader.events import KEPT_NS, Event
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.disks import fill, small_disk

DAY_NS = 86_400 * 10**9
NOW_NS = 1_767_225_600 * 10**9  # 2026-01-01T00:00:00Z


def event(number: int, time_ns: int = NOW_NS, count: int = 1) -> Event:
    return Event(number, time_ns, "nöde", pb.GAP, count, "5 snapshots never arrived.")


def read(folder: Path, now_ns: int = NOW_NS) -> list[Event]:
    return EventFiles(folder).read(now_ns)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    files = EventFiles(tmp_path / "_events")
    assert files.read(NOW_NS) == []
    files.append([event(1), event(2)], NOW_NS)
    files.append([event(3)], NOW_NS)
    assert read(tmp_path / "_events") == [event(1), event(2), event(3)]
    assert names(tmp_path / "_events") == ["2026-01-01_000000000002.ndjson"]


def test_a_line_is_json_with_the_kind_by_its_name(tmp_path: Path) -> None:
    EventFiles(tmp_path).append([event(1)], NOW_NS)
    (path,) = tmp_path.iterdir()
    assert json.loads(path.read_text()) == {
        "id": 1,
        "time_ns": NOW_NS,
        "node_id": "nöde",
        "kind": "GAP",
        "count": 1,
        "detail": "5 snapshots never arrived.",
    }


def test_an_event_that_was_repeated_is_as_it_was_written_last(tmp_path: Path) -> None:
    files = EventFiles(tmp_path)
    files.append([event(1), event(2)], NOW_NS)
    files.append([event(1, count=7)], NOW_NS)
    assert read(tmp_path) == [event(1, count=7), event(2)]


def test_a_file_a_day_and_the_next_start_goes_on_in_it(tmp_path: Path) -> None:
    EventFiles(tmp_path).append([event(1)], NOW_NS)
    files = EventFiles(tmp_path)
    files.read(NOW_NS)
    files.append([event(5)], NOW_NS)
    files.append([event(6)], NOW_NS + DAY_NS)
    assert names(tmp_path) == ["2026-01-01_000000000001.ndjson", "2026-01-02_000000000006.ndjson"]
    assert [each.id for each in read(tmp_path)] == [1, 5, 6]


def test_a_line_torn_by_a_crash_costs_itself_alone(tmp_path: Path) -> None:
    EventFiles(tmp_path).append([event(1), event(2)], NOW_NS)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-20])
    files = EventFiles(tmp_path)
    assert files.read(NOW_NS) == [event(1)]
    assert (files.damaged, files.damaged_lines) == (1, 1)
    files.append([event(3)], NOW_NS)
    assert read(tmp_path) == [event(1), event(3)]


@pytest.mark.parametrize(
    "line",
    [
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"id":1}',
        b"[" * 100_000,
        json.dumps({"id": 1, "time_ns": 1, "node_id": "a", "kind": "NEVER", "count": 1, "detail": ""}).encode(),
        json.dumps({"id": -1, "time_ns": 1, "node_id": "a", "kind": "GAP", "count": 1, "detail": ""}).encode(),
        json.dumps({"id": 1, "time_ns": 2**64, "node_id": "a", "kind": "GAP", "count": 1, "detail": ""}).encode(),
        json.dumps({"id": 1, "time_ns": 1, "node_id": 5, "kind": "GAP", "count": 1, "detail": ""}).encode(),
        json.dumps({"id": 1, "time_ns": 1, "node_id": "a", "kind": ["GAP"], "count": 1, "detail": ""}).encode(),
    ],
    ids=range(10),
)
def test_a_damaged_line_is_left_out_and_counted(tmp_path: Path, line: bytes) -> None:
    EventFiles(tmp_path).append([event(1), event(2)], NOW_NS)
    (path,) = tmp_path.iterdir()
    first, second = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join((first, line, second, b"")))
    files = EventFiles(tmp_path)
    assert [each.id for each in files.read(NOW_NS)] == [1, 2]
    assert (files.damaged, files.damaged_lines) == (1, 1)


def test_what_is_older_than_two_years_is_not_read_and_its_files_go(tmp_path: Path) -> None:
    files = EventFiles(tmp_path)
    files.append([event(1, NOW_NS)], NOW_NS)
    later_ns = NOW_NS + KEPT_NS + DAY_NS
    assert read(tmp_path, later_ns) == []
    files.append([event(2, later_ns)], later_ns)
    assert [name.partition("_")[2] for name in names(tmp_path)] == ["000000000002.ndjson"]


def test_the_oldest_files_go_when_the_others_hold_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_files, "_LINES_A_FILE", 10)
    monkeypatch.setattr(event_files, "MOST_EVENTS", 30)
    files = EventFiles(tmp_path)
    for number in range(1, 101):
        files.append([event(number)], NOW_NS)
        assert len(names(tmp_path)) <= 4
    assert [each.id for each in read(tmp_path)][-30:] == list(range(71, 101))


def test_other_files_there_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "2026-01-01_1.ndjson").write_text("mine")
    files = EventFiles(tmp_path)
    assert files.read(NOW_NS) == []
    files.append([event(1)], NOW_NS)
    assert {"notes.txt", "2026-01-01_1.ndjson"} < set(names(tmp_path))


def test_a_full_disk_is_told_and_room_lets_it_go_on(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "256k") as disk:
        files = EventFiles(disk / "_events")
        files.append([event(1)], NOW_NS)
        ballast = fill(disk)
        many = [event(number) for number in range(2, 200)]
        with pytest.raises(StorageError, match=r"cannot write events in .*: No space left on device; free some space"):
            files.append(many, NOW_NS)
        ballast.unlink()
        files.append(many, NOW_NS)
        assert [each.id for each in read(disk / "_events")] == list(range(1, 200))
