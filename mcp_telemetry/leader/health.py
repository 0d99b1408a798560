"""How the leader itself is, and what went wrong there, gathered from its parts when somebody asks."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import psutil

from mcp_telemetry._version import __version__
from mcp_telemetry.journal import Journal
from mcp_telemetry.leader.backfill import Backfill
from mcp_telemetry.leader.commit import Committer
from mcp_telemetry.leader.disk_use import Footprint
from mcp_telemetry.leader.fleet import Fleet
from mcp_telemetry.leader.flush import Flusher
from mcp_telemetry.leader.loop_delay import LoopDelay
from mcp_telemetry.leader.reader import Reader
from mcp_telemetry.leader.stream import Received
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["Configured", "Damageable", "LeaderHealth", "Upkeep"]


class Damageable(Protocol):
    """Files that are read."""

    @property
    def damaged(self) -> int:
        """Those that could not be."""


class Upkeep(Protocol):
    """Work on files that is tried again when the disk refuses."""

    failures: int


@dataclass(frozen=True, slots=True)
class Configured:
    """What the operator chose, as far as it helps to judge the figures."""

    storage: str = ""
    metrics_dir: Path = Path()
    ring_limit_bytes: int = 0
    cache_limit_bytes: int = 0


@dataclass(slots=True, eq=False)
class LeaderHealth:
    """Counts since the start; those that no other part keeps are counted here.

    coalesced_samples: not shown to readers of Watch that were too slow; watchers: those readers, now
    ended: which background work ended with a defect
    """

    fleet: Fleet
    journal: Journal
    committer: Committer
    flusher: Flusher
    backfill: Backfill
    reader: Reader
    received: Received
    files: Sequence[Damageable]
    upkeep: Sequence[Upkeep] = ()
    delay: LoopDelay = field(default_factory=LoopDelay)
    footprint: Footprint = field(default_factory=Footprint)
    configured: Configured = field(default_factory=Configured)
    ended: Sequence[str] = ()
    coalesced_samples: int = 0
    watchers: int = 0
    start_ns: int = field(default_factory=time.time_ns)
    _process: psutil.Process = field(default_factory=psutil.Process)

    def message(self) -> pb.LeaderHealth:
        """All of it, as the query service shows it."""
        return pb.LeaderHealth(
            start_unix_nano=self.start_ns,
            version=__version__,
            storage=self.configured.storage,
            metrics_dir=str(self.configured.metrics_dir),
            **self._wrong(),
            **self._taken_in(),
            **self._held(),
            **self._asked(),
        )

    def _wrong(self) -> dict[str, Any]:
        damage = list(self.journal.damage)
        return {
            "refused_commits": self.committer.failures,
            "refused_flushes": self.flusher.failures,
            "refused_upkeep": sum(each.failures for each in self.upkeep),
            "disk_refuses": self.committer.is_refused or self.flusher.is_refused,
            "damaged_files": sum(each.damaged for each in self.files),
            "damaged_segments": len(damage),
            "damaged_bytes": sum(each.lost_bytes for each in damage),
            "forgotten_nodes": self.fleet.forgotten,
            "refused_streams": self.received.refused_streams,
            "ended_parts": len(self.ended),
        }

    def _taken_in(self) -> dict[str, Any]:
        return {
            "received_snapshots": self.received.snapshots,
            "received_values": self.received.values,
            "received_bytes": self.received.nbytes,
            "unflushed_snapshots": sum(node.ring.unflushed for node in self.fleet) + self.backfill.pending_rows,
            "pending_backfill_records": self.backfill.pending_records,
            "commit_seconds": self.committer.last_s,
            "loop_delay_seconds": self.delay.seconds,
        }

    def _held(self) -> dict[str, Any]:
        return {
            "journal_bytes": self.committer.journal_bytes,
            "ring_bytes": sum(node.ring.nbytes for node in self.fleet),
            "ring_limit_bytes": self.configured.ring_limit_bytes,
            "cache_bytes": self.reader.cache.nbytes,
            "cache_limit_bytes": self.configured.cache_limit_bytes,
            "resident_bytes": self._process.memory_info().rss,
            "cpu_seconds": time.process_time(),
            "sample_file_bytes": self.footprint.sample_file_bytes,
            "rollup_file_bytes": self.footprint.rollup_file_bytes,
            "disk_free_bytes": self.footprint.disk_free_bytes,
        }

    def _asked(self) -> dict[str, Any]:
        gate = self.reader.gate
        return {
            "running_queries": gate.running,
            "waiting_queries": gate.waiting,
            "refused_queries": gate.refused,
            "watchers": self.watchers,
            "coalesced_samples": self.coalesced_samples,
        }
