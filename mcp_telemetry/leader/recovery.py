"""What was there before: the fleet as the journal tells it."""

from __future__ import annotations

import logging

from mcp_telemetry.errors import TelemetryError
from mcp_telemetry.journal import Journal
from mcp_telemetry.leader.fleet import Fleet, State
from mcp_telemetry.leader.intake import Replay
from mcp_telemetry.leader.records import decode

__all__ = ["recover"]

log = logging.getLogger(__name__)


def recover(journal: Journal, fleet: Fleet) -> int:
    """Fill the fleet from the journal; returns how many records that took. Damage is logged, and the rest is used."""
    replay = Replay(fleet)
    count = 0
    for position, data in journal.replay():
        try:
            replay.apply(decode(data))
        except (TelemetryError, ValueError) as error:
            log.error("the journal record at %s is left out: %s", position, error)
        count += 1
    for damage in journal.damage:
        log.error("damaged journal: %d bytes from %s on, kept in %s", damage.lost_bytes, damage.start, damage.kept_as)
    for node in fleet:
        if node.state is not State.LEFT:
            fleet.enter(node, State.OFFLINE, node.last_seen_ns)
    return count
