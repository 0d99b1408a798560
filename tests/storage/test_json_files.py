"""What is particular to JSON files: names, what old programs read, interrupted writes, damage, failing disks."""

from __future__ import annotations

import errno
import json
import logging
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mcp_telemetry.errors import StorageError
from mcp_telemetry.storage.json_files import JsonFiles
from tests.storage import plain_reader
from tests.storage.conformance import everything
from tests.storage.samples import HOUR_START_NS, SECOND_NS, Sample, rows_of, run_of, sample

FIRST = "2026-03-01/a_10-00-00.json"
PLAIN = {
    "node_id": "a",
    "timestamp": HOUR_START_NS / SECOND_NS + 1.5,
    "system": {"cpu": {"percent": 12.5, "count": 8}, "memory": {"percent": None}, "uptime": 3.0},
    "application": {"requests": {"tools/call": 2}, "active_connections": 0},
}


@pytest.fixture
def storage(tmp_path: Path) -> JsonFiles:
    storage = JsonFiles(tmp_path)
    storage.open()
    return storage


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_snapshot_has_the_path_of_its_utc_second(storage: JsonFiles, tmp_path: Path) -> None:
    storage.write("a", rows_of([sample(0, 1), sample(61.9, 2), sample(14 * 3600 - 0.5, 3)]))
    assert files_in(tmp_path) == [FIRST, "2026-03-01/a_10-01-01.json", "2026-03-01/a_23-59-59.json"]


def test_of_one_second_each_has_a_name_of_its_own(storage: JsonFiles, tmp_path: Path) -> None:
    samples = [sample(0.1 * place, place + 1, cpu=place) for place in range(3)]
    storage.write("a", rows_of(samples[:1]))
    again = JsonFiles(tmp_path)
    again.open()
    again.write("a", rows_of(samples))
    assert files_in(tmp_path) == ["2026-03-01/a_10-00-00.1.json", "2026-03-01/a_10-00-00.2.json", FIRST]
    assert everything(again) == samples


def test_names_that_look_like_paths_are_told_apart(storage: JsonFiles) -> None:
    names = ["a", "a_10-00-00", "a_10-00-00.1", "a_10-00-00.json"]
    for place, name in enumerate(names):
        storage.write(name, rows_of(run_of(range(place + 1))))
    assert storage.nodes() == sorted(names)
    assert [len(everything(storage, name)) for name in names] == [1, 2, 3, 4]


class TestOldPrograms:
    @pytest.fixture
    def folder(self, storage: JsonFiles, tmp_path: Path) -> Path:
        now_ns = time.time_ns() - 10 * SECOND_NS
        values = {"cpu.percent": 12.5, "memory.percent": 40.25, "disk.percent": 70.0, "uptime_seconds": 5.5}
        calls = {"requests{tools/call}": 3.0, "requests{tools/list}": 4.0, "custom.x": 1.0}
        moments = [now_ns, now_ns + SECOND_NS // 1000, now_ns + 5 * SECOND_NS]
        samples = [Sample(ns, place + 1, {**values, **calls}) for place, ns in enumerate(moments)]
        storage.write("a", rows_of(samples))
        storage.write("b", rows_of([Sample(now_ns, 1, {})]))
        return tmp_path

    def test_find_the_nodes(self, folder: Path) -> None:
        assert sorted(plain_reader.get_nodes(folder)) == ["a", "b"]

    def test_sum_up_what_is_newest(self, folder: Path) -> None:
        found = {each["node_id"]: each for each in plain_reader.get_metrics_summary(folder)}
        assert abs(found["a"].pop("timestamp") - (time.time() - 5)) < 60
        assert found["a"] == {
            "node_id": "a",
            "cpu_percent": 12.5,
            "memory_percent": 40.25,
            "disk_percent": 70.0,
            "uptime": 5.5,
            "requests": 7,
        }
        assert (found["b"]["cpu_percent"], found["b"]["requests"]) == (0, 0)

    def test_read_the_history_with_both_snapshots_of_a_second(self, folder: Path) -> None:
        history = plain_reader.get_metrics_history(folder, "a")
        assert len(history) == 3
        assert {each["cpu_percent"] for each in history} == {12.5}

    def test_whose_files_are_read_as_they_are(self, storage: JsonFiles, tmp_path: Path) -> None:
        path = tmp_path / "2026-03-01" / "a_10-00-01.json"
        path.parent.mkdir()
        path.write_text(json.dumps(PLAIN, indent=2))
        (found,) = everything(storage)
        assert found.time_ns == HOUR_START_NS + 3 * SECOND_NS // 2
        assert found.values == {
            "cpu.percent": 12.5,
            "cpu.count": 8,
            "uptime_seconds": 3.0,
            "requests{tools/call}": 2,
            "active_connections": 0,
        }
        assert storage.write("a", rows_of([found])).duplicates == 1


def test_open_removes_what_a_crash_left(storage: JsonFiles, tmp_path: Path) -> None:
    storage.write("a", rows_of(run_of(range(1))))
    (tmp_path / "2026-03-01" / ".tmp-a_10-00-05").write_bytes(b"{")
    assert JsonFiles(tmp_path).open() == 1
    assert files_in(tmp_path) == [FIRST]


class TestDamage:
    @pytest.fixture(params=["cut", "empty", "list", "foreign", "moved"])
    def damaged(self, storage: JsonFiles, tmp_path: Path, request: pytest.FixtureRequest) -> bytes:
        storage.write("a", rows_of(run_of(range(3))))
        path = tmp_path / FIRST
        whole = path.read_bytes()
        moved = (path.parent / "a_10-00-01.json").read_bytes()
        contents = {"cut": whole[:-9], "empty": b"", "list": b"[]", "foreign": b'{"name": "x"}', "moved": moved}
        path.write_bytes(contents[str(request.param)])
        return path.read_bytes()

    def test_reading_leaves_it_out_and_says_so_once(
        self, storage: JsonFiles, tmp_path: Path, damaged: bytes, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.ERROR):
            for _ in range(3):
                assert everything(storage) == run_of(range(3))[1:]
        assert storage.damaged == 1
        assert len(caplog.records) == 1 and FIRST in caplog.text
        assert (tmp_path / FIRST).read_bytes() == damaged

    def test_writing_there_keeps_it_and_the_new_row(self, storage: JsonFiles, tmp_path: Path, damaged: bytes) -> None:
        report = storage.write("a", rows_of(run_of(range(3))))
        assert (report.rows_written, report.duplicates) == (1, 2)
        (aside,) = report.damaged
        assert aside.read_bytes() == damaged
        assert aside.parent == tmp_path / "2026-03-01" and aside.name.startswith(".damaged-")
        assert everything(storage) == run_of(range(3))
        assert storage.damaged == 1


class TestFailingDisk:
    @pytest.mark.parametrize("call", ["write", "fsync"])
    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
    def test_leaves_whole_files_only_and_the_same_rows_can_be_written_again(
        self, storage: JsonFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int
    ) -> None:
        storage.write("a", rows_of(run_of(range(5))))
        real, calls = getattr(os, call), iter(range(1000))

        def fail_at_the_third(*arguments: object) -> object:
            if next(calls) >= 2:
                raise OSError(number, os.strerror(number))
            return real(*arguments)

        with monkeypatch.context() as patched:
            patched.setattr(os, call, fail_at_the_third)
            with pytest.raises(StorageError, match=f"{os.strerror(number)}; "):
                storage.write("a", rows_of(run_of(range(10))))
        assert [name for name in files_in(tmp_path) if ".tmp-" in name] == []
        assert everything(storage) == run_of(range(5))
        assert storage.write("a", rows_of(run_of(range(10)))).rows_written == 5
        assert everything(storage) == run_of(range(10))

    def test_that_cannot_be_read_is_not_taken_for_damage(
        self, storage: JsonFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        storage.write("a", rows_of(run_of(range(2))))

        def fail(_: Path) -> bytes:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

        with monkeypatch.context() as patched:
            patched.setattr(Path, "read_bytes", fail)
            with pytest.raises(StorageError, match="check the disk"):
                storage.write("a", rows_of(run_of(range(2))))
        assert files_in(tmp_path) == [FIRST, "2026-03-01/a_10-00-01.json"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", tmp_path], capture_output=True)
    if mounted.returncode:
        pytest.skip("needs the right to mount a tmpfs")
    yield tmp_path
    subprocess.run(["umount", tmp_path], check=True)


def test_a_full_disk_loses_nothing_and_heals_when_there_is_room(small_disk: Path) -> None:
    storage = JsonFiles(small_disk)
    storage.open()
    storage.write("a", rows_of(run_of(range(5))))
    (small_disk / "ballast").write_bytes(bytes(300_000))
    with pytest.raises(StorageError, match="No space left on device; free some space"):
        storage.write("a", rows_of(run_of(range(100))))
    stored = everything(storage)
    assert stored == run_of(range(len(stored)))
    assert 5 <= len(stored) < 100
    (small_disk / "ballast").unlink()
    assert storage.write("a", rows_of(run_of(range(100)))).rows_written == 100 - len(stored)
    assert everything(storage) == run_of(range(100))


# Appends batches of seconds, and says after each write up to which sequence it is stored.
WRITER = """
import sys
from pathlib import Path
from mcp_telemetry.storage.json_files import JsonFiles
from tests.storage.samples import rows_of, run_of
storage = JsonFiles(Path(sys.argv[1]))
storage.open()
done = storage.cursors("a").get("one", 0)
print("ready", flush=True)
while True:
    storage.write("a", rows_of(run_of(range(done, done + 20), done + 1)))
    done += 20
    print(done, flush=True)
"""


def test_a_writer_killed_at_any_moment_leaves_whole_files_and_all_it_confirmed(tmp_path: Path) -> None:
    chance = random.Random(20260301)
    for _ in range(4):
        with subprocess.Popen([sys.executable, "-c", WRITER, tmp_path], stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None and writer.stdout.readline() == "ready\n"
            lines = [writer.stdout.readline() for _ in range(chance.randint(1, 4))]
            try:
                writer.wait(chance.uniform(0, 0.02))
            except subprocess.TimeoutExpired:
                writer.send_signal(signal.SIGKILL)
            lines += writer.stdout.readlines()
        storage = JsonFiles(tmp_path)
        stored = everything(storage)
        assert storage.damaged == 0
        assert stored == run_of(range(len(stored)))
        assert int(lines[-1]) <= len(stored) <= int(lines[-1]) + 20
