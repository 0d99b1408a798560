"""What went wrong at the leader itself, gathered from its parts when somebody asks."""

from __future__ import annotations

import time

from mcp_telemetry._version import __version__
from mcp_telemetry.journal import Journal
from mcp_telemetry.leader.commit import Committer
from mcp_telemetry.leader.fleet import Fleet
from mcp_telemetry.leader.flush import Flusher
from mcp_telemetry.storage.contract import Storage
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["LeaderHealth"]


class LeaderHealth:
    """Counts since the start; those that no other part keeps are counted here.

    coalesced_samples: not shown to readers of Watch that were too slow
    """

    def __init__(
        self, fleet: Fleet, journal: Journal, storage: Storage, committer: Committer, flusher: Flusher
    ) -> None:
        self._fleet = fleet
        self._journal = journal
        self._storage = storage
        self._committer = committer
        self._flusher = flusher
        self._start_ns = time.time_ns()
        self.coalesced_samples = 0

    def message(self) -> pb.LeaderHealth:
        """The counts as the query service shows them."""
        damage = list(self._journal.damage)
        return pb.LeaderHealth(
            refused_commits=self._committer.failures,
            refused_flushes=self._flusher.failures,
            damaged_files=self._storage.damaged,
            damaged_segments=len(damage),
            damaged_bytes=sum(each.lost_bytes for each in damage),
            forgotten_nodes=self._fleet.forgotten,
            coalesced_samples=self.coalesced_samples,
            journal_bytes=self._committer.journal_bytes,
            ring_bytes=sum(node.ring.nbytes for node in self._fleet),
            start_unix_nano=self._start_ns,
            version=__version__,
        )
