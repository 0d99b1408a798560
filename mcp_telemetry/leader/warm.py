"""After a start: the newest row of each node that is silent, so that it can be shown as it was last seen."""

from __future__ import annotations

import logging

from mcp_telemetry.errors import StorageError
from mcp_telemetry.leader.fleet import Fleet, Node
from mcp_telemetry.leader.reader import Reader

__all__ = ["warm"]

log = logging.getLogger(__name__)

_HOUR_NS = 3600 * 10**9
_EVERY_COLUMN: frozenset[str] = frozenset()


async def warm(fleet: Fleet, reader: Reader) -> None:
    """Node by node, in the background; a node that has reported meanwhile is left as it is."""
    for node in list(fleet):
        if node.ring.appended:
            continue
        try:
            await _warm(node, reader)
        except StorageError as error:
            log.warning("the newest row of node %s cannot be read: %s", node.node_id, error)


async def _warm(node: Node, reader: Reader) -> None:
    last_ns = node.last_seen_ns + node.clock_offset_ns
    rows = await reader.rows(node, _EVERY_COLUMN, last_ns - _HOUR_NS, last_ns + _HOUR_NS)
    if len(rows) and not node.ring.appended:
        instance_id = rows.instance_ids[rows.instances[-1]]
        node.ring.append(rows.columns, rows.times_ns[-1:], rows.sequences[-1:], rows.values[-1:], instance_id)
        node.ring.mark_flushed(node.ring.appended)
