"""What is particular to hour files: paths, interrupted writes, damage, failing disks."""

from __future__ import annotations

import errno
import logging
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from mcp_telemetry.errors import StorageError
from mcp_telemetry.series.buckets import HOUR_NS
from mcp_telemetry.storage.hour_files import HourFiles
from tests.storage.conformance import everything
from tests.storage.samples import HOUR_START_NS, rows_of, run_of, sample

HOUR_FILE = "2026-03-01/a_10-00-00.parquet"


@pytest.fixture
def storage(tmp_path: Path) -> HourFiles:
    storage = HourFiles(tmp_path)
    storage.open()
    return storage


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_an_hour_has_the_path_of_its_utc_time(storage: HourFiles, tmp_path: Path) -> None:
    storage.write("a", rows_of([sample(0, 1, cpu=1), sample(3600, 2, cpu=1), sample(14 * 3600, 3, cpu=1)]))
    assert files_in(tmp_path) == [HOUR_FILE, "2026-03-01/a_11-00-00.parquet", "2026-03-02/a_00-00-00.parquet"]


def is_in_page_cache(path: Path) -> bool:
    """Whether the kernel has the file's beginning without asking the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return os.preadv(descriptor, [bytearray(1)], 0, os.RWF_NOWAIT) == 1
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)


def forget(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)


def test_hours_to_come_are_read_by_the_kernel_ahead(storage: HourFiles, tmp_path: Path) -> None:
    storage.write("a", rows_of([sample(0, 1, cpu=1), sample(3600, 2, cpu=1)]))
    paths = [tmp_path / name for name in files_in(tmp_path)]
    for path in paths:
        forget(path)
    try:
        if any(map(is_in_page_cache, paths)):
            pytest.skip("what is written here stays in memory")
    except OSError as error:
        pytest.skip(f"this file system cannot say what is in memory: {error}")
    storage.prefetch("a", [HOUR_START_NS // HOUR_NS, HOUR_START_NS // HOUR_NS + 1, 0])
    deadline = time.monotonic() + 10
    while not all(map(is_in_page_cache, paths)):
        assert time.monotonic() < deadline, "the files were not read"


def test_a_write_that_adds_nothing_leaves_the_file_alone(storage: HourFiles, tmp_path: Path) -> None:
    storage.write("a", rows_of(run_of(range(5))))
    before = (tmp_path / HOUR_FILE).stat().st_ino
    assert storage.write("a", rows_of(run_of(range(5)))).files == 0
    assert (tmp_path / HOUR_FILE).stat().st_ino == before


def test_an_hour_is_compressed_well_once_it_is_nearly_over(storage: HourFiles, tmp_path: Path) -> None:
    """Before that it is rewritten at every flush, and zstd would be a quarter of the cost."""
    found = []
    for seconds in (range(300), range(300, 2900), range(2900, 3100)):
        storage.write("a", rows_of(run_of(seconds, seconds.start + 1)))
        group = pq.read_metadata(tmp_path / HOUR_FILE).row_group(0)
        found.append({column.compression for column in map(group.column, range(group.num_columns))})
    assert found == [{"UNCOMPRESSED", "LZ4"}, {"UNCOMPRESSED", "LZ4"}, {"UNCOMPRESSED", "ZSTD"}]
    assert everything(storage) == run_of(range(3100))


def test_open_removes_what_a_crash_left(storage: HourFiles, tmp_path: Path) -> None:
    storage.write("a", rows_of(run_of(range(5))))
    leftover = tmp_path / "2026-03-01" / ".tmp-a_11-00-00"
    leftover.write_bytes(b"PAR1")
    assert HourFiles(tmp_path).open() == 1
    assert files_in(tmp_path) == [HOUR_FILE]


def test_foreign_files_and_folders_are_left_alone(storage: HourFiles, tmp_path: Path) -> None:
    storage.write("a", rows_of(run_of(range(5))))
    for name in ("notes.txt", "2026-99-99/x_00-00-00.parquet", "2026-03-01/readme.parquet", ".journal/1.log"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("mine")
    assert HourFiles(tmp_path).open() == 0
    assert storage.nodes() == ["a"]
    assert everything(storage) == run_of(range(5))


@pytest.mark.parametrize("node_id", ["../a", "", "a/b", ".a", "a" * 129])
def test_a_node_id_that_is_no_file_name_is_refused(storage: HourFiles, tmp_path: Path, node_id: str) -> None:
    with pytest.raises(StorageError, match="cannot name a file"):
        storage.write(node_id, rows_of(run_of(range(5))))
    assert files_in(tmp_path) == []


class TestDamage:
    @pytest.fixture(params=["cut", "empty", "zeros", "foreign"])
    def damaged(self, storage: HourFiles, tmp_path: Path, request: pytest.FixtureRequest) -> bytes:
        storage.write("a", rows_of(run_of(range(3000, 3700))))
        path = tmp_path / HOUR_FILE
        whole = path.read_bytes()
        content = {"cut": whole[:-100], "empty": b"", "zeros": bytes(len(whole)), "foreign": b"hello" * 100}
        path.write_bytes(content[str(request.param)])
        return path.read_bytes()

    def test_writing_keeps_the_damaged_file_and_the_new_rows(
        self, storage: HourFiles, tmp_path: Path, damaged: bytes, caplog: pytest.LogCaptureFixture
    ) -> None:
        report = storage.write("a", rows_of(run_of(range(5))))
        (aside,) = report.damaged
        assert aside.read_bytes() == damaged
        assert aside.parent == tmp_path / "2026-03-01" and aside.name.startswith(".damaged-")
        assert report.rows_written == 5
        assert everything(storage) == run_of(range(5)) + run_of(range(3000, 3700))[600:]
        assert storage.damaged == 1
        assert str(tmp_path / HOUR_FILE) in caplog.text and aside.name in caplog.text

    def test_a_second_damage_does_not_replace_the_first(
        self, storage: HourFiles, tmp_path: Path, damaged: bytes
    ) -> None:
        everything(storage)
        storage.write("a", rows_of(run_of(range(5))))
        (tmp_path / HOUR_FILE).write_bytes(b"again")
        storage.write("a", rows_of(run_of(range(5, 10))))
        kept = [path.read_bytes() for path in sorted(tmp_path.rglob(".damaged-*"))]
        assert kept == [damaged, b"again"]
        assert storage.damaged == 2

    def test_reading_leaves_its_hour_out_and_says_so_once(
        self, storage: HourFiles, tmp_path: Path, damaged: bytes, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.ERROR):
            for _ in range(3):
                assert everything(storage) == run_of(range(3000, 3700))[600:]
        assert storage.damaged == 1
        assert len(caplog.records) == 1
        assert (tmp_path / HOUR_FILE).read_bytes() == damaged

    def test_an_hour_found_damaged_has_no_version_until_it_is_replaced(
        self, storage: HourFiles, tmp_path: Path, damaged: bytes
    ) -> None:
        first, second = storage.versions("a", 0, 2**62)
        everything(storage)
        assert list(storage.versions("a", 0, 2**62)) == [second]
        (other,) = set(tmp_path.rglob("*.parquet")) - {tmp_path / HOUR_FILE}
        shutil.copy(other, tmp_path / HOUR_FILE)
        assert list(storage.versions("a", 0, 2**62)) == [first, second]


def test_a_flipped_bit_is_an_error_and_never_a_value(storage: HourFiles, tmp_path: Path) -> None:
    """Of every region of the data pages; the footer begins where the last page ends."""
    samples = run_of(range(300))
    storage.write("a", rows_of(samples))
    path = tmp_path / HOUR_FILE
    whole = path.read_bytes()
    footer = int.from_bytes(whole[-8:-4], "little") + 8
    for place in range(4, len(whole) - footer, 37):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        assert everything(HourFiles(tmp_path)) in ([], samples)


class TestFailingDisk:
    @pytest.fixture(params=["write", "fsync"])
    def call(self, request: pytest.FixtureRequest) -> str:
        return str(request.param)

    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EDQUOT])
    def test_leaves_the_old_file_and_nothing_else(
        self, storage: HourFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int
    ) -> None:
        storage.write("a", rows_of(run_of(range(5))))

        def fail(*_: object) -> int:
            raise OSError(number, os.strerror(number))

        with monkeypatch.context() as patched:
            patched.setattr(os, call, fail)
            with pytest.raises(StorageError, match=f"a_10-00-00.parquet: {os.strerror(number)}; "):
                storage.write("a", rows_of(run_of(range(10))))
        assert files_in(tmp_path) == [HOUR_FILE]
        assert everything(storage) == run_of(range(5))
        assert storage.write("a", rows_of(run_of(range(10)))).rows_written == 5

    def test_a_disk_that_cannot_be_read_is_not_taken_for_damage(
        self, storage: HourFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        storage.write("a", rows_of(run_of(range(5))))

        def fail(_: Path) -> bytes:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

        with monkeypatch.context() as patched:
            patched.setattr(Path, "read_bytes", fail)
            with pytest.raises(StorageError, match="check the disk"):
                storage.write("a", rows_of(run_of(range(10))))
        assert files_in(tmp_path) == [HOUR_FILE]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", tmp_path], capture_output=True)
    if mounted.returncode:
        pytest.skip("needs the right to mount a tmpfs")
    yield tmp_path
    subprocess.run(["umount", tmp_path], check=True)


def test_a_full_disk_loses_nothing_and_heals_when_there_is_room(small_disk: Path) -> None:
    storage = HourFiles(small_disk)
    storage.open()
    storage.write("a", rows_of(run_of(range(5))))
    with pytest.raises(OSError), (small_disk / "ballast").open("wb", buffering=0) as ballast:
        while ballast.write(bytes(4096)):
            pass
    with pytest.raises(StorageError, match="No space left on device; free some space"):
        storage.write("a", rows_of(run_of(range(3600))))
    assert everything(storage) == run_of(range(5))
    (small_disk / "ballast").unlink()
    assert storage.write("a", rows_of(run_of(range(3600)))).rows_written == 3595
    assert everything(storage) == run_of(range(3600))


def test_a_reader_keeps_the_file_it_opened_and_skips_one_that_went(storage: HourFiles, tmp_path: Path) -> None:
    samples = run_of(range(0, 3 * 3600, 600))
    storage.write("a", rows_of(samples))
    blocks = storage.read("a", frozenset(), HOUR_START_NS, HOUR_START_NS + 3 * HOUR_NS)
    assert len(next(blocks)) == 6
    (tmp_path / "2026-03-01" / "a_11-00-00.parquet").unlink()
    assert [int(block.sequences[0]) for block in blocks] == [13]
