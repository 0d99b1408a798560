"""Reads a node's rows from wherever they are: one seamless answer out of ring and files."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from mcp_telemetry.leader.fleet import Node
from mcp_telemetry.series.merge import concatenate, join_seam
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.storage.contract import Storage

__all__ = ["Reader"]

_THREADS = 2


class Reader:
    """Answers ranges; files are read off the event loop, a bounded number at a time."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._threads = ThreadPoolExecutor(_THREADS, "reader")

    async def rows(self, node: Node, selectors: frozenset[str], start_ns: int, end_ns: int) -> Rows:
        """The node's rows with start_ns <= time < end_ns, by time; StorageError if files cannot be read."""
        recent = node.ring.rows(start_ns, end_ns, selectors)
        if node.ring.is_whole_from(start_ns):
            return join_seam(concatenate([]), recent)
        # Rows leave the ring only once they are in a file: looked at in this order, none is missed.
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, self._joined, node.node_id, selectors, start_ns, end_ns, recent
        )

    def _joined(self, node_id: str, selectors: frozenset[str], start_ns: int, end_ns: int, recent: Rows) -> Rows:
        return join_seam(concatenate(self._storage.read(node_id, selectors, start_ns, end_ns)), recent)
