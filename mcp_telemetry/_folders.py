"""A folder that one process at a time may use."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path

from mcp_telemetry.errors import ConfigurationError, StorageError

__all__ = ["lock"]


def lock(folder: Path) -> int:
    """Create the folder if need be and lock it until the file descriptor returned is closed.

    ConfigurationError if another process has it, StorageError if it cannot be used.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        fd = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise StorageError(f"cannot use the folder {folder}: {error.strerror}; name one this user may write") from error
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = os.pread(fd, 20, 0).decode("ascii", "replace") or "unknown"
        os.close(fd)
        raise ConfigurationError(
            f"the folder {folder} is in use by process {holder}: stop that one, or name another folder"
        ) from error
    with contextlib.suppress(OSError):  # a full disk: the pid is only for the message above
        os.ftruncate(fd, 0)
        os.pwrite(fd, str(os.getpid()).encode(), 0)
    return fd
