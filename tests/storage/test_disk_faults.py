"""Disks that fail while hour files are replaced, with real file systems: what was there stays, and room heals it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mcp_telemetry.errors import StorageError
from mcp_telemetry.storage.hour_files import HourFiles
from tests.storage.conformance import everything
from tests.storage.samples import busy_hour, rows_of, run_of, sample

HOUR_FILE = "2026-03-01/a_10-00-00.parquet"
PAGE = 4096


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a megabyte."""
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", tmp_path], capture_output=True).returncode:
        pytest.skip("needs the right to mount a tmpfs")
    yield tmp_path
    subprocess.run(["umount", tmp_path], check=True)


def opened(folder: Path) -> HourFiles:
    storage = HourFiles(folder)
    storage.open()
    return storage


def fill_up(disk: Path, left_pages: int) -> Path:
    """All of the disk but some pages."""
    system = os.statvfs(disk)
    ballast = disk / "ballast"
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, (system.f_bavail * system.f_frsize) - left_pages * PAGE)
    return ballast


@pytest.mark.parametrize("left_pages", [0, 1, 5, 20])
def test_a_disk_full_in_the_middle_of_a_replacement_keeps_the_old_file(disk: Path, left_pages: int) -> None:
    storage = opened(disk / "metrics")
    storage.write("a", rows_of(run_of(range(5))))
    before = (disk / "metrics" / HOUR_FILE).read_bytes()
    ballast = fill_up(disk, left_pages)
    with pytest.raises(StorageError, match="No space left on device; free some space"):
        storage.write("a", busy_hour())  # more than 80 KB
    assert (disk / "metrics" / HOUR_FILE).read_bytes() == before
    assert [path.name for path in (disk / "metrics" / HOUR_FILE).parent.iterdir()] == [Path(HOUR_FILE).name]
    assert os.statvfs(disk).f_bavail == left_pages
    ballast.unlink()
    assert storage.write("a", busy_hour()).rows_written == 3600 - 5


def test_a_disk_full_between_two_hours_keeps_what_it_has_and_takes_the_rest_later(disk: Path) -> None:
    storage = opened(disk / "metrics")
    storage.write("a", rows_of(run_of(range(5))))
    ballast = fill_up(disk, 3)
    samples = [*run_of(range(10)), *(sample(3600 * hour, 100 + hour, cpu=1.0) for hour in range(1, 5))]
    with pytest.raises(StorageError, match="No space left on device"):
        storage.write("a", rows_of(samples))
    kept = everything(HourFiles(disk / "metrics"))
    assert run_of(range(5)) == kept[:5]
    assert len(kept) < len(samples)
    ballast.unlink()
    storage.write("a", rows_of(samples))
    assert everything(HourFiles(disk / "metrics")) == samples


def test_a_disk_that_became_read_only_is_read_and_named(disk: Path) -> None:
    storage = opened(disk / "metrics")
    storage.write("a", rows_of(run_of(range(5))))
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    try:
        with pytest.raises(StorageError, match="Read-only file system; mount the file system writable"):
            storage.write("a", rows_of(run_of(range(10))))
        assert everything(storage) == run_of(range(5))
    finally:
        subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
    assert storage.write("a", rows_of(run_of(range(10)))).rows_written == 5


def test_a_folder_that_vanished_reads_as_empty_and_is_made_again(tmp_path: Path) -> None:
    storage = opened(tmp_path / "metrics")
    storage.write("a", rows_of(run_of(range(5))))
    shutil.rmtree(tmp_path / "metrics")
    assert everything(storage) == []
    assert storage.nodes() == []
    assert storage.write("a", rows_of(run_of(range(5, 10), first_sequence=6))).rows_written == 5
    assert everything(storage) == run_of(range(5, 10), first_sequence=6)


def test_a_folder_in_whose_place_is_a_file_is_named(tmp_path: Path) -> None:
    storage = opened(tmp_path / "metrics")
    shutil.rmtree(tmp_path / "metrics")
    (tmp_path / "metrics").write_text("no folder")
    with pytest.raises(StorageError, match=f"{tmp_path}/metrics"):
        storage.write("a", rows_of(run_of(range(5))))
