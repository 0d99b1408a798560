"""The leader with many nodes, each on a connection of its own; receiving, journal and ring included."""

from __future__ import annotations

import functools

from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Figure
from tests.benchmarks.loads import Run, leader, report

__all__ = ["leader_run", "measure"]

_GENERATOR = "tests.benchmarks.loadgen"


def measure(effort: Effort) -> list[Figure]:
    """The three sizes of fleet the design promises."""
    each_second = leader_run(effort, nodes=1000, report_interval_s=1)
    in_batches = leader_run(effort, nodes=1000, report_interval_s=5)
    many = leader_run(effort, nodes=10_000, report_interval_s=10)
    return [
        Figure("leader, 1000 nodes reporting each second: CPU", "% of a core", 100 * each_second.cpu_share, 14),
        Figure("  p50 from report to durable", "ms", each_second.load["ack_ms"]["p50"]),
        Figure("  p99 from report to durable", "ms", each_second.load["ack_ms"]["p99"], 300),
        Figure("  resident memory", "MB", each_second.rss_bytes / 1e6),
        Figure("leader, 1000 nodes reporting each 5 s: CPU", "% of a core", 100 * in_batches.cpu_share, 5),
        Figure("leader, 10000 nodes reporting each 10 s: CPU", "% of a core", 100 * many.cpu_share, 45),
        Figure("  p99 from report to durable", "ms", many.load["ack_ms"]["p99"]),
        Figure("  resident memory", "MB", many.rss_bytes / 1e6, 2000),
    ]


@functools.cache
def leader_run(effort: Effort, nodes: int, report_interval_s: int, arrival: str = "aligned") -> Run:
    """Nodes that sample each second, against a fresh leader. Measured once, however many figures it is in."""
    effort = effort.with_windows_of(report_interval_s)
    with leader(report_interval_s) as server:
        options = ["--nodes", str(nodes), "--report-interval", str(report_interval_s), "--arrival", arrival]
        processes = ["--processes", "2" if nodes <= 2000 else "3"]
        return report(server, _GENERATOR, effort, "--leader", server.address, *options, *processes)
