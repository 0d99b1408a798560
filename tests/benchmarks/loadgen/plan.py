"""What a run of the load generator does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from tests.benchmarks.loadgen.snapshot import STANDARD_COLUMNS

__all__ = ["Plan"]

_LONGEST_HEAD_START_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The nodes `first_node` to `first_node + nodes`, each on its own connection to `leader` (host:port).

    `aligned` nodes report at the phase that Welcome gives them (where nobody gives one: at one of `slots` moments of
    the interval), the others each at a moment of its own.
    The first `probes` of them ask for an ack at once, and time it. With `backlog_seconds` each node brings that many
    seconds of old snapshots, in batches of `batch`, and stops when all of them are acknowledged. A snapshot has
    `columns` columns, at least 44.
    """

    leader: str
    nodes: int = 1000
    first_node: int = 0
    probes: int = 20
    sample_interval_s: float = 1.0
    report_interval_s: float = 1.0
    seconds: float = 30.0
    aligned: bool = True
    slots: int = 4
    backlog_seconds: int = 0
    batch: int = 1000
    columns: int = STANDARD_COLUMNS

    @property
    def snapshots_per_report(self) -> int:
        """How many samples have been taken since the last report."""
        return max(1, round(self.report_interval_s / self.sample_interval_s))

    @property
    def head_start_s(self) -> float:
        """Reports are encoded ahead of their common moment, each node's at another time within so much: a burst then
        lasts no longer than it takes to send it.
        """
        return _LONGEST_HEAD_START_S * min(1.0, self.report_interval_s)

    def split(self, processes: int) -> list[Plan]:
        """The same run over several processes; probes have the first to themselves, where nothing delays them."""
        if processes == 1:
            return [self]
        if not 0 < self.probes < self.nodes:
            return self._shares(processes)
        others = replace(self, first_node=self.first_node + self.probes, nodes=self.nodes - self.probes, probes=0)
        return [replace(self, nodes=self.probes), *others._shares(processes - 1)]

    def _shares(self, processes: int) -> list[Plan]:
        """Equal parts of a run in which all nodes are probes or none."""
        edges = [self.first_node + self.nodes * index // processes for index in range(processes + 1)]
        return [replace(self, first_node=start, nodes=end - start) for start, end in pairwise(edges) if end > start]
