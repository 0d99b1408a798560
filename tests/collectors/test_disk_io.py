from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from mcp_telemetry.collectors.disk_io import DiskIoCollector
from mcp_telemetry.collectors.kernel_file import KernelFile
from mcp_telemetry.v1 import metrics_pb2
from tests.collectors.agreement import assert_agrees, collected

BLOCK_DEVICES = Path("/sys/block")


def is_physical(name: str) -> bool:
    return (BLOCK_DEVICES / name / "device").exists()


def told() -> dict[str, float]:
    disks = [each for name, each in psutil.disk_io_counters(perdisk=True, nowrap=False).items() if is_physical(name)]
    return {
        "reads": sum(disk.read_count for disk in disks),
        "writes": sum(disk.write_count for disk in disks),
        "read_bytes": sum(disk.read_bytes for disk in disks),
        "write_bytes": sum(disk.write_bytes for disk in disks),
    }


@pytest.mark.skipif(not any(BLOCK_DEVICES.glob("*/device")), reason="no physical disk here")
def test_counters_agree_with_psutil() -> None:
    collector = DiskIoCollector(KernelFile(Path("/proc/diskstats")), BLOCK_DEVICES)
    assert_agrees(told, lambda: collected(collector).system.disk)


def disk_of(folder: Path, diskstats: str, *physical: str) -> metrics_pb2.DiskMetrics:
    for name in physical:
        (folder / name / "device").mkdir(parents=True)
    (folder / "diskstats").write_text(diskstats)
    return collected(DiskIoCollector(KernelFile(folder / "diskstats"), folder)).system.disk


SDA = "   8       0 sda 10 1 100 5 20 2 200 6 0 7 8 0 0 0 0 0 0\n"
SDA1 = "   8       1 sda1 10 1 100 5 20 2 200 6 0 7 8\n"
DM = " 253       0 dm-0 10 1 100 5 20 2 200 6 0 7 8\n"
ARRAY = " 104       0 cciss/c0d0 1 0 2 0 3 0 4 0 0 0 0\n"


def test_partitions_and_layered_devices_are_not_counted_again(tmp_path: Path) -> None:
    disk = disk_of(tmp_path, SDA + SDA1 + DM, "sda")
    assert (disk.reads, disk.read_bytes, disk.writes, disk.write_bytes) == (10, 51_200, 20, 102_400)


def test_disks_are_summed_and_a_slash_in_a_name_is_found(tmp_path: Path) -> None:
    disk = disk_of(tmp_path, SDA + ARRAY, "sda", "cciss!c0d0")
    assert (disk.reads, disk.read_bytes) == (11, 102 * 512)


def test_a_machine_without_physical_disks_tells_nothing(tmp_path: Path) -> None:
    assert disk_of(tmp_path, DM).ListFields() == []


def test_a_missing_file_tells_nothing(tmp_path: Path) -> None:
    collector = DiskIoCollector(KernelFile(tmp_path / "diskstats"), tmp_path)
    assert collected(collector).system.disk.ListFields() == []
