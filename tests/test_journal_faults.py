from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mcp_telemetry.errors import ConfigurationError, StorageError
from mcp_telemetry.journal import Journal, Position
from tests.disks import fill, small_disk
from tests.journals import RECORDS, records_in, segments_in, write_records


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return write_records(tmp_path / "written")


# -- Torn tails --------------------------------------------------------------------------------------------------------


def test_torn_at_every_byte_the_whole_records_before_survive(written: Path, tmp_path: Path) -> None:
    whole = segments_in(written)[0].read_bytes()
    with Journal(written) as journal:
        begins = [position.offset for position, _ in journal.replay()]
    for size in range(len(whole)):
        folder = tmp_path / f"torn-{size}"
        shutil.copytree(written, folder)
        os.truncate(segments_in(folder)[0], size)
        survivors = RECORDS[: sum(begin <= size for begin in [*begins[1:], len(whole)])]
        with Journal(folder) as journal:
            assert [record for _, record in journal.replay()] == survivors
            journal.append([b"after"])
        assert records_in(folder) == [*survivors, b"after"]


@pytest.mark.parametrize("garbage", [b"\x00" * 5000, b"\xff" * 3, b"\xff" * 5000, b"\x05\x00\x00\x00abcdhello"])
def test_what_follows_the_last_record_is_cut_and_counted(written: Path, garbage: bytes) -> None:
    with segments_in(written)[0].open("ab") as file:
        file.write(garbage)
    with Journal(written) as journal:
        assert journal.cut_bytes == len(garbage)
        assert [record for _, record in journal.replay()] == RECORDS
    with Journal(written) as journal:
        assert journal.cut_bytes == 0


# -- A disk that refuses ----------------------------------------------------------------------------------------------


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "small", "256k") as disk:
        yield disk


def test_a_full_disk_keeps_the_journal_valid_and_room_lets_it_go_on(disk: Path) -> None:
    ballast = disk / "ballast"
    with Journal(disk / "journal") as journal:
        journal.append([b"before" * 100])
        ballast.write_bytes(b"\x00" * 150_000)
        with pytest.raises(StorageError, match="No space left on device"):
            journal.append([b"x" * 1000] * 200)
        assert [record for _, record in journal.replay()] == [b"before" * 100]
        ballast.unlink()
        journal.append([b"x" * 1000] * 200)
    assert len(records_in(disk / "journal")) == 201


def test_a_segment_that_cannot_begin_leaves_nothing_behind(disk: Path) -> None:
    with Journal(disk / "journal", segment_bytes=4096) as journal:
        journal.append([b"x" * 4000])
        ballast = fill(disk)
        with pytest.raises(StorageError):
            journal.append([b"y" * 4000])
        assert len(segments_in(disk / "journal")) == 1
        ballast.unlink()
        journal.append([b"y" * 4000])
    assert records_in(disk / "journal") == [b"x" * 4000, b"y" * 4000]


LIMITED = """
import resource, sys
from pathlib import Path
from mcp_telemetry.errors import StorageError
from mcp_telemetry.journal import Journal

resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, resource.RLIM_INFINITY))
with Journal(Path(sys.argv[1])) as journal:
    journal.append([b"before"])
    try:
        journal.append([b"x" * 1000] * 20)
    except StorageError as error:
        print(error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    journal.append([b"after"])
"""


def test_a_write_cut_short_is_taken_back(tmp_path: Path) -> None:
    child = subprocess.run([sys.executable, "-c", LIMITED, str(tmp_path)], capture_output=True, text=True, check=True)
    assert "File too large" in child.stdout
    assert records_in(tmp_path) == [b"before", b"after"]


def test_a_failed_sync_is_never_retried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> None:
        raise OSError(5, "Input/output error")

    with Journal(tmp_path) as journal:
        journal.append([b"before"])
        with monkeypatch.context() as broken:
            broken.setattr(os, "fdatasync", fail)
            with pytest.raises(StorageError, match="Input/output error"):
                journal.append([b"x"])
        uses: list[Callable[[], object]] = [
            journal.sync,
            lambda: journal.append([b"y"]),
            lambda: journal.drop_before(Position(9, 0)),
        ]
        for use in uses:
            with pytest.raises(StorageError, match="cannot be used any more: syncing it to the disk failed"):
                use()


# -- Processes --------------------------------------------------------------------------------------------------------


WRITER = """
import sys
from pathlib import Path
from mcp_telemetry.journal import Journal

with Journal(Path(sys.argv[1]), segment_bytes=2000) as journal:
    number = int(sys.argv[2])
    while True:
        journal.append([b"%d" % n for n in range(number, number + 7)])
        number += 7
        print(number, flush=True)
"""


def test_every_commit_of_a_killed_writer_is_there(tmp_path: Path) -> None:
    acknowledged = 0
    for kill in range(6):
        command = [sys.executable, "-c", WRITER, str(tmp_path), str(acknowledged)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            for _ in range(5 + 3 * kill):
                acknowledged = int(writer.stdout.readline())
            writer.send_signal(signal.SIGKILL)
            acknowledged = int(([acknowledged, *writer.stdout.read().split()])[-1])
        found = [int(record) for record in records_in(tmp_path)]
        assert found[:acknowledged] == list(range(acknowledged))
        acknowledged = len(found)  # a commit may be there that was not acknowledged any more


def test_what_somebody_removed_takes_nothing_any_more(tmp_path: Path) -> None:
    """Its file would take every write and never be read; opened anew, it begins again."""
    folder = tmp_path / "journal"
    with Journal(folder) as journal:
        journal.append([b"before"])
        shutil.rmtree(folder)
        with pytest.raises(StorageError, match=r"cannot be used any more: its newest segment was removed"):
            journal.append([b"after"])
        assert journal.failure
    with Journal(folder) as journal:
        journal.append([b"anew"])
    assert records_in(folder) == [b"anew"]


def test_a_second_opener_learns_who_has_the_folder(tmp_path: Path) -> None:
    with Journal(tmp_path), pytest.raises(ConfigurationError) as caught:
        Journal(tmp_path)
    assert f"{tmp_path} is in use by process {os.getpid()}" in str(caught.value)
    assert records_in(tmp_path) == []


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=r"file/journal: Not a directory"):
        Journal(tmp_path / "file" / "journal")


def test_a_closed_journal_says_so(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.close()
    with pytest.raises(StorageError, match="it was closed"):
        journal.append([b"x"])
