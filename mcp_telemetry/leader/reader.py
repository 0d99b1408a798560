"""Reads what nodes reported from wherever it is: memory, hour files and rollups."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from concurrent.futures import ThreadPoolExecutor

from mcp_telemetry.leader.fleet import Fleet, Node
from mcp_telemetry.leader.gate import Gate
from mcp_telemetry.model.names import is_selected
from mcp_telemetry.query.answer import Answer, Asked, Messages, Need, Subject, answer
from mcp_telemetry.query.cache import Cache
from mcp_telemetry.query.question import Question, Tier
from mcp_telemetry.query.sources import Recent, Rollups, Sources, Wanted
from mcp_telemetry.series.merge import concatenate, join_seam
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.storage.contract import Storage

__all__ = ["Reader"]

_THREADS = 2
# Most of what reading a file costs is decoding, outside of Python; with more they wait for each other.
_FILE_THREADS = 2
_MOST_RUNNING = 8
_MOST_WAITING = 32


class Reader:
    """Answers questions; files are read and numbers crunched off the event loop, a bounded number at a time."""

    def __init__(
        self,
        fleet: Fleet,
        storage: Storage,
        rollups: Rollups,
        cache_memory_bytes: int,
    ) -> None:
        self._fleet = fleet
        self._storage = storage
        self._threads = ThreadPoolExecutor(_THREADS, "reader")
        files = ThreadPoolExecutor(_FILE_THREADS, "files")
        self.cache = Cache(cache_memory_bytes)
        self._sources = Sources(storage, rollups, self.cache, files)
        self.gate = Gate(_MOST_RUNNING, _MOST_WAITING)

    async def answer(self, question: Question, nodes: Sequence[Node]) -> AsyncGenerator[bytes, None]:
        """Encoded Series messages; raises what `query.answer` does, and TooManyQueriesError.

        Work is done while the caller waits for the next message, and no more: who stops asking ends it.
        """
        async with self.gate:
            work, reply = answer(_asked(question, nodes), self._sources), list[Recent]()
            while (item := await self._off_loop(work, reply)) is not None:
                if isinstance(item, Need):
                    reply = [self._recent(node_id, item.wanted) for node_id in item.node_ids]
                else:
                    reply = []
                    for message in item:
                        yield message

    async def rows(self, node: Node, selectors: frozenset[str], start_ns: int, end_ns: int) -> Rows:
        """The node's rows with start_ns <= time < end_ns, by time; StorageError if files cannot be read."""
        recent = node.ring.rows(start_ns, end_ns, selectors)
        if node.ring.is_whole_from(start_ns):
            return join_seam(concatenate([]), recent)
        # Rows leave the ring only once they are in a file: looked at in this order, none is missed.
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, self._joined, node.node_id, selectors, start_ns, end_ns, recent
        )

    async def _off_loop(self, work: Answer, reply: Sequence[Recent]) -> Need | Messages | None:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, _next, work, reply)

    def _recent(self, node_id: str, wanted: Wanted) -> Recent:
        node = self._fleet.get(node_id)
        if node is None:  # forgotten meanwhile: then all it had is in files
            return Recent(concatenate([]))
        ring, is_whole = node.ring, node.ring.is_whole_from(wanted.start_ns)
        if is_whole or wanted.tier is Tier.RAW:
            return Recent(ring.rows(wanted.start_ns, wanted.end_ns, wanted.selectors), is_whole)
        return Recent(ring.since(ring.flushed, wanted.selectors))

    def _joined(self, node_id: str, selectors: frozenset[str], start_ns: int, end_ns: int, recent: Rows) -> Rows:
        return join_seam(concatenate(self._storage.read(node_id, selectors, start_ns, end_ns)), recent)


def _next(work: Answer, reply: Sequence[Recent]) -> Need | Messages | None:
    try:
        return work.send(reply) if reply else next(work)
    except StopIteration:
        return None


def _asked(question: Question, nodes: Sequence[Node]) -> Asked:
    subjects = tuple(Subject(node.node_id, _group(node, question)) for node in nodes)
    # Nodes with the same columns mostly share one tuple of them.
    sets = {id(node.ring.columns): node.ring.columns for node in nodes}
    widths = (sum(is_selected(column.name, question.selectors) for column in columns) for columns in sets.values())
    oldest_ns = min((node.ring.oldest_ns for node in nodes), default=question.end_ns)
    return Asked(question, subjects, max([1, len(question.selectors), *widths]), oldest_ns)


def _group(node: Node, question: Question) -> tuple[str, ...]:
    labels = {label.name: label.value for label in node.hello.labels}
    return tuple(labels.get(name, "") for name in question.group_by)
