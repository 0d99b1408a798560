"""The leader with many nodes, each on a connection of its own; receiving, journal and ring included."""

from __future__ import annotations

import functools

from mcp_telemetry.open_files import raise_file_limit
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Figure, not_measured
from tests.benchmarks.loads import Run, leader, report

__all__ = ["leader_run", "measure"]

_MANY, _OTHER_FILES = 10_000, 500
_GENERATOR = "tests.benchmarks.loadgen"


def measure(effort: Effort) -> list[Figure]:
    """The three sizes of fleet the design promises, and what it would cost to let nodes report when they like."""
    return [*_each_second(effort), *_in_batches(effort), *_many(effort)]


def _each_second(effort: Effort) -> list[Figure]:
    run = leader_run(effort, nodes=1000, report_interval_s=1)
    at_random = leader_run(effort, nodes=1000, report_interval_s=1, arrival="random")
    return [
        Figure("leader, 1000 nodes reporting each second: CPU", "% of a core", 100 * run.cpu_share, 14),
        Figure("  p50 from report to durable", "ms", run.load["ack_ms"]["p50"]),
        Figure("  p99 from report to durable", "ms", run.load["ack_ms"]["p99"], 300),
        Figure("  resident memory", "MB", run.rss_bytes / 1e6),
        Figure("  the same at random moments: CPU", "% of a core", 100 * at_random.cpu_share),
    ]


def _in_batches(effort: Effort) -> list[Figure]:
    run = leader_run(effort, nodes=1000, report_interval_s=5)
    return [Figure("leader, 1000 nodes reporting each 5 s: CPU", "% of a core", 100 * run.cpu_share, 5)]


def _many(effort: Effort) -> list[Figure]:
    name = f"leader, {_MANY} nodes reporting each 10 s"
    if (limit := raise_file_limit()) < _MANY + _OTHER_FILES:
        return [not_measured(name, f"only {limit} open files allowed: ulimit -n {_MANY + _OTHER_FILES}")]
    run = leader_run(effort, nodes=_MANY, report_interval_s=10)
    return [
        Figure(f"{name}: CPU", "% of a core", 100 * run.cpu_share, 45),
        Figure("  p99 from report to durable", "ms", run.load["ack_ms"]["p99"]),
        Figure("  resident memory", "MB", run.rss_bytes / 1e6, 2000),
    ]


@functools.cache
def leader_run(effort: Effort, nodes: int, report_interval_s: int, arrival: str = "aligned") -> Run:
    """Nodes that sample each second, against a fresh leader. Measured once, however many figures it is in."""
    effort = effort.with_windows_of(report_interval_s)
    with leader(report_interval_s) as server:
        options = ["--nodes", str(nodes), "--report-interval", str(report_interval_s), "--arrival", arrival]
        processes = ["--processes", "2" if nodes <= 2000 else "3"]
        return report(server, _GENERATOR, effort, "--leader", server.address, *options, *processes)
