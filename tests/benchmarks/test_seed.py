"""The seed's way answers as it did, and what is cold is cold."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from tests.benchmarks import page_cache, seed
from tests.benchmarks.memory import growth_per_hour
from tests.benchmarks.recording import recorded_hour


def test_it_finds_the_last_24_hours_of_one_node(tmp_path: Path) -> None:
    recording, now_s = recorded_hour(), int(time.time())
    seed.write_tree(tmp_path, "a", recording.rows(0, now_s - 20, 20))
    seed.write_tree(tmp_path, "b", recording.rows(1, now_s - 20, 5))
    seed.write_tree(tmp_path, "a", recording.rows(0, now_s - 86_400 - 100, 10))
    found = json.loads(seed.history(tmp_path, "a"))
    rows = recording.rows(0, now_s - 20, 20)
    cpu = [column.name for column in rows.columns].index("cpu.percent")
    assert [each["cpu_percent"] for each in found] == rows.values[:, cpu].tolist()
    assert [each["timestamp"] for each in found] == [time_ns / 1e9 for time_ns in rows.times_ns.tolist()]
    assert all(each.keys() >= {"memory_percent", "disk_percent", "requests"} for each in found)


def test_forgotten_files_are_still_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the kernel may not be asked to forget everything, which would slow the tests that run beside this one."""
    monkeypatch.setattr(page_cache, "_DROP", tmp_path / "nowhere" / "drop_caches")
    path = tmp_path / "a"
    path.write_bytes(b"x" * 10_000)
    page_cache.forget([path])
    assert path.read_bytes() == b"x" * 10_000


def test_growth_is_that_of_the_second_half() -> None:
    fills = [(float(second), 1000 * min(second, 50)) for second in range(101)]
    assert abs(growth_per_hour(fills)) < 1
    assert round(growth_per_hour([(float(second), 10 * second) for second in range(100)])) == 36_000
