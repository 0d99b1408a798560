from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_telemetry.errors import StorageError
from mcp_telemetry.journal import Journal, Position
from tests.journals import RECORDS, flip, records_in, segments_in, write_records


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return write_records(tmp_path / "written")


# -- Appending and reading --------------------------------------------------------------------------------------------


def test_gives_back_what_was_appended_in_order(written: Path) -> None:
    assert records_in(written) == RECORDS


def test_a_commit_of_many_records_is_one_write_and_one_sync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    pwrite, fdatasync = os.pwrite, os.fdatasync
    with Journal(tmp_path) as journal:
        journal.append([b"opens the segment"])
        monkeypatch.setattr(os, "pwrite", lambda *args: (calls.append("write"), pwrite(*args))[1])
        monkeypatch.setattr(os, "fdatasync", lambda fd: (calls.append("sync"), fdatasync(fd))[1])
        journal.append([b"x" * 500] * 2000)
    assert calls == ["write", "sync"]


def test_an_append_without_sync_leaves_syncing_to_the_caller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    with Journal(tmp_path) as journal:
        journal.append([b"opens the segment"])
        monkeypatch.setattr(os, "fdatasync", synced.append)
        journal.append([b"x"], sync=False)
        assert not synced
        journal.sync()
        assert len(synced) == 1


def test_replay_goes_on_from_the_position_an_append_returned(tmp_path: Path) -> None:
    with Journal(tmp_path, segment_bytes=40) as journal:
        journal.append([b"a" * 20])
        position = journal.append([b"b" * 20])
        journal.append([b"c" * 20, b"d"])
        assert [record for _, record in journal.replay(position)] == [b"c" * 20, b"d"]


def test_a_replayed_position_is_where_its_record_begins(written: Path) -> None:
    with Journal(written) as journal:
        for position, record in list(journal.replay()):
            assert next(journal.replay(position)) == (position, record)


def test_records_are_fetched_from_anywhere(tmp_path: Path) -> None:
    with Journal(tmp_path, segment_bytes=100) as journal:
        for number in range(9):
            journal.append([b"%d" % number * 30, b"%d" % number])
        replayed = list(journal.replay())
        some = replayed[::3]
        assert list(journal.fetch(position for position, _ in some)) == [record for _, record in some]


def test_a_record_that_went_bad_is_not_fetched(tmp_path: Path) -> None:
    with Journal(write_records(tmp_path)) as journal:
        positions = [position for position, _ in journal.replay()]
        flip(segments_in(tmp_path)[0], positions[3].offset + 30, 1)
        assert list(journal.fetch(positions)) == RECORDS[:3] + RECORDS[4:]
        segments_in(tmp_path)[0].unlink()
        with pytest.raises(StorageError, match="No such file"):
            list(journal.fetch(positions))


def test_an_empty_journal_has_nothing_and_one_position(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        oldest, end = journal.positions
        assert oldest == end
        assert list(journal.replay()) == []
        assert journal.size_bytes == 0
        assert journal.append([b"x"]) > end


# -- Segments ---------------------------------------------------------------------------------------------------------


def test_segments_roll_at_their_size_and_a_commit_is_never_split(tmp_path: Path) -> None:
    with Journal(tmp_path, segment_bytes=100) as journal:
        for _ in range(6):
            journal.append([b"x" * 22, b"y" * 22])  # 84 bytes with their heads
    assert [path.stat().st_size for path in segments_in(tmp_path)] == [100] * 6


def test_a_commit_larger_than_a_segment_gets_one_of_its_own(tmp_path: Path) -> None:
    with Journal(tmp_path, segment_bytes=100) as journal:
        journal.append([b"x" * 1000])
        journal.append([b"y"])
    assert len(segments_in(tmp_path)) == 2
    assert records_in(tmp_path) == [b"x" * 1000, b"y"]


def test_drop_before_unlinks_whole_segments_only(tmp_path: Path) -> None:
    with Journal(tmp_path, segment_bytes=100) as journal:
        ends = [journal.append([bytes([n]) * 60]) for n in range(5)]
        journal.drop_before(Position(ends[2].segment, ends[2].offset - 1))
        assert len(segments_in(tmp_path)) == 3
        journal.drop_before(ends[2])
        assert [record[0] for _, record in journal.replay()] == [3, 4]
        assert journal.size_bytes == sum(path.stat().st_size for path in segments_in(tmp_path))


def test_the_segment_appended_to_stays_so_that_positions_only_grow(tmp_path: Path) -> None:
    with Journal(tmp_path, segment_bytes=100) as journal:
        end = [journal.append([b"x" * 60]) for _ in range(5)][-1]
        journal.drop_before(end)
        assert len(segments_in(tmp_path)) == 1
    with Journal(tmp_path, segment_bytes=100) as journal:
        assert journal.append([b"x" * 60]) > end


def test_a_replay_survives_that_segments_are_dropped_under_it(tmp_path: Path) -> None:
    with Journal(tmp_path, segment_bytes=100) as journal:
        ends = [journal.append([bytes([n]) * 60]) for n in range(5)]
        replay = journal.replay()
        assert next(replay)[1][0] == 0
        journal.drop_before(ends[2])
        assert [record[0] for _, record in replay] == [3, 4]


# -- Anything ---------------------------------------------------------------------------------------------------------


@settings(max_examples=60)
@given(
    commits=st.lists(st.lists(st.binary(max_size=300), min_size=1, max_size=5), max_size=12),
    segment_bytes=st.integers(17, 900),
    reopen_after=st.sets(st.integers(0, 11)),
    tear=st.integers(0, 400),
)
def test_any_commits_survive_rolling_reopening_and_a_torn_end(
    tmp_path_factory: pytest.TempPathFactory,
    commits: list[list[bytes]],
    segment_bytes: int,
    reopen_after: set[int],
    tear: int,
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    journal = Journal(folder, segment_bytes)
    for number, commit in enumerate(commits):
        journal.append(commit)
        if number in reopen_after:
            journal.close()
            journal = Journal(folder, segment_bytes)
    journal.close()
    expected = [record for commit in commits for record in commit]
    assert records_in(folder) == expected
    for last in segments_in(folder)[-1:]:
        os.truncate(last, max(0, last.stat().st_size - tear))
    survivors = records_in(folder)
    assert survivors == expected[: len(survivors)]
