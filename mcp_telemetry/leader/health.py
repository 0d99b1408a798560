"""What went wrong at the leader itself, gathered from its parts when somebody asks."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from mcp_telemetry._version import __version__
from mcp_telemetry.journal import Journal
from mcp_telemetry.leader.commit import Committer
from mcp_telemetry.leader.fleet import Fleet
from mcp_telemetry.leader.flush import Flusher
from mcp_telemetry.leader.gate import Gate
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["Damageable", "LeaderHealth", "Upkeep"]


class Damageable(Protocol):
    """Files that are read."""

    @property
    def damaged(self) -> int:
        """Those that could not be."""


class Upkeep(Protocol):
    """Work on files that is tried again when the disk refuses."""

    failures: int


@dataclass(slots=True, eq=False)
class LeaderHealth:
    """Counts since the start; those that no other part keeps are counted here.

    coalesced_samples: not shown to readers of Watch that were too slow
    """

    fleet: Fleet
    journal: Journal
    committer: Committer
    flusher: Flusher
    gate: Gate
    files: Sequence[Damageable]
    upkeep: Sequence[Upkeep] = ()
    coalesced_samples: int = 0
    start_ns: int = field(default_factory=time.time_ns)

    def message(self) -> pb.LeaderHealth:
        """The counts as the query service shows them."""
        damage = list(self.journal.damage)
        return pb.LeaderHealth(
            refused_commits=self.committer.failures,
            refused_flushes=self.flusher.failures,
            refused_upkeep=sum(each.failures for each in self.upkeep),
            refused_queries=self.gate.refused,
            disk_refuses=self.committer.is_refused or self.flusher.is_refused,
            damaged_files=sum(each.damaged for each in self.files),
            damaged_segments=len(damage),
            damaged_bytes=sum(each.lost_bytes for each in damage),
            forgotten_nodes=self.fleet.forgotten,
            coalesced_samples=self.coalesced_samples,
            journal_bytes=self.committer.journal_bytes,
            ring_bytes=sum(node.ring.nbytes for node in self.fleet),
            start_unix_nano=self.start_ns,
            version=__version__,
        )
