"""What was there before: the fleet as the journal tells it."""

from __future__ import annotations

import logging

from mcp_telemetry.errors import CorruptionError, ProtocolError
from mcp_telemetry.journal import Journal
from mcp_telemetry.leader.fleet import Fleet, Node, State
from mcp_telemetry.leader.intake import Replay
from mcp_telemetry.leader.records import decode
from mcp_telemetry.storage.contract import Storage

__all__ = ["recover"]

log = logging.getLogger(__name__)


def recover(journal: Journal, fleet: Fleet, storage: Storage) -> int:
    """Fill the fleet from the journal; returns how many records that took. Damage is logged, and the rest is used.

    What no ring has room for goes to the files: they take it once, however often it is replayed.
    """
    if journal.cut_bytes:
        log.warning("the journal ended in %d bytes that were torn by a crash, or damaged: cut off", journal.cut_bytes)
    replay = Replay(fleet)
    count = 0
    for position, data in journal.replay():
        try:
            record = decode(data)
            replay.apply(record)
            _unload(fleet.get(record.node_id), storage)
        except (ProtocolError, CorruptionError, ValueError) as error:
            log.error("the journal record at %s is left out: %s", position, error)
        count += 1
    for damage in journal.damage:
        log.error("damaged journal: %d bytes from %s on, kept in %s", damage.lost_bytes, damage.start, damage.kept_as)
    for node in fleet:
        if node.state is not State.LEFT:
            fleet.enter(node, State.OFFLINE, node.last_seen_ns)
    return count


def _unload(node: Node | None, storage: Storage) -> None:
    if node is not None and node.ring.is_overfull:
        storage.write(node.node_id, node.ring.since(node.ring.flushed))
        node.ring.mark_flushed(node.ring.appended)
