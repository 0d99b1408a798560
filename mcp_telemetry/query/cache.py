"""Keeps hours of samples that were read lately, under a budget of memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TypeAlias

from mcp_telemetry.series.rows import Rows

__all__ = ["RowsCache"]

# node_id, hour, its version, selectors: rows of another version are another entry, and the old one ages out.
Key: TypeAlias = tuple[str, int, int, frozenset[str]]

# What an entry takes besides its numbers.
_OVERHEAD_BYTES = 1000


class RowsCache:
    """The entries used last, from any thread. One that takes over an eighth of the budget is not kept: it would drive
    out many that cost as much to read again.

    hits, misses: of `get`, since the start
    """

    def __init__(self, budget_bytes: int) -> None:
        self._budget_bytes = budget_bytes
        self._entries: OrderedDict[Key, Rows] = OrderedDict()
        self._lock = threading.Lock()
        self.nbytes = 0
        self.hits = 0
        self.misses = 0

    def get(self, key: Key) -> Rows | None:
        """The rows, not to be changed; None if they are not here."""
        with self._lock:
            rows = self._entries.get(key)
            if rows is None:
                self.misses += 1
                return None
            self.hits += 1
            self._entries.move_to_end(key)
            return rows

    def put(self, key: Key, rows: Rows) -> None:
        """Keep the rows, as long as others are not used more."""
        size = _size(rows)
        if size > self._budget_bytes // 8:
            return
        with self._lock:
            if key in self._entries:
                return
            self._entries[key] = rows
            self.nbytes += size
            while self.nbytes > self._budget_bytes:
                _, oldest = self._entries.popitem(last=False)
                self.nbytes -= _size(oldest)


def _size(rows: Rows) -> int:
    arrays = (rows.times_ns, rows.sequences, rows.instances, rows.values)
    return _OVERHEAD_BYTES + sum(array.nbytes for array in arrays)
