"""What a leader keeps in memory of many wide nodes, and whether that stays so."""

from __future__ import annotations

import time
from itertools import count

import numpy as np

from mcp_telemetry.v1 import metrics_pb2 as pb
from mcp_telemetry.v1.metrics_pb2_grpc import TelemetryQueryStub
from tests.benchmarks.children import python_module, read_json, running
from tests.benchmarks.competitors import Server
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Figure
from tests.benchmarks.loads import checked, leader
from tests.benchmarks.procfs import rss_bytes
from tests.reading import querying

__all__ = ["growth_per_hour", "measure"]

_NODES, _COLUMNS = 1000, 200
_BUDGET_MIB = 256
_REPORT_INTERVAL_S = 5
# Fast enough to bring more than there is room for, at 1.6 kB a snapshot, within 40 s.
_FILL = ("--sample-interval", "0.25", "--seconds", "40")
_LOOK_S = 5.0
_ASKED_AT_ONCE = 20
_TIMEOUT_S = 60.0


def measure(effort: Effort) -> list[Figure]:
    """Nodes bring more than there is room for, then go on reporting while somebody reads."""
    nodes = _NODES if effort.is_thorough else _NODES // 10
    budget_mib = _BUDGET_MIB * nodes // _NODES
    with leader(_REPORT_INTERVAL_S, "--ring-memory", f"{budget_mib}MiB") as server:
        known = _rss_after(server, nodes, "--seconds", "1")
        full = _rss_after(server, nodes, *_FILL)
        watched = _watch(server, nodes, 60 * effort.soak_minutes or 2 * effort.window_s)
        held = _held(server)
    cache_mib = held.cache_limit_bytes / 2**20
    return [
        Figure(f"rings of {nodes} nodes with {_COLUMNS} columns", "MiB", held.ring_bytes / 2**20, budget_mib),
        Figure("  cache of the files that were read", "MiB", held.cache_bytes / 2**20, cache_mib),
        Figure("  resident memory of the leader that knows them", "MB", known / 1e6),
        Figure("  that has taken their samples", "MB", full / 1e6),
        Figure("  the most while they report and somebody reads", "MB", max(rss for _, rss in watched) / 1e6),
        *_growth(effort.soak_minutes, watched),
    ]


def _growth(minutes: float, watched: list[tuple[float, int]]) -> list[Figure]:
    """Only over a time that tells a trend from the fill and emptying of buffers."""
    if not minutes:
        return []
    growth, most = growth_per_hour(watched), max(rss for _, rss in watched)
    share = 100 * growth * minutes / 120 / most
    note = f"{share:.1f} % of it in the second {minutes / 2:g} minutes"
    return [Figure(f"  its growth over {minutes:g} minutes", "MB an hour", growth / 1e6, note=note)]


def growth_per_hour(watched: list[tuple[float, int]]) -> float:
    """The slope of the second half of (seconds, bytes), in bytes an hour: the first half is for caches to fill."""
    seconds, sizes = np.array(watched[len(watched) // 2 :], np.float64).T
    return float(np.polyfit(seconds, sizes, 1)[0]) * 3600


def _rss_after(server: Server, nodes: int, *what: str) -> int:
    """The leader's memory once the nodes have done this; they are connected no more."""
    with running(_load(server, nodes, *what), reads=True) as child:
        read_json(child)
        checked(read_json(child))
    return rss_bytes(server.pid)


def _watch(server: Server, nodes: int, seconds: float) -> list[tuple[float, int]]:
    """(seconds since the start, the leader's memory) while nodes report and one reader goes from node to node."""
    watched, start = [], time.monotonic()
    with running(_load(server, nodes, "--seconds", "86400"), reads=True) as child, querying(server.address) as query:
        read_json(child)
        for look in count():
            for number in range(_ASKED_AT_ONCE):
                _read_hour(query, (look * _ASKED_AT_ONCE + number) % nodes)
            watched.append((time.monotonic() - start, rss_bytes(server.pid)))
            if watched[-1][0] > seconds and look:
                return watched
            time.sleep(_LOOK_S)
    raise AssertionError("count() ended")


def _read_hour(query: TelemetryQueryStub, node: int) -> None:
    request = pb.QueryRangeRequest(node_ids=[f"load-{node:05}"], max_points=500)
    request.start_unix_nano = time.time_ns() - 3600 * 10**9
    for _ in query.QueryRange(request, timeout=_TIMEOUT_S):
        pass


def _held(server: Server) -> pb.LeaderHealth:
    with querying(server.address) as query:
        return query.ListNodes(pb.ListNodesRequest(), timeout=_TIMEOUT_S).leader


def _load(server: Server, nodes: int, *what: str) -> list[str]:
    size = ["--nodes", str(nodes), "--columns", str(_COLUMNS), "--report-interval", str(_REPORT_INTERVAL_S)]
    return python_module("tests.benchmarks.loadgen", "--leader", server.address, *size, *what)
