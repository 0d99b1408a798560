"""Which file systems are mounted."""

from __future__ import annotations

import logging
import re
import select
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from mcp_telemetry.collectors.kernel_file import KernelFile

__all__ = ["MAX_MOUNTS", "MountTable"]

logger = logging.getLogger(__name__)

MAX_MOUNTS = 32
_REFRESH_S = 30.0
_MAX_PATH_CHARACTERS = 240
_ROOT = "/"
# Always full, by nature.
_READ_ONLY_IMAGES = frozenset({"squashfs", "erofs", "iso9660", "udf"})
_OCTAL = re.compile(r"\\([0-7]{3})")


class _Mount(NamedTuple):
    mountpoint: str
    device: str  # "254:0"
    fstype: str


class MountTable:
    """The mountpoints worth a statvfs each second, sorted; read from the kernel only when they may have changed.

    Worth it are the root and every directory on a disk of this machine, each file system once (containers bind the
    same one to many places). Network and user-space file systems are not: asking them can block for minutes.
    """

    def __init__(self, mountinfo: Path, filesystems: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._mountinfo = KernelFile(mountinfo)
        self._filesystems = filesystems
        self._clock = clock
        self._changes = select.poll()
        self._mountpoints: tuple[str, ...] = ()
        self._valid_until = -1.0
        self._limit_logged = False

    def __call__(self) -> tuple[str, ...]:
        """At most MAX_MOUNTS absolute paths."""
        now = self._clock()
        if now >= self._valid_until or self._changes.poll(0):
            self._mountpoints = self._read()
            self._valid_until = now + _REFRESH_S
        return self._mountpoints

    def _read(self) -> tuple[str, ...]:
        text = self._mountinfo.read().decode(errors="replace")
        if self._mountinfo.fileno() >= 0:
            # The kernel raises this on an open mountinfo whenever something is mounted or unmounted.
            self._changes.register(self._mountinfo.fileno(), select.POLLPRI)
        found = sorted(_one_per_device(_worth_asking(text, self._disk_types())))
        if len(found) > MAX_MOUNTS and not self._limit_logged:
            self._limit_logged = True
            logger.warning("%d file systems are mounted; the first %d are reported", len(found), MAX_MOUNTS)
        return tuple(found[:MAX_MOUNTS])

    def _disk_types(self) -> frozenset[str]:
        lines = self._filesystems.read_text().splitlines() if self._filesystems.exists() else []
        on_device = {line.strip() for line in lines if not line.startswith("nodev")}
        return frozenset(on_device | {"zfs"}) - _READ_ONLY_IMAGES


def _worth_asking(mountinfo: str, disk_types: frozenset[str]) -> Iterator[_Mount]:
    for mount in map(_parse, mountinfo.splitlines()):
        on_disk = mount.fstype in disk_types and _is_nameable(mount.mountpoint)
        if mount.mountpoint == _ROOT or (on_disk and Path(mount.mountpoint).is_dir()):
            yield mount


def _is_nameable(path: str) -> bool:
    """Whether a leader would accept it in a column's name, even with every character escaped."""
    return path.isprintable() and len(path) <= _MAX_PATH_CHARACTERS


def _parse(line: str) -> _Mount:
    """One line, like `27 1 254:0 / /mnt rw shared:1 - ext4 /dev/vda rw`, with any number of fields before the dash."""
    place, _, kind = line.partition(" - ")
    fields = place.split(" ")
    return _Mount(_OCTAL.sub(lambda code: chr(int(code[1], 8)), fields[4]), fields[2], kind.partition(" ")[0])


def _one_per_device(mounts: Iterator[_Mount]) -> set[str]:
    """The shortest path of each device; a path that is mounted over has the device that was mounted last."""
    device_of = {mount.mountpoint: mount.device for mount in mounts}
    shortest: dict[str, str] = {}
    for path in sorted(device_of, key=lambda path: (len(path), path)):
        shortest.setdefault(device_of[path], path)
    return set(shortest.values())
