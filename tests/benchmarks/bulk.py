"""A node that was cut off for a day comes back: how much work its backlog is."""

from __future__ import annotations

from tests.benchmarks.competitors import NotInstalledError, victoria_metrics
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Figure, not_measured
from tests.benchmarks.loadgen.snapshot import places
from tests.benchmarks.loads import Run, leader, replay

__all__ = ["measure"]

_NODES = 10
_OURS, _VICTORIA = "leader, bulk replay", "VictoriaMetrics, bulk import"


def measure(effort: Effort) -> list[Figure]:
    """Ours, VictoriaMetrics' by both protocols that it takes batches in, and ours beside the better of the two."""
    ours = _ours(effort)
    seconds = _seconds_per_million(ours)
    figures = [
        Figure(f"{_OURS}: values a second and core", "million", len(places()) / seconds, 2, is_floor=True),
        Figure("  values a second", "million", ours.load["snapshots_per_s"] * len(places()) / 1e6),
        Figure("  CPU per million snapshots", "s", seconds),
        Figure("  resident memory", "MB", ours.rss_bytes / 1e6),
    ]
    try:
        return figures + _beside_victoria_metrics(effort, seconds)
    except NotInstalledError as error:
        return [*figures, not_measured(_VICTORIA, error)]


def _ours(effort: Effort) -> Run:
    with leader(report_interval_s=1) as server:
        options = ["--nodes", str(_NODES), "--backlog-seconds", str(effort.backlog_seconds), "--processes", "1"]
        return replay(server, "tests.benchmarks.loadgen", "--leader", server.address, *options)


def _beside_victoria_metrics(effort: Effort, ours: float) -> list[Figure]:
    theirs = {
        protocol: _seconds_per_million(_victoria(effort, protocol)) for protocol in ("remote-write", "json-lines")
    }
    best = min(theirs.values())
    return [
        *(Figure(f"{_VICTORIA} by {name}: CPU per million snapshots", "s", cost) for name, cost in theirs.items()),
        Figure("leader's CPU in bulk, VictoriaMetrics' being 1", "", ours / best, 0.8),
    ]


def _victoria(effort: Effort, protocol: str) -> Run:
    """A tenth of the backlog is enough to tell its cost: it is the same for each batch."""
    seconds = str(max(effort.backlog_seconds // 10, 5000))
    with victoria_metrics() as server:
        options = ["--nodes", str(_NODES), "--backlog-seconds", seconds, "--protocol", protocol]
        return replay(server, "tests.benchmarks.httpload", "--target", server.address, *options)


def _seconds_per_million(run: Run) -> float:
    return 1e6 * run.cpu_seconds / int(run.load["acked"])
