"""What was there before: the fleet as the journal tells it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from google.protobuf.message import DecodeError

from mcp_telemetry.errors import CorruptionError
from mcp_telemetry.journal import Journal
from mcp_telemetry.leader.backfill import Backlog
from mcp_telemetry.leader.fleet import Fleet, State
from mcp_telemetry.leader.skim import Skim

__all__ = ["recover"]

log = logging.getLogger(__name__)


def recover(journal: Journal, fleet: Fleet, backlog: Backlog, is_stopped: Callable[[], bool] = lambda: False) -> bool:
    """Fill the fleet from the heads of the journal's records, and the backlog with the places of the rows.

    Damage is logged, and the rest is used. False if it was stopped before the end.
    """
    if journal.cut_bytes:
        log.warning("the journal ended in %d bytes that were torn by a crash, or damaged: cut off", journal.cut_bytes)
    skim = Skim(fleet, backlog)
    for position, data in journal.replay():
        if is_stopped():
            return False
        backlog.records += 1
        try:
            skim.add(position, data)
        except (CorruptionError, DecodeError, ValueError, KeyError, TypeError) as error:
            log.error("the journal record at %s is left out: %s", position, error)
    skim.finish()
    for damage in journal.damage:
        log.error("damaged journal: %d bytes from %s on, kept in %s", damage.lost_bytes, damage.start, damage.kept_as)
    for node in fleet:
        if node.state is not State.LEFT:
            fleet.enter(node, State.OFFLINE, node.last_seen_ns)
    return True
