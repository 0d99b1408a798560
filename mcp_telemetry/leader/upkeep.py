"""What the leader does every few seconds: notice silent nodes, share the memory among the rings, give back the rest."""

from __future__ import annotations

import asyncio
import itertools
import time

from mcp_telemetry.leader.fleet import Fleet, Node, State
from mcp_telemetry.storage.arrow import give_back

__all__ = ["Upkeep"]

_FIT_EVERY_S = 5
_GIVE_BACK_EVERY_S = 30
_STALE_INTERVALS = 3
_STALE_AT_LEAST_NS = 3 * 10**9
_LONGEST_SECOND_NS = 3 * 10**9
_SMALLEST_CAPACITY = 64
_ROW_BYTES_GUESS = 400
# A ring is cut when it stands a quarter above its share: each node that joins makes all shares a little smaller. So
# that all of them together stay within the budget even then, only so much of it is shared out.
_TOLERANCE = 5 / 4


class Upkeep:
    """Sweeps over the fleet."""

    def __init__(self, fleet: Fleet, ring_snapshots: int, ring_memory_bytes: int) -> None:
        self._fleet = fleet
        self._ring_snapshots = ring_snapshots
        self._ring_memory_bytes = ring_memory_bytes
        self._noticed_ns = self._hears_since_ns = 0

    async def run(self) -> None:
        """Sweep until cancelled."""
        for second in itertools.count(1):
            await asyncio.sleep(1)
            self.notice(time.time_ns())
            self.watch_over(time.time_ns())
            if second % _FIT_EVERY_S == 0:
                self.fit()
            if second % _GIVE_BACK_EVERY_S == 0:
                await asyncio.to_thread(give_back)

    def notice(self, now_ns: int) -> None:
        """Once a second: if the leader was stopped, or its clock set, no node was silent for that long."""
        if not 0 <= now_ns - self._noticed_ns <= _LONGEST_SECOND_NS:
            self._hears_since_ns = now_ns
        self._noticed_ns = now_ns

    def watch_over(self, now_ns: int) -> None:
        """Find the nodes that fell silent, or speak again."""
        for node in self._fleet:
            if node.stream is not None:
                self._judge(node, now_ns)

    def fit(self) -> None:
        """Give every ring its share of the memory."""
        share = int(self._ring_memory_bytes / _TOLERANCE) // max(1, len(self._fleet))
        self._fleet.capacity = self._capacity(share, _ROW_BYTES_GUESS)
        for node in self._fleet:
            self._fit(node, share)

    def _judge(self, node: Node, now_ns: int) -> None:
        # A node may sample more seldom than it is to report: then its reports come as its samples do.
        is_silent = self._exceeds(node.pace.report_interval_ms * 10**6, node, now_ns) and self._exceeds(
            node.ring.newest_step_ns, node, now_ns
        )
        self._fleet.enter(node, State.STALE if is_silent else State.LIVE, now_ns)

    def _exceeds(self, interval_ns: int, node: Node, now_ns: int) -> bool:
        is_seen_since = self._hears_since_ns <= node.last_seen_ns <= now_ns
        heard_ns = node.last_seen_ns if is_seen_since else self._hears_since_ns
        return now_ns - heard_ns > max(_STALE_AT_LEAST_NS, _STALE_INTERVALS * interval_ns)

    def _fit(self, node: Node, share: int) -> None:
        ring = node.ring
        ring.capacity = self._capacity(share, ring.row_bytes)
        is_too_long = ring.nbytes > share * _TOLERANCE and len(ring) > max(ring.capacity, ring.unflushed)
        if is_too_long or ring.is_much_wider:
            ring.trim()

    def _capacity(self, share: int, row_bytes: int) -> int:
        return max(_SMALLEST_CAPACITY, min(self._ring_snapshots, share // row_bytes))
