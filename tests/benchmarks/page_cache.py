"""Having the kernel forget what it read, so that the next read is from the disk."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

__all__ = ["forget"]

_DROP = Path("/proc/sys/vm/drop_caches")


def forget(files: Iterable[Path]) -> None:
    """All that is cached where we may ask for it, names of files included; else the content of these files."""
    os.sync()
    try:
        _DROP.write_text("3\n")
    except OSError:
        for path in files:
            _forget_content(path)


def _forget_content(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)
