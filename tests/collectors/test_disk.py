from __future__ import annotations

import os

import psutil
import pytest

from mcp_telemetry.collectors.disk import DiskCollector
from mcp_telemetry.v1 import metrics_pb2
from tests.collectors.agreement import assert_agrees, collected


def told() -> dict[str, float]:
    usage = psutil.disk_usage("/")
    return {
        "total_bytes": usage.total,
        "used_bytes": usage.used,
        "percent": round(100 * usage.used / (usage.used + usage.free), 2),
    }


def test_the_root_agrees_with_psutil() -> None:
    assert_agrees(told, lambda: collected(DiskCollector(tuple)).system.disk)


def test_a_mount_agrees_with_psutil() -> None:
    assert_agrees(told, lambda: collected(DiskCollector(lambda: ["/"])).system.disk.mounts[0])


def test_a_mount_that_is_gone_is_left_out() -> None:
    disk = collected(DiskCollector(lambda: ["/", "/no such folder", "/dev"])).system.disk
    assert [mount.mountpoint for mount in disk.mounts] == ["/", "/dev"]


def test_a_file_system_without_blocks_has_no_percentage() -> None:
    (mount,) = collected(DiskCollector(lambda: ["/proc"])).system.disk.mounts
    assert mount.total_bytes == 0
    assert not mount.HasField("percent")


def test_a_broken_mount_is_told_but_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.statvfs

    def statvfs(path: str) -> os.statvfs_result:
        if path == "/broken":
            raise OSError(5, "Input/output error", path)
        return real(path)

    monkeypatch.setattr(os, "statvfs", statvfs)
    snapshot = metrics_pb2.MetricSnapshot()
    with pytest.raises(OSError, match="Input/output error"):
        DiskCollector(lambda: ["/", "/broken", "/dev"]).collect(snapshot)
    assert [mount.mountpoint for mount in snapshot.system.disk.mounts] == ["/", "/dev"]
    assert snapshot.system.disk.HasField("total_bytes")
