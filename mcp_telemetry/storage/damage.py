"""What could not be read, each file counted once, however often it is met."""

from __future__ import annotations

import threading
from pathlib import Path

__all__ = ["DamageLog"]

_MOST_REMEMBERED = 1000


class DamageLog:
    """count: different unreadable files met since the start. For any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: set[Path] = set()
        self.count = 0

    def is_new(self, path: Path) -> bool:
        """Whether this file was not yet met; counts it then. A dashboard asks for the same hour each second."""
        with self._lock:
            if path in self._known:
                return False
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known.add(path)
            self.count += 1
            return True

    def set_aside(self, path: Path) -> None:
        """The file has another name now; what takes its place may be damaged in its turn."""
        self.is_new(path)
        with self._lock:
            self._known.discard(path)
