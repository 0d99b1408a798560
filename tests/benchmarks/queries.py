"""Questions about history through gRPC, to a leader that takes 200 snapshots a second meanwhile.

Beside them the seed's way and VictoriaMetrics' export on the same samples, in turns, so that what disturbs one disturbs
the others.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.benchmarks import page_cache, seed, victoria
from tests.benchmarks.asking import COLUMN, Asker, day, fleet, month, two_years
from tests.benchmarks.competitors import NotInstalledError, Server, scratch_folder, victoria_metrics
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Figure, not_measured
from tests.benchmarks.history import SAMPLED, History, load, serving_history
from tests.benchmarks.recording import recorded_hour
from tests.benchmarks.stats import median

__all__ = ["measure"]

_REPEATS, _COLD_REPEATS, _SEED_REPEATS = 15, 5, 2
_EXPORT = "24 h of one column, 1 being VictoriaMetrics' export: warm"


def measure(effort: Effort) -> list[Figure]:
    """Medians."""
    with serving_history(effort) as (server, history), load(server), Asker(server.address) as asker:
        return [*_beside_the_seed(history, asker), _beside_export(history, asker), *_long(asker)]


def _beside_the_seed(history: History, asker: Asker) -> list[Figure]:
    with scratch_folder() as folder:
        seed.write_tree(folder, SAMPLED[0], recorded_hour().rows(0, history.start_s, history.end_s - history.start_s))
        theirs_cold, theirs = _seed_times(folder)
    ours_cold = median([_cold_day(history, asker, node_id) for node_id in SAMPLED[1 : 1 + _COLD_REPEATS]])
    ours = _median_of(lambda: asker.ask(day(SAMPLED[0])))
    hours = f"{(history.end_s - history.start_s) / 3600:g} h of one column"
    return [
        Figure(f"{hours}, every second: cold", "ms", 1000 * ours_cold),
        Figure("  warm", "ms", 1000 * ours),
        Figure("  the seed's way: cold", "ms", 1000 * theirs_cold),
        Figure("  the seed's way: warm", "ms", 1000 * theirs),
        Figure("  times faster than the seed's way: cold", "", theirs_cold / ours_cold, 300, is_floor=True),
        Figure("  times faster than the seed's way: warm", "", theirs / ours, 200, is_floor=True),
    ]


def _cold_day(history: History, asker: Asker, node_id: str) -> float:
    """Of a node that nobody has asked for: the leader knows no more of it than the kernel does."""
    return _cold(history.folder, lambda: asker.ask(day(node_id)))


def _seed_times(folder: Path) -> tuple[float, float]:
    """Cold and warm, in seconds."""
    cold = median([_cold(folder, lambda: seed.history(folder, SAMPLED[0])) for _ in range(_SEED_REPEATS)])
    return cold, median([_seconds(lambda: seed.history(folder, SAMPLED[0])) for _ in range(_SEED_REPEATS)])


def _beside_export(history: History, asker: Asker) -> Figure:
    try:
        with victoria_metrics() as server:
            _feed(server, history)
            pairs = [_pair(asker, server, history) for _ in range(_REPEATS)]
    except NotInstalledError as error:
        return not_measured(_EXPORT, error)
    ours, theirs = (1000 * median(times) for times in zip(*pairs, strict=True))
    return Figure(_EXPORT, "", ours / theirs, 1, note=f"{ours:.1f} ms and {theirs:.1f} ms")


def _feed(server: Server, history: History) -> None:
    for start_s in range(history.start_s, history.end_s, 3600):
        rows = recorded_hour().rows(0, start_s, min(3600, history.end_s - start_s))
        victoria.import_rows(server, SAMPLED[0], rows)
    victoria.disk_bytes(server)  # returns when everything can be found


def _pair(asker: Asker, server: Server, history: History) -> tuple[float, float]:
    """Ours into messages, theirs into bytes that are still to be parsed."""
    start_ns, end_ns = history.start_s * 10**9, history.end_s * 10**9
    ours = _seconds(lambda: asker.ask(day(SAMPLED[0])))
    return ours, _seconds(lambda: victoria.export(server, SAMPLED[0], COLUMN, start_ns, end_ns))


def _long(asker: Asker) -> list[Figure]:
    return [
        *_asked(asker, "30 days of one column in 1000 points", month, 150),
        *_asked(asker, "2 years of one column in 1000 points", two_years, 300),
        *_asked(asker, "p95 of 100 nodes, 24 h in 500 points", fleet, 500),
    ]


def _asked(asker: Asker, name: str, question: Callable[[], pb.QueryRangeRequest], limit_ms: float) -> list[Figure]:
    first = _seconds(lambda: asker.ask(question()))
    again = _median_of(lambda: asker.ask(question()))
    return [Figure(name, "ms", 1000 * again, limit_ms), Figure("  the first time", "ms", 1000 * first)]


def _median_of(ask: Callable[[], object]) -> float:
    return median([_seconds(ask) for _ in range(_REPEATS)])


def _cold(folder: Path, ask: Callable[[], object]) -> float:
    page_cache.forget(path for path in folder.rglob("*") if path.is_file())
    return _seconds(ask)


def _seconds(ask: Callable[[], object]) -> float:
    start = time.perf_counter()
    ask()
    return time.perf_counter() - start
