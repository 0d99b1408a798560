"""The same snapshots into VictoriaMetrics and Prometheus: 1000 connections, each once a second."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import AbstractContextManager

from tests.benchmarks.competitors import NotInstalledError, Server, prometheus, victoria_metrics
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Figure, not_measured
from tests.benchmarks.leader_live import leader_run
from tests.benchmarks.loads import Run, report

__all__ = ["measure"]

_NODES = 1000
_ARRIVALS = {"random": "at random moments", "aligned": "in bursts"}
_DATABASES: dict[str, Callable[[], AbstractContextManager[Server]]] = {
    "VictoriaMetrics": victoria_metrics,
    "Prometheus": prometheus,
}


def measure(effort: Effort) -> list[Figure]:
    """Their CPU, and ours beside VictoriaMetrics'."""
    figures = [_figure(effort, name, arrival) for name in _DATABASES for arrival in _ARRIVALS]
    return figures + _ratios(effort)


def _figure(effort: Effort, database: str, arrival: str) -> Figure:
    name = f"{database}, {_NODES} nodes {_ARRIVALS[arrival]}: CPU"
    try:
        return Figure(name, "% of a core", 100 * _run(effort, database, arrival).cpu_share)
    except NotInstalledError as error:
        return not_measured(name, error)


def _ratios(effort: Effort) -> list[Figure]:
    ours = leader_run(effort, nodes=_NODES, report_interval_s=1).cpu_share
    try:
        theirs = {arrival: _run(effort, "VictoriaMetrics", arrival).cpu_share for arrival in _ARRIVALS}
    except NotInstalledError as error:
        return [not_measured("leader's CPU beside VictoriaMetrics'", error)]
    return [
        Figure("leader's CPU, VictoriaMetrics' at random moments being 1", "", ours / theirs["random"], 0.3),
        Figure("leader's CPU, VictoriaMetrics' in bursts being 1", "", ours / theirs["aligned"], 0.6),
    ]


@functools.cache
def _run(effort: Effort, database: str, arrival: str) -> Run:
    with _DATABASES[database]() as server:
        options = ["--target", server.address, "--nodes", str(_NODES), "--arrival", arrival]
        return report(server, "tests.benchmarks.httpload", effort, *options)
