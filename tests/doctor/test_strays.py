"""What lies about in a metrics folder, and where it stands."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mcp_telemetry.storage.hour_files import HourFiles
from tests.doctor.patients import DAY, DOCTOR, HOUR, SAMPLES, contents, doctor, doctor_process, healthy, stored
from tests.storage.samples import Sample, rows_of

YEAR_NS = 365 * 86_400 * 10**9


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return healthy(tmp_path / "metrics")


def test_leftovers_and_empty_days_are_removed(folder: Path) -> None:
    (folder / DAY / ".tmp-a_12-00-00").write_bytes(b"half a file")
    (folder / "2026-03-05").mkdir()
    told = doctor(folder)
    assert (told.status, set(told.codes)) == (1, {"leftover", "empty-day"})
    repaired = doctor(folder, "--repair")
    assert (repaired.status, repaired.repaired, repaired.findings) == (0, {"leftover", "empty-day"}, [])
    assert not (folder / "2026-03-05").exists()
    assert stored(folder) == SAMPLES


def test_what_nobody_knows_is_told_and_never_touched(folder: Path) -> None:
    for name in ("notes.txt", f"{DAY}/readme.parquet", f"{DAY}/a_25-00-00.parquet", "backup/a.parquet"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("mine")
    before = contents(folder)
    told = doctor(folder, "--repair")
    assert told.status == 1
    assert {finding["path"] for finding in told.findings} == {
        "notes.txt",
        "backup",
        f"{DAY}/readme.parquet",
        f"{DAY}/a_25-00-00.parquet",
    }
    assert {name: contents(folder)[name] for name in before} == before


def test_what_happened_is_kept_by_the_leader_and_no_stray(folder: Path) -> None:
    (folder / "_events").mkdir()
    (folder / "_events" / "2026-03-01_000000000001.ndjson").write_text("{}\n")
    assert doctor(folder).findings == []


def test_what_was_set_aside_is_only_mentioned(folder: Path) -> None:
    (folder / DAY / ".damaged-20260301T110000.000000Z-a_12-00-00").write_bytes(b"no file")
    told = doctor(folder)
    assert (told.status, list(told.codes)) == (0, ["set-aside"])


def test_an_hour_of_next_year_is_a_wrong_clock(folder: Path) -> None:
    HourFiles(folder).write("ahead", rows_of([Sample(time.time_ns() + YEAR_NS, 1, {"cpu.percent": 1.0})]))
    told = doctor(folder)
    assert (told.status, list(told.codes)) == (1, ["future-hour"])
    assert "365 days ahead" in told.finding("future-hour")["what"]


def test_files_of_another_user_are_given_back(folder: Path) -> None:
    if os.geteuid():
        pytest.skip("only root can give files away")
    os.chown(folder / HOUR, 12345, -1)
    told = doctor(folder)
    assert (told.status, told.finding("other-owner")["path"]) == (1, HOUR)
    assert doctor(folder, "--repair").status == 0
    assert (folder / HOUR).stat().st_uid == os.geteuid()


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that every user reaches; those of pytest are its user's own."""
    with tempfile.TemporaryDirectory() as path:
        Path(path).chmod(0o755)
        yield Path(path)


def test_a_file_this_user_may_not_read_is_named(public: Path) -> None:
    """As a user who is not root: root may read everything."""
    folder = healthy(public / "metrics")
    (folder / HOUR).chmod(0)
    drop = ("setpriv", "--reuid", "12345", "--clear-groups") if not os.geteuid() else ()
    command = [*drop, *DOCTOR, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert f"error   {HOUR}\n    this user may not read it (mode ----------)" in done.stdout, done.stderr


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "disk"
    path.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", path], capture_output=True).returncode:
        pytest.skip("needs the right to mount a tmpfs")
    yield path
    subprocess.run(["umount", path], check=True)


def test_a_disk_that_is_nearly_full_is_told(small_disk: Path) -> None:
    told = doctor(healthy(small_disk / "metrics"))
    assert (told.status, told.finding("disk-full")["severity"]) == (1, "error")


@pytest.mark.parametrize("name", ["nothing-here", "a-file", "not-metrics"])
def test_what_is_no_metrics_folder_cannot_be_checked(tmp_path: Path, name: str) -> None:
    (tmp_path / "a-file").write_text("x")
    (tmp_path / "not-metrics" / "src").mkdir(parents=True)
    done = doctor_process(tmp_path / name)
    assert done.returncode == 2
    assert str(tmp_path / name) in done.stderr and "--metrics-dir" in done.stderr


def test_the_list_says_what_to_do_and_sums_up(folder: Path) -> None:
    (folder / HOUR).write_bytes(b"")
    done = doctor_process(folder)
    assert (done.returncode, done.stderr) == (1, "")
    assert f"error   {HOUR}\n    its rows cannot be read" in done.stdout
    assert "-> set it aside" in done.stdout and "(--repair does)" in done.stdout
    assert done.stdout.endswith("Problems: 1 error, 2 info\nExamined 2 hour files, 80 rows, 2 nodes.\n")
