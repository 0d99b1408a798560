"""Keeps what was read from files lately, decoded, under a budget of memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeAlias

from mcp_telemetry.series.buckets import MATRICES, Buckets
from mcp_telemetry.series.rows import Rows

__all__ = ["Cache", "Piece"]

Piece: TypeAlias = Rows | Buckets

# What an entry takes besides its numbers.
_OVERHEAD_BYTES = 1000


class Cache:
    """The pieces used last, from any thread. A key names the version of what was read: another version is another
    entry, and the old one ages out. A piece that takes over an eighth of the budget is not kept: it would drive out
    many that cost as much to read again.

    nbytes: taken now; hits, misses: of `get`, since the start
    """

    def __init__(self, budget_bytes: int) -> None:
        self._budget_bytes = budget_bytes
        self._entries: OrderedDict[Hashable, Piece] = OrderedDict()
        self._lock = threading.Lock()
        self.nbytes = 0
        self.hits = 0
        self.misses = 0

    def __contains__(self, key: Hashable) -> bool:
        """Whether `get` would not have to read."""
        with self._lock:
            return key in self._entries

    def get(self, key: Hashable, read: Callable[[], Piece | None]) -> Piece | None:
        """What `read` gives for this key, or gave before; not to be changed. None, which is not kept, if nothing."""
        with self._lock:
            piece = self._entries.get(key)
            if piece is not None:
                self.hits += 1
                self._entries.move_to_end(key)
                return piece
            self.misses += 1
        piece = read()
        if piece is not None:
            self._keep(key, piece)
        return piece

    def _keep(self, key: Hashable, piece: Piece) -> None:
        size = _size(piece)
        if size > self._budget_bytes // 8:
            return
        with self._lock:
            if key in self._entries:
                return
            self._entries[key] = piece
            self.nbytes += size
            while self.nbytes > self._budget_bytes:
                _, oldest = self._entries.popitem(last=False)
                self.nbytes -= _size(oldest)


def _size(piece: Piece) -> int:
    if isinstance(piece, Rows):
        numbers = piece.times_ns.nbytes + piece.sequences.nbytes + piece.instances.nbytes + piece.values.nbytes
    else:
        numbers = 3 * piece.times_ns.nbytes + len(MATRICES) * piece.counts.nbytes
    return _OVERHEAD_BYTES + numbers
