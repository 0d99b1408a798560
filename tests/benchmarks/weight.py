"""What a browser loads to show a page: the first time, and when its cache holds what stays the same."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from playwright.sync_api import Browser, Page

from tests.benchmarks.competitors import Server
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Figure
from tests.benchmarks.loads import leader, replay, reporting
from tests.benchmarks.pages.meter import Meter
from tests.benchmarks.pages.serving import dashboard, fresh_page, needs_chromium
from tests.browser.chromium import running_chromium

__all__ = ["measure"]

_NODES = 20
_COLD_MB, _WARM_KB = 1.6, 30
_PAST = ("--backlog-seconds", "300", "--processes", "1")
# Name of the page -> its address, and what is there once it is drawn.
_LINE = ".js-plotly-plot .scatterlayer path"
_PAGES = {
    "fleet": ("/", ".ag-row"),
    "node": ("/node/load-00000", _LINE),
    "compare": ("/compare?node=load-00000&node=load-00001&column=cpu.percent", _LINE),
    "dashboard": ("/dashboard/swarm-overview", _LINE),
    "dashboards": ("/dashboards", "#dashboards-page[data-ready]"),
    "events": ("/events", "#events-page[data-ready]"),
    "system": ("/system", "#system-page[data-ready]"),
}


@needs_chromium
def measure(effort: Effort) -> list[Figure]:
    """Of every page, in a browser that has never been here, and in one that has just left."""
    with _served() as server, running_chromium() as chromium:
        return [figure for name in _PAGES for figure in _weighed(chromium, server, name)]


@contextlib.contextmanager
def _served() -> Iterator[Server]:
    """A swarm that has been there for as long as pages show of it at first."""
    with leader(1) as receiver:
        replay(receiver, "tests.benchmarks.loadgen", "--leader", receiver.address, "--nodes", str(_NODES), *_PAST)
        with reporting(receiver, _NODES), dashboard(receiver, _NODES) as server:
            yield server


def _weighed(chromium: Browser, server: Server, name: str) -> list[Figure]:
    with fresh_page(chromium) as page:
        cold = _load(page, server, name)
        warm = _load(page, server, name)
    data = sum(size for url, size in warm.items() if "/api/" in url)
    return [
        Figure(f"{name} page, cold", "MB", sum(cold.values()) / 1e6, _COLD_MB, note=f"{len(cold)} requests"),
        Figure("  warm", "kB", sum(warm.values()) / 1e3, _WARM_KB, note=f"{data / 1e3:.1f} kB of it are data"),
    ]


def _load(page: Page, server: Server, name: str) -> dict[str, int]:
    """Bytes of each answer that came over the wire, headers included, by address."""
    path, drawn = _PAGES[name]
    meter = Meter(page)
    page.goto(f"http://{server.address}{path}")
    page.locator(drawn).first.wait_for()
    page.wait_for_load_state("networkidle")
    page.goto("about:blank")
    return {url: size for url, size in meter.loaded.items() if size}
