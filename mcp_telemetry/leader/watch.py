"""One reader's live view: what is new since it was last told, looked up in the rings, so that nothing ever queues."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator

from mcp_telemetry.leader.events import Event
from mcp_telemetry.leader.fleet import Fleet, Node
from mcp_telemetry.leader.samples import ColumnSets, samples
from mcp_telemetry.series.merge import take
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["Watcher"]

_DEFAULT_INTERVAL_MS = 1000
_SHORTEST_INTERVAL_MS = 100
# A client takes 4 MiB a message by default.
_BYTES_PER_UPDATE = 1 << 20
_VALUE_BYTES = 8
# A reader that is later than this many intervals is slow, and gets the newest row of each node instead of all.
_SLOW_INTERVALS = 3
_END_OF_TIME_NS = 2**63 - 1
_NO_COLUMNS = frozenset({""})


class Watcher:
    """Follows some nodes, or all. The stream's flow control is the queue: a slow reader is simply asked later."""

    def __init__(self, fleet: Fleet, request: pb.WatchRequest) -> None:
        self._fleet = fleet
        self._node_ids = list(dict.fromkeys(request.node_ids))
        self._wanted = frozenset(self._node_ids)
        self._selectors = frozenset(request.columns)
        self._interval_s = max(_SHORTEST_INTERVAL_MS, request.interval_ms or _DEFAULT_INTERVAL_MS) / 1000
        self._begin_ns = time.time_ns() - request.backfill_ms * 10**6
        self._seen: dict[str, int] = {}
        self._version = -1
        self._forgotten = fleet.forgotten
        self._happened = fleet.events.version
        self._sets = ColumnSets()
        self._coalesced = 0
        self._came = asyncio.Event()

    async def updates(self) -> AsyncIterator[pb.WatchUpdate]:
        """One update an interval, also when nothing happened: it tells the leader's clock, and that it lives.

        A reader who names nodes gets it as soon as one of them has sent something. That may be an interval early, once:
        where samples come each interval, none waits here.
        """
        loop = asyncio.get_running_loop()
        due, is_slow = loop.time(), False
        try:
            while True:
                self._came.clear()
                for update in self._update(is_slow):
                    yield update
                due += self._interval_s
                late_s = loop.time() - due
                is_slow = late_s > _SLOW_INTERVALS * self._interval_s
                due += max(0.0, late_s)
                await self._pause(due)
        finally:
            self._wait_no_more()

    async def _pause(self, due: float) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(due - self._interval_s - loop.time())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(due):
                await self._came.wait()

    def _wait_no_more(self) -> None:
        for node_id in self._node_ids:
            if (node := self._fleet.get(node_id)) is not None:
                node.waiting.discard(self._came)

    def _update(self, is_slow: bool) -> Iterator[pb.WatchUpdate]:
        """All that is new, in messages of bounded size; the last one may be empty."""
        update, size = pb.WatchUpdate(), 0
        # Those that are gone before those that are there: one that came back is both.
        news: list[str | Node | Event] = [*self._gone(), *self._changed(), *self._events()]
        for each in news:
            size += _add(update, each)
            if size >= _BYTES_PER_UPDATE:
                yield self._sealed(update)
                update, size = pb.WatchUpdate(), 0
        for node, rows in self._new_rows(is_slow):
            update.samples.append(samples(node.node_id, rows, self._sets))
            size += _VALUE_BYTES * (rows.values.size + 2 * len(rows))
            if size + self._sets.new_bytes >= _BYTES_PER_UPDATE:
                yield self._sealed(update)
                update, size = pb.WatchUpdate(), 0
        yield self._sealed(update)

    def _sealed(self, update: pb.WatchUpdate) -> pb.WatchUpdate:
        update.new_column_sets.extend(self._sets.take_new())
        update.leader_time_unix_nano = time.time_ns()
        update.coalesced, self._coalesced = self._coalesced, 0
        return update

    def _gone(self) -> list[str]:
        """The nodes given up since the last update. Their rows are counted anew if they come back."""
        since, self._forgotten = self._forgotten, self._fleet.forgotten
        gone = self._fleet.forgotten_since(since)
        if gone is None:
            gone = self._begin_anew()
        for node_id in gone:
            self._seen.pop(node_id, None)
        return [node_id for node_id in gone if not self._node_ids or node_id in self._wanted]

    def _begin_anew(self) -> list[str]:
        """Too many are gone to know which: take back all that was told, and tell what there is."""
        self._version, self._begin_ns = -1, time.time_ns()
        return list(self._seen)

    def _changed(self) -> list[Node]:
        since, self._version = self._version, self._fleet.version
        if since == self._version:
            return []
        return [node for node in self._nodes() if node.version > since]

    def _events(self) -> list[Event]:
        since, self._happened = self._happened, self._fleet.events.version
        events = self._fleet.events.since(since)
        return [event for event in events if not self._node_ids or event.node_id in self._wanted]

    def _nodes(self) -> Iterator[Node]:
        if not self._node_ids:
            yield from list(self._fleet)
            return
        for node_id in self._node_ids:
            node = self._fleet.get(node_id)
            if node is not None:
                node.waiting.add(self._came)
                yield node

    def _new_rows(self, is_slow: bool) -> Iterator[tuple[Node, Rows]]:
        for node in self._nodes():
            appended = node.ring.appended
            seen = self._seen.get(node.node_id)
            if seen is None:
                seen = self._first(node)
            if appended > seen:
                begin = max(appended - 1 if is_slow else seen, appended - len(node.ring))
                self._coalesced += begin - seen
                yield from ((node, part) for part in self._parts(node, begin))
            self._seen[node.node_id] = appended

    def _first(self, node: Node) -> int:
        """Where a node new to this reader begins: at the backfill, or at its newest row."""
        rows = node.ring.rows(self._begin_ns, _END_OF_TIME_NS, _NO_COLUMNS)
        return min(node.ring.appended - len(rows), max(0, node.ring.appended - 1))

    def _parts(self, node: Node, begin: int) -> Iterator[Rows]:
        rows = node.ring.since(begin, self._selectors)
        step = max(1, _BYTES_PER_UPDATE // (_VALUE_BYTES * (len(rows.columns) + 2)))
        for first in range(0, len(rows), step):
            yield take(rows, slice(first, first + step))


def _add(update: pb.WatchUpdate, news: str | Node | Event) -> int:
    """Put it into the update, a name as that of a node that is gone; how many bytes it takes there."""
    if isinstance(news, str):
        update.forgotten_node_ids.append(news)
        return len(news)
    if isinstance(news, Event):
        update.events.append(news.message())
        return update.events[-1].ByteSize()
    update.nodes.append(news.message())
    return update.nodes[-1].ByteSize()
