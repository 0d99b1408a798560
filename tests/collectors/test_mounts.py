from __future__ import annotations

import json
import logging
import shutil
from pathlib import Path

import psutil
import pytest

from mcp_telemetry.collectors.mounts import MAX_MOUNTS, MountTable
from tests.collectors.agreement import in_namespace

ROOT = "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def mount(path: Path | str, device: str = "8:1", fstype: str = "ext4") -> str:
    escaped = str(path).replace("\\", "\\134").replace(" ", "\\040")
    return f"40 27 {device} / {escaped} rw shared:1 master:2 - {fstype} /dev/sda1 rw\n"


def folder(parent: Path, name: str) -> Path:
    path = parent / name
    path.mkdir()
    return path


def table(tmp_path: Path, mountinfo: str, clock: Clock | None = None) -> MountTable:
    (tmp_path / "mountinfo").write_text(mountinfo)
    (tmp_path / "filesystems").write_text("nodev\tproc\nnodev\ttmpfs\n\text4\n\tsquashfs\n")
    return MountTable(tmp_path / "mountinfo", tmp_path / "filesystems", clock or Clock())


def test_this_machine_has_the_disks_that_psutil_sees() -> None:
    found = MountTable(Path("/proc/self/mountinfo"), Path("/proc/filesystems"))()
    assert found[0] == "/"
    disks = {partition.mountpoint for partition in psutil.disk_partitions()}
    assert set(found) <= disks | {"/"}


def test_spaces_and_backslashes_in_a_path(tmp_path: Path) -> None:
    path = folder(tmp_path, "a \\ b")
    assert table(tmp_path, ROOT + mount(path))() == ("/", str(path))


@pytest.mark.parametrize("fstype", ["tmpfs", "proc", "nfs4", "fuse.sshfs", "squashfs"])
def test_pseudo_network_and_image_file_systems_are_left_out(tmp_path: Path, fstype: str) -> None:
    assert table(tmp_path, ROOT + mount(folder(tmp_path, "x"), fstype=fstype))() == ("/",)


def test_the_root_is_always_in_even_on_an_overlay(tmp_path: Path) -> None:
    assert table(tmp_path, "1 0 0:45 / / rw - overlay overlay rw\n")() == ("/",)


def test_a_file_system_is_reported_once_under_its_shortest_path(tmp_path: Path) -> None:
    short, long = folder(tmp_path, "a"), folder(tmp_path, "longer")
    assert table(tmp_path, ROOT + mount(long) + mount(short))() == ("/", str(short))


def test_of_two_mounts_on_one_path_the_later_counts(tmp_path: Path) -> None:
    path, other = folder(tmp_path, "a"), folder(tmp_path, "other")
    covered = mount(path, device="8:1") + mount(path, device="8:2") + mount(other, device="8:2")
    assert table(tmp_path, ROOT + covered)() == ("/", str(path))


def test_a_file_that_is_mounted_over_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "hosts").touch()
    assert table(tmp_path, ROOT + mount(tmp_path / "hosts"))() == ("/",)


@pytest.mark.parametrize("name", ["x" * 250, "bell\a"])
def test_a_path_that_cannot_be_part_of_a_column_name_is_left_out(tmp_path: Path, name: str) -> None:
    assert table(tmp_path, ROOT + mount(folder(tmp_path, name)))() == ("/",)


def test_more_than_the_most_are_cut_and_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    paths = [folder(tmp_path, f"m{number:02}") for number in range(MAX_MOUNTS + 5)]
    clock = Clock()
    mounts = table(tmp_path, ROOT + "".join(mount(path, f"8:{n}") for n, path in enumerate(paths)), clock)
    with caplog.at_level(logging.WARNING):
        first = mounts()
        clock.now = 100
        assert mounts() == first == ("/", *map(str, paths[: MAX_MOUNTS - 1]))
    assert [record.getMessage() for record in caplog.records] == [
        f"{MAX_MOUNTS + 6} file systems are mounted; the first {MAX_MOUNTS} are reported"
    ]


def test_the_list_is_kept_for_half_a_minute(tmp_path: Path) -> None:
    clock, path = Clock(), folder(tmp_path, "late")
    mounts = table(tmp_path, ROOT, clock)
    assert mounts() == ("/",)
    (tmp_path / "mountinfo").write_text(ROOT + mount(path))
    clock.now = 29
    assert mounts() == ("/",)
    clock.now = 31
    assert mounts() == ("/", str(path))


def test_missing_files_are_no_mounts(tmp_path: Path) -> None:
    assert MountTable(tmp_path / "mountinfo", tmp_path / "filesystems")() == ()


MOUNT_AND_UNMOUNT = """
import json, os, subprocess, sys
from mcp_telemetry.collectors import MetricsCollector

image, place = sys.argv[1:]
collector = MetricsCollector("n")

def mounts():
    return {mount.mountpoint: mount.total_bytes for mount in collector.snapshot().system.disk.mounts}

before = mounts()
subprocess.run(["mount", "-o", "loop", image, place], check=True)
status = os.statvfs(place)
during = mounts()
subprocess.run(["umount", place], check=True)
print(json.dumps([before, during, mounts(), status.f_blocks * status.f_frsize]))
"""


@pytest.mark.skipif(not shutil.which("mkfs.ext4"), reason="needs mkfs.ext4")
def test_a_disk_comes_and_goes_at_once(tmp_path: Path) -> None:
    image, place = tmp_path / "image", folder(tmp_path, "the disk")
    image.write_bytes(bytes(4 << 20))
    made = in_namespace(
        "--mount",
        "import subprocess, sys\n"
        "done = subprocess.run(['mkfs.ext4', '-q', sys.argv[1]]).returncode\n"
        "print(done or subprocess.run(['mount', '-o', 'loop', *sys.argv[1:]], capture_output=True).returncode)",
        str(image),
        str(place),
    )
    if made.strip() != "0":
        pytest.skip("needs the right to mount a loop device")
    before, during, after, total_bytes = json.loads(in_namespace("--mount", MOUNT_AND_UNMOUNT, str(image), str(place)))
    assert during.pop(str(place)) == total_bytes
    assert before == during == after
