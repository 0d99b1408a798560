"""Bytes of a journal change on the disk: what is hit is reported, and everything else is read."""

from __future__ import annotations

import os
import shutil
import zlib
from pathlib import Path

import pytest

from mcp_telemetry import _segment
from mcp_telemetry._segment import FRAME_BYTES, HEADER_BYTES
from mcp_telemetry.errors import StorageError
from mcp_telemetry.journal import Journal, Position
from tests.journals import RECORDS, flip, records_in, segments_in, write_records

COMMITS = [[b"first"], [b"", b"\x00" * 9], [b"the fourth, longer than the others", b"5", b"sixth"]]
ALL = [record for commit in COMMITS for record in commit]


def write_commits(folder: Path, *, is_old: bool) -> Path:
    """COMMITS in one segment; if it is to be old, another one follows."""
    with Journal(folder) as journal:
        for commit in COMMITS:
            journal.append(commit)
        if is_old:
            journal.roll()
            journal.append([b"next"])
    return folder


def places() -> list[tuple[int, int]]:
    """From where to where each record of COMMITS lies."""
    found, at = [], HEADER_BYTES
    for record in ALL:
        found.append((at, at + FRAME_BYTES + len(record)))
        at = found[-1][1]
    return found


def without(offset: int) -> list[bytes]:
    """ALL but the record that this byte is of."""
    return [record for record, (begin, end) in zip(ALL, places(), strict=True) if not begin <= offset < end]


@pytest.mark.parametrize("mask", [0x01, 0x80, 0xFF])
def test_any_byte_of_an_old_segment_costs_no_other_record(tmp_path: Path, mask: int) -> None:
    written = write_commits(tmp_path / "written", is_old=True)
    size = segments_in(written)[0].stat().st_size
    for offset in range(size):
        folder = tmp_path / str(offset)
        shutil.copytree(written, folder)
        flip(segments_in(folder)[0], offset, mask)
        with Journal(folder) as journal:
            assert [record for _, record in journal.replay()] == [*without(offset), b"next"], offset
            hit = next(((begin, end) for begin, end in places() if begin <= offset < end), (0, HEADER_BYTES))
            [damage] = journal.damage
            assert (damage.start, damage.lost_bytes) == (Position(1, hit[0]), hit[1] - hit[0])
            assert damage.kept_as.read_bytes() == segments_in(folder)[0].read_bytes()
            journal.append([b"after"])
        assert records_in(folder) == [*without(offset), b"next", b"after"]


@pytest.mark.parametrize("mask", [0x01, 0x80, 0xFF])
def test_any_byte_of_the_newest_segment_before_its_last_commit_costs_no_other_record(tmp_path: Path, mask: int) -> None:
    written = write_commits(tmp_path / "written", is_old=False)
    last_commit = places()[len(ALL) - len(COMMITS[-1])][0]
    for offset in range(last_commit):
        folder = tmp_path / str(offset)
        shutil.copytree(written, folder)
        flip(segments_in(folder)[0], offset, mask)
        with Journal(folder) as journal:
            assert journal.cut_bytes == 0
            assert [damage.start.segment for damage in journal.damage] == [1]
            assert [record for _, record in journal.replay()] == without(offset), offset
            assert journal.append([b"after"]).segment == 2
            assert len(journal.damage) == 1
        assert records_in(folder) == [*without(offset), b"after"]


def test_damage_in_the_last_commit_looks_like_a_crash_and_nothing_after_it_is_taken(tmp_path: Path) -> None:
    """A power cut may leave a later page of a write and not an earlier one: none of it was acknowledged."""
    written = write_commits(tmp_path / "written", is_old=False)
    for begin, end in places()[-len(COMMITS[-1]) :]:
        for offset in range(begin, end):
            folder = tmp_path / str(offset)
            shutil.copytree(written, folder)
            flip(segments_in(folder)[0], offset, 0x10)
            with Journal(folder) as journal:
                assert journal.damage == []
                assert journal.cut_bytes == places()[-1][1] - begin
                before = ALL[: [first for first, _ in places()].index(begin)]
                assert [record for _, record in journal.replay()] == before
                journal.append([b"after"])
            assert records_in(folder) == [*before, b"after"]


@pytest.mark.parametrize("is_old", [False, True])
def test_damage_and_a_torn_tail_together(tmp_path: Path, is_old: bool) -> None:
    folder = write_commits(tmp_path, is_old=is_old)
    segment = segments_in(folder)[0]
    flip(segment, places()[0][0] + FRAME_BYTES, 1)
    os.truncate(segment, places()[-1][1] - 1)
    tail = [b"next"] if is_old else []
    with Journal(folder) as journal:
        assert [record for _, record in journal.replay()] == [*ALL[1:-1], *tail]
        assert len(journal.damage) == 1
        assert journal.cut_bytes == (0 if is_old else FRAME_BYTES + len(ALL[-1]) - 1)


@pytest.mark.parametrize("is_old", [False, True])
@pytest.mark.parametrize("filling", [b"\x00", b"\xff"])
def test_a_block_that_came_back_empty_costs_the_records_it_held(tmp_path: Path, is_old: bool, filling: bytes) -> None:
    records = [b"%03d" % number * 30 for number in range(300)]
    with Journal(tmp_path) as journal:
        for record in records:
            journal.append([record])
        if is_old:
            journal.roll()
            journal.append([b"next"])
    for block, segment in enumerate([0, 4096, 8192]):
        folder = tmp_path.with_name(f"{tmp_path.name}-{block}")
        shutil.copytree(tmp_path, folder)
        content = bytearray(segments_in(folder)[0].read_bytes())
        content[segment : segment + 4096] = filling * 4096
        segments_in(folder)[0].write_bytes(content)
        stride = FRAME_BYTES + 90
        first, end = max(0, (segment - HEADER_BYTES) // stride), -((HEADER_BYTES - segment - 4096) // stride)
        assert records_in(folder) == records[:first] + records[end:] + ([b"next"] if is_old else [])


def test_damage_is_reported_once_and_outlives_the_segment(tmp_path: Path) -> None:
    folder = write_commits(tmp_path, is_old=True)
    flip(segments_in(folder)[0], places()[2][0] + 3, 1)
    damaged = segments_in(folder)[0].read_bytes()
    with Journal(folder) as journal:
        for _ in range(2):
            assert [record for _, record in journal.replay()] == [*without(places()[2][0]), b"next"]
        assert len(journal.damage) == 1
    with Journal(folder) as journal:
        assert [record for _, record in journal.replay()] == [*without(places()[2][0]), b"next"]
        assert journal.damage == []
        journal.drop_before(Position(2, 0))
    assert [path.read_bytes() for path in folder.glob("*.damaged")] == [damaged]


def test_a_segment_of_which_nothing_can_be_read_is_set_aside_whole(tmp_path: Path) -> None:
    for is_old in (False, True):
        folder = write_commits(tmp_path / str(is_old), is_old=is_old)
        segment = segments_in(folder)[0]
        segment.write_bytes(b"\x55" * 500)
        with Journal(folder) as journal:
            assert [record for _, record in journal.replay()] == ([b"next"] if is_old else [])
            [damage] = journal.damage
            assert (damage.start, damage.lost_bytes) == (Position(1, 0), 500)
            assert damage.kept_as.read_bytes() == b"\x55" * 500
            journal.append([b"after"])
        assert records_in(folder) == ([b"next"] if is_old else []) + [b"after"]


def test_what_a_node_sends_is_never_taken_for_a_record(tmp_path: Path) -> None:
    """Payloads that look like records, of the same segment number even, but nobody outside knows the salt."""
    forger = tmp_path / "forger"
    with Journal(forger) as journal:
        journal.append([b"forged"] * 5)
    forged = segments_in(forger)[0].read_bytes()
    folder = tmp_path / "victim"
    with Journal(folder) as journal:
        journal.append([b"first"])
        journal.append([forged + forged[HEADER_BYTES:]])
        journal.append([b"last"])
    flip(segments_in(folder)[0], HEADER_BYTES + FRAME_BYTES + 5 + 2, 1)  # the head of the second
    assert records_in(folder) == [b"first", b"last"]


@pytest.mark.parametrize("kind", ["heads", "salts", "lengths"])
def test_reading_the_worst_damage_takes_time_in_proportion_to_its_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    with Journal(tmp_path) as journal:
        for _ in range(2000):
            journal.append([b"x" * 80], sync=False)
        journal.roll()
        journal.append([b"next"])
    segment = segments_in(tmp_path)[0]
    segment.write_bytes(spoiled(segment.read_bytes(), kind))
    summed = [0]
    crc32 = zlib.crc32
    monkeypatch.setattr(_segment, "crc32", lambda data: (summed.__setitem__(0, summed[0] + len(data)), crc32(data))[1])
    assert records_in(tmp_path) == [b"next"]
    assert summed[0] < 6 * segment.stat().st_size


def spoiled(content: bytes, kind: str) -> bytes:
    if kind == "salts":
        return content[:HEADER_BYTES] + content[8:12] * ((len(content) - HEADER_BYTES) // 4)
    spoiled = bytearray(content)
    for at in range(HEADER_BYTES, len(content), FRAME_BYTES + 80):
        spoiled[at + (16 if kind == "heads" else 6)] ^= 0x01
    return bytes(spoiled)


# -- Versions ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [1, 3])
def test_a_segment_of_another_version_is_refused_and_left_alone(tmp_path: Path, version: int) -> None:
    with Journal(tmp_path):
        pass
    start = b"MCPTWAL" + bytes([version])
    body = zlib.crc32(start).to_bytes(4, "little") + b"whatever that version holds, salted or not"
    segment = tmp_path / f"{1:020d}.wal"
    segment.write_bytes(start + body)
    with pytest.raises(StorageError, match=rf"format version {version}, and this program reads 2: use the program"):
        Journal(tmp_path)
    assert segment.read_bytes() == start + body


def test_the_bytes_are_those_of_the_description(tmp_path: Path) -> None:
    write_records(tmp_path)
    content = segments_in(tmp_path)[0].read_bytes()
    salt = content[8:12]
    expected = b"MCPTWAL\x02" + salt
    expected += zlib.crc32(expected).to_bytes(4, "little")
    for record in RECORDS:
        numbers = (len(record), 0, zlib.crc32(record))
        head = salt + b"".join(number.to_bytes(4, "little") for number in numbers)
        expected += head + zlib.crc32(head).to_bytes(4, "little") + record
    assert content == expected
