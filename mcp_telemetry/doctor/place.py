"""Where the folder is: whether there is room, and whether its files can be used by who must use them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from mcp_telemetry.doctor.finding import Finding, Severity
from mcp_telemetry.doctor.folder import Folder

__all__ = ["disk_space", "permissions"]

# A flush writes a file beside each that it replaces, and the journal may grow to 1 GiB before it is freed.
_LITTLE_BYTES = 512 << 20
_NEARLY_NONE_BYTES = 16 << 20
_LITTLE_SHARE = 0.1
_FEW_INODES = 1000


def disk_space(folder: Folder) -> Iterator[Finding]:
    """Whether the file system has room for what comes next."""
    system = os.statvfs(folder.path)
    free, total = system.f_bavail * system.f_frsize, system.f_blocks * system.f_frsize
    remedy = "free some space, or shorten the retention; nothing is acknowledged while the disk is full"
    if free < _NEARLY_NONE_BYTES:
        yield Finding(Severity.ERROR, "disk-full", folder.path, f"only {free >> 10} KiB are free", remedy)
    elif free < min(_LITTLE_BYTES, total * _LITTLE_SHARE):
        what = f"only {free >> 20} MiB of {total >> 20} MiB are free"
        yield Finding(Severity.WARNING, "disk-nearly-full", folder.path, what, remedy)
    if system.f_files and system.f_favail < _FEW_INODES:
        what = f"only {system.f_favail} more files can be created there"
        yield Finding(Severity.WARNING, "disk-few-inodes", folder.path, what, "remove files, or make more inodes")


def permissions(folder: Folder) -> Iterator[Finding]:
    """Whether this user can work with every file, and whether they all belong to the folder's owner."""
    owner = folder.path.stat().st_uid
    for root, folders, files in os.walk(folder.path):
        for path in (Path(root, name) for name in sorted(folders + files)):
            yield from _permission(path, owner)


def _permission(path: Path, owner: int) -> Iterator[Finding]:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    needed = os.R_OK | os.W_OK | os.X_OK if stat.S_ISDIR(found.st_mode) else os.R_OK
    if not os.access(path, needed):
        what = f"this user may not {'use' if needed & os.X_OK else 'read'} it (mode {stat.filemode(found.st_mode)})"
        yield Finding(Severity.ERROR, "no-permission", path, what, "give the leader's user the right, with chmod")
    if found.st_uid != owner:
        what = f"it belongs to user {found.st_uid}, and the metrics folder to user {owner}"
        yield Finding(Severity.WARNING, "other-owner", path, what, f"chown it to {owner}", partial(_give, path, owner))


def _give(path: Path, owner: int) -> str:
    os.chown(path, owner, -1, follow_symlinks=False)
    return f"given to user {owner}"
