"""The fleet page with 2000 nodes, all live: how soon it is of use, and what it costs from then on."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from playwright.sync_api import Browser, Page

from tests.benchmarks.competitors import Server
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Figure
from tests.benchmarks.loads import leader, reporting
from tests.benchmarks.pages.meter import Meter
from tests.benchmarks.pages.serving import dashboard, fresh_page, needs_chromium
from tests.benchmarks.procfs import cpu_seconds
from tests.benchmarks.stats import median
from tests.browser.chromium import running_chromium

__all__ = ["measure"]

_NODES = 2000
_LOADS = 5
_USABLE_S, _BUSY, _WIRE_KB = 3, 20, 60
_WATCHED_S = 20.0


@needs_chromium
def measure(effort: Effort) -> list[Figure]:
    """Cold loads one after the other, each in a browser that has never been here; then one page is left open."""
    with _served() as server, running_chromium() as chromium:
        loads_s, works_s = zip(*(_cold_load_s(chromium, server) for _ in range(_LOADS)), strict=True)
        name = f"fleet page of {_NODES} nodes: from a cold load to found by search"
        return [
            Figure(name, "s", median(loads_s), _USABLE_S),
            Figure("  of it work of the page's main thread", "s", median(works_s)),
            *_open(chromium, server, _WATCHED_S if effort.is_thorough else effort.window_s),
        ]


@contextlib.contextmanager
def _served() -> Iterator[Server]:
    with leader(1) as receiver, reporting(receiver, _NODES), dashboard(receiver, _NODES) as server:
        yield server


def _cold_load_s(chromium: Browser, server: Server) -> tuple[float, float]:
    """Until the last node of all was searched for and is the only one shown; and for how much of it the page worked."""
    with fresh_page(chromium) as page:
        meter, start = Meter(page), time.monotonic()
        _open_fleet(page, server)
        page.locator("#fleet-search").fill(f"load-{_NODES - 1:05}")
        page.locator(f'.ag-row[row-id="load-{_NODES - 1:05}"]').wait_for()
        page.locator('.ag-row[row-id="load-00000"]').wait_for(state="detached")
        return time.monotonic() - start, meter.busy_s()


def _open_fleet(page: Page, server: Server) -> None:
    page.goto(f"http://{server.address}/", wait_until="commit")
    page.locator('.ag-row[row-id="load-00000"]').wait_for()


def _open(chromium: Browser, server: Server, seconds: float) -> list[Figure]:
    with fresh_page(chromium) as page:
        _open_fleet(page, server)
        meter = Meter(page)
        page.wait_for_timeout(3000)
        before_s = cpu_seconds(server.pid)
        spent = meter.spend(seconds)
        cpu = (cpu_seconds(server.pid) - before_s) / seconds
    return [
        Figure("  left open: its main thread", "% of a core", 100 * spent.busy_share, _BUSY),
        Figure("  bytes on the wire", "kB/s", spent.bytes_per_s / 1e3, _WIRE_KB),
        Figure("  CPU of the dashboard", "% of a core", 100 * cpu),
    ]
