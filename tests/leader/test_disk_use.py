"""What files take, counted in real files."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from mcp_telemetry.errors import StorageError
from mcp_telemetry.leader.disk_use import DiskUse
from mcp_telemetry.series.buckets import HOUR_NS
from mcp_telemetry.storage.hour_files import HourFiles
from mcp_telemetry.storage.rollups import Hour, Rollups
from tests.leader.parts import Parts, fill, until

HOUR = time.time_ns() // HOUR_NS - 5


def size_of(folder: Path, pattern: str) -> int:
    return sum(path.stat().st_size for path in folder.glob(pattern))


async def test_samples_rollups_and_what_is_free(tmp_path: Path) -> None:
    async with Parts(tmp_path) as parts:
        node = parts.fleet.join("a", 1)
        fill(node, 100, HOUR * HOUR_NS)
        rows, rollups = node.ring.since(0), Rollups(tmp_path)
        await parts.flusher.flush_all()
        rollups.update("a", [Hour(HOUR, 1, rows)])
    use = DiskUse(tmp_path, parts.storage, rollups)
    task = asyncio.create_task(use.run())
    await until(lambda: use.footprint.rollup_file_bytes)
    task.cancel()
    assert use.footprint.sample_file_bytes == size_of(tmp_path, "20*/*.parquet") > 0
    assert use.footprint.rollup_file_bytes == size_of(tmp_path, "_*/20*/*.parquet")
    assert use.footprint.disk_free_bytes > 0
    use.close()


class Unreadable(HourFiles):
    def __init__(self, folder: Path, error: Exception) -> None:
        super().__init__(folder)
        self._error = error

    def days(self) -> dict[int, int]:
        raise self._error


@pytest.mark.parametrize("error", [StorageError("cannot list: Input/output error"), ValueError("a defect")])
async def test_a_look_that_fails_ends_nothing(
    tmp_path: Path, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    use = DiskUse(tmp_path, Unreadable(tmp_path, error), Rollups(tmp_path))
    task = asyncio.create_task(use.run())
    await until(lambda: str(error) in caplog.text)
    await asyncio.sleep(0)
    assert not task.done()
    task.cancel()
    use.close()
