"""What a node costs the host it watches, beside node_exporter and netdata over the same seconds."""

from __future__ import annotations

import contextlib
import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack

from tests.benchmarks.children import python_module, running
from tests.benchmarks.competitors import NotInstalledError, Server, netdata, node_exporter, scratch_folder
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Figure, not_measured
from tests.benchmarks.loads import leader
from tests.benchmarks.procfs import Usage, usage_windows
from tests.benchmarks.stats import median

__all__ = ["measure"]

_OURS = {"mcp-node, reporting each second": 1.0, "mcp-node, reporting each 5 s": 5.0}
_OTHERS: dict[str, Callable[[], AbstractContextManager[Server]]] = {
    "node_exporter, scraped each second": node_exporter,
    "netdata, each second": netdata,
}
_OWN_WINDOW_FACTOR = 2  # half a per cent of a core is 5 of the kernel's ticks in 10 s


def measure(effort: Effort) -> list[Figure]:
    """Everything runs side by side, so that what disturbs one disturbs all."""
    missing: dict[str, NotInstalledError] = {}
    with ExitStack() as stack:
        pids = {name: stack.enter_context(_node(interval_s)) for name, interval_s in _OURS.items()}
        for name, start in _OTHERS.items():
            try:
                server = stack.enter_context(start())
            except NotInstalledError as error:
                missing[name] = error
                continue
            pids[name] = server.pid
            if start is node_exporter:
                stack.enter_context(_scraping(server.port))
        threading.Event().wait(effort.settle_s)
        usages = usage_windows(pids, _OWN_WINDOW_FACTOR * effort.window_s, effort.windows)
    return _figures(usages) + [not_measured(name, error) for name, error in missing.items()]


def _figures(usages: dict[str, list[Usage]]) -> list[Figure]:
    shares = {name: 100 * median([usage.cpu_share for usage in windows]) for name, windows in usages.items()}
    memory = {name: max(usage.rss_bytes for usage in windows) / 1e6 for name, windows in usages.items()}
    figures = []
    for name in usages:
        is_ours = name in _OURS
        figures.append(Figure(f"{name}: CPU", "% of a core", shares[name], 0.5 if is_ours else None))
        figures.append(Figure("  resident memory", "MB", memory[name], 55 if is_ours else None))
    ours = max(shares[name] for name in _OURS)
    return figures + [
        Figure(f"mcp-node's CPU, 1 being {name}'s", "", ours / shares[name], 1) for name in _OTHERS if name in shares
    ]


@contextlib.contextmanager
def _node(report_interval_s: float) -> Iterator[int]:
    """An agent that reports to a leader of its own; yields its process id."""
    with leader(report_interval_s) as server, scratch_folder() as folder:
        options = ["--leader", server.address, "--node-id", "bench", "--spool-dir", str(folder)]
        with running(python_module("mcp_telemetry.cli.node", *options)) as child:
            yield child.pid


@contextlib.contextmanager
def _scraping(port: int) -> Iterator[None]:
    """Reads /metrics each second over one connection, as Prometheus does."""
    stop = threading.Event()

    def scrape() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        while not stop.wait(1.0):
            connection.request("GET", "/metrics")
            connection.getresponse().read()
        connection.close()

    thread = threading.Thread(target=scrape)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
