"""From a sample to its pixels with 20 browsers open, what they cost the dashboard, and what a hidden tab costs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from playwright.sync_api import Browser

from tests.benchmarks.children import read_json, running
from tests.benchmarks.competitors import Server
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Figure
from tests.benchmarks.loads import leader, reporting
from tests.benchmarks.pages.devtools import Tab, lone_tab
from tests.benchmarks.pages.meter import Meter
from tests.benchmarks.pages.paints import Paints
from tests.benchmarks.pages.serving import dashboard, fresh_page, needs_chromium, timekeeper
from tests.benchmarks.pages.visitors import Visit, visitors_command
from tests.benchmarks.procfs import cpu_seconds
from tests.benchmarks.stats import median, percentile
from tests.browser.chromium import running_chromium

__all__ = ["measure"]

_BROWSERS, _NODES = 20, 20
# This host, first in the table.
_NODE = "agent"
_LIMIT_S, _CPU_LIMIT = 1.5, 5
_CELL = f'.ag-row[row-id="{_NODE}"] [col-id=connections]'
_PAGES = {
    "node": (f"/node/{_NODE}", ".js-plotly-plot .scatterlayer path", ""),
    "fleet": ("/?column=state&column=spark&column=cpu&column=memory&column=connections", _CELL, _CELL),
}


@needs_chromium
def measure(effort: Effort) -> list[Figure]:
    """One page is real and measures, on a real node; the other browsers ask for the same, of other nodes."""
    with _served() as server:
        with running_chromium() as chromium:
            figures = [figure for name in _PAGES for figure in _watched(chromium, server, name, effort)]
        return figures + _hidden(server, effort)


@contextlib.contextmanager
def _served() -> Iterator[Server]:
    """A swarm that reports in batches until somebody looks."""
    with contextlib.ExitStack() as stack:
        receiver = stack.enter_context(leader(5))
        stack.enter_context(reporting(receiver, _NODES))
        stack.enter_context(timekeeper(receiver, _NODE))
        yield stack.enter_context(dashboard(receiver, _NODES + 1))


def _watched(chromium: Browser, server: Server, name: str, effort: Effort) -> list[Figure]:
    path, drawn, cell = _PAGES[name]
    with fresh_page(chromium) as page:
        meter = Meter(page)
        page.goto(f"http://{server.address}{path}")
        page.locator(drawn).first.wait_for()
        page.wait_for_timeout(1000 * effort.settle_s)
        visit = Visit.of_page(meter.sent, meter.loaded)
        visits = [visit.of_node(_NODE, f"load-{number:05}") for number in range(_BROWSERS - 1)]
        with running(visitors_command(server.address, visits), reads=True) as visitors:
            read_json(visitors)
            paints = Paints(page, cell)
            page.wait_for_timeout(1000 * effort.settle_s)
            windows = [_window(server, paints, effort) for _ in range(effort.windows)]
            assert visitors.poll() is None, "the other browsers were sent away"
    return _figures(name, windows)


@dataclass(frozen=True, slots=True)
class _Window:
    cpu_share: float
    delays_s: list[float]
    seconds: float


def _window(server: Server, paints: Paints, effort: Effort) -> _Window:
    before = cpu_seconds(server.pid)
    delays_s = paints.delays_s(effort.window_s)
    return _Window((cpu_seconds(server.pid) - before) / effort.window_s, delays_s, effort.window_s)


def _figures(name: str, windows: list[_Window]) -> list[Figure]:
    delays_s = [delay_s for window in windows for delay_s in window.delays_s]
    note = f"{len(delays_s)} samples in {sum(window.seconds for window in windows):g} s"
    cpu = 100 * median([window.cpu_share for window in windows])
    return [
        Figure(
            f"{_BROWSERS} browsers on {name} pages: p95 from sample to pixel",
            "s",
            percentile(delays_s, 0.95),
            _LIMIT_S,
            note=note,
        ),
        Figure("  p50", "s", median(delays_s)),
        Figure("  CPU of the dashboard", "% of a core", cpu, _CPU_LIMIT if name == "node" else None),
    ]


def _hidden(server: Server, effort: Effort) -> list[Figure]:
    with lone_tab() as tab:
        tab.send("Page.navigate", url=f"http://{server.address}/node/{_NODE}")
        tab.wait_for("document.querySelector('.js-plotly-plot .scatterlayer path')")
        tab.watch(effort.settle_s)
        tab.hide()
        tab.watch(1.0)
        return _hidden_figures(tab, effort.window_s)


def _hidden_figures(tab: Tab, seconds: float) -> list[Figure]:
    tab.events.clear()
    before_s = tab.task_seconds()
    tab.watch(seconds)
    busy = (tab.task_seconds() - before_s) / seconds
    traffic = tab.events["Network.webSocketFrameReceived"] + tab.events["Network.requestWillBeSent"]
    return [
        Figure("a hidden tab: messages and requests", f"in {seconds:g} s", traffic, 0),
        Figure("  its main thread", "% of a core", 100 * busy, 0.5),
    ]
