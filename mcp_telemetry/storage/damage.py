"""What could not be read, each file counted once, however often it is met."""

from __future__ import annotations

import threading
from pathlib import Path

from mcp_telemetry.storage.atomic import storage_errors

__all__ = ["DamageLog", "version_of"]

_MOST_REMEMBERED = 1000


def version_of(path: Path) -> int | None:
    """A number that is another one after the file was replaced; None for one that is not there."""
    with storage_errors("look at", path):
        try:
            stat = path.stat()
        except FileNotFoundError:
            return None
    return stat.st_mtime_ns ^ stat.st_size


class DamageLog:
    """count: different unreadable files met since the start. For any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[Path, int | None] = {}
        self.count = 0

    def is_new(self, path: Path) -> bool:
        """Whether this file was not yet met; counts it then. A dashboard asks for the same hour each second."""
        version = version_of(path)
        with self._lock:
            if path in self._known and self._known[path] == version:
                return False
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known[path] = version
            self.count += 1
            return True

    def is_known(self, path: Path, version: int) -> bool:
        """Whether it is unreadable in this version."""
        return bool(self._known) and self._known.get(path) == version

    def set_aside(self, path: Path) -> None:
        """The file has another name now; what takes its place may be damaged in its turn."""
        with self._lock:
            self.count += path not in self._known
            self._known.pop(path, None)
