"""Nodes of which the journal does not tell, and files have rows: imported ones, or all when the journal was lost."""

from __future__ import annotations

import logging
import time

from mcp_telemetry.leader.fleet import Fleet, State
from mcp_telemetry.series.buckets import HOUR_NS
from mcp_telemetry.storage.contract import Storage

__all__ = ["discover"]

log = logging.getLogger(__name__)

_NO_COLUMNS = frozenset({""})  # a selector that no column's name matches


def discover(fleet: Fleet, storage: Storage, most_nodes: int) -> int:
    """Make such nodes known, so that they can be asked about; returns how many.

    Those seen last come first, until there are `most_nodes`. They count as having left: nobody waits for them.
    """
    unknown = {node_id: hour for node_id, hour in storage.newest_hours().items() if fleet.get(node_id) is None}
    room = max(0, most_nodes - len(fleet))
    newest_first = sorted(unknown, key=lambda node_id: (-unknown[node_id], node_id))
    for node_id in newest_first[:room]:
        _make_known(fleet, node_id, *_span(storage, node_id, unknown[node_id]))
    if len(unknown) > room:
        log.warning("%d nodes have files and are not shown: there are --max-nodes others", len(unknown) - room)
    return min(room, len(unknown))


def _make_known(fleet: Fleet, node_id: str, first_ns: int, last_ns: int) -> None:
    node = fleet.recall(node_id, first_ns)
    node.last_seen_ns = min(last_ns, time.time_ns())
    node.ring.follow(node.last_seen_ns)
    fleet.enter(node, State.LEFT, node.last_seen_ns)


def _span(storage: Storage, node_id: str, newest_hour: int) -> tuple[int, int]:
    """The times of the first and the last row of a node's newest hour; of the hour itself if it cannot be read."""
    start_ns, end_ns = newest_hour * HOUR_NS, (newest_hour + 1) * HOUR_NS
    for rows in storage.read(node_id, _NO_COLUMNS, start_ns, end_ns):
        return int(rows.times_ns[0]), int(rows.times_ns[-1])
    return start_ns, end_ns - 1
