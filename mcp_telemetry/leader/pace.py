"""When each node reports.

Reports are spread over few common moments, because bursts cost the leader a third of the same reports at random ones.
A node that somebody watches reports at every sample; the others in batches.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from mcp_telemetry.leader.fleet import Fleet, Node
from mcp_telemetry.v1.metrics_pb2 import Pace

__all__ = ["Pacing"]

SLOTS_PER_SECOND = 4
_SLOT_MS = 1000 // SLOTS_PER_SECOND


class Pacing:
    """Gives each node its pace, and another one when somebody begins or ceases to watch it.

    At most `most_live` nodes are live. Watching all nodes makes all live while they are that few, and none beyond.
    """

    def __init__(self, fleet: Fleet, report_interval_s: float, most_live: int) -> None:
        self._fleet = fleet
        self._report_interval_ms = max(1, round(report_interval_s * 1000))
        self._most_live = most_live
        self._watchers_of_all = 0
        self._watchers: Counter[str] = Counter()
        self._slots: dict[str, int] = {}
        self._load = [0] * max(1, self._report_interval_ms // _SLOT_MS)
        self._was_all_live = False
        fleet.on_forget = self._forget

    def pace(self, node_id: str) -> Pace:
        """The node's pace now."""
        interval_ms = 0 if self._is_live(node_id) else self._report_interval_ms
        return Pace(report_interval_ms=interval_ms, report_phase_ms=self._slot(node_id) * _SLOT_MS)

    def joined(self) -> None:
        """A node joined: the fleet may have become too large to be live as a whole."""
        if self._is_all_live() is not self._was_all_live:
            self._direct(self._fleet)

    def watch(self, node_ids: Iterable[str]) -> None:
        """Somebody looks at these nodes; at none in particular: at all."""
        self._change(list(node_ids), 1)

    def unwatch(self, node_ids: Iterable[str]) -> None:
        """They look away: to be called once for each `watch`, with the same nodes."""
        self._change(list(node_ids), -1)

    def _change(self, node_ids: list[str], step: int) -> None:
        if not node_ids:
            self._watchers_of_all += step
            self._direct(self._fleet)
            return
        before, were_too_many = set(self._watchers), self._are_too_many()
        self._watchers.update(dict.fromkeys(node_ids, step))
        self._watchers = +self._watchers
        concerned = set(node_ids)
        if were_too_many is not self._are_too_many():
            concerned |= before | set(self._watchers)
        self._direct(node for node_id in concerned if (node := self._fleet.get(node_id)))

    def _direct(self, nodes: Iterable[Node]) -> None:
        self._was_all_live = self._is_all_live()
        for node in nodes:
            pace = self.pace(node.node_id)
            if node.stream is not None and pace != node.pace:
                node.stream.direct(pace)

    def _is_all_live(self) -> bool:
        return self._watchers_of_all > 0 and len(self._fleet) <= self._most_live

    def _are_too_many(self) -> bool:
        return len(self._watchers) > self._most_live

    def _is_live(self, node_id: str) -> bool:
        # Of more watched nodes than may be live none is: which ones would be chance, and change with each click.
        return self._is_all_live() or (node_id in self._watchers and not self._are_too_many())

    def _slot(self, node_id: str) -> int:
        slot = self._slots.get(node_id)
        if slot is None:
            slot = self._slots[node_id] = self._load.index(min(self._load))
            self._load[slot] += 1
        return slot

    def _forget(self, node_id: str) -> None:
        slot = self._slots.pop(node_id, None)
        if slot is not None:
            self._load[slot] -= 1
