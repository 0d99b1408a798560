"""Which hours of which nodes were written to since they were summed up."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable, Mapping

__all__ = ["StaleHours"]

# Some months: a node that brings more at once is looked at as a whole instead.
_MOST_HOURS = 2000


class StaleHours:
    """Marks on hours, for any number of threads; readers take no lock."""

    def __init__(self) -> None:
        self._marks: dict[str, Mapping[int, int]] = {}
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._overflowed: set[str] = set()

    def nodes(self) -> list[str]:
        """Those that have any."""
        with self._lock:
            return list(self._marks)

    def marks(self, node_id: str) -> Mapping[int, int]:
        """Each hour (since 1970) that is out of date, with the number of its mark."""
        return self._marks.get(node_id, {})

    def mark(self, node_id: str, hours: Iterable[int]) -> None:
        """They are out of date, or about to be."""
        with self._lock:
            marks = {**self._marks.get(node_id, {}), **{hour: next(self._numbers) for hour in hours}}
            if len(marks) > _MOST_HOURS:
                self._overflowed.add(node_id)
                marks = {}
            self._keep(node_id, marks)

    def clear(self, node_id: str, marks: Mapping[int, int]) -> None:
        """They are up to date, except those that were marked again meanwhile."""
        with self._lock:
            found = self._marks.get(node_id, {})
            self._keep(node_id, {hour: mark for hour, mark in found.items() if marks.get(hour) != mark})

    def take_overflowed(self) -> set[str]:
        """The nodes that had too many hours since this was asked last."""
        with self._lock:
            taken, self._overflowed = self._overflowed, set()
            return taken

    def _keep(self, node_id: str, marks: Mapping[int, int]) -> None:
        if marks:
            self._marks[node_id] = marks
        else:
            self._marks.pop(node_id, None)
