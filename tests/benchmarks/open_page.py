"""Memory of pages that are left open, at one sample a second."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from playwright.sync_api import Browser, Page

from tests.benchmarks.competitors import Server
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Figure
from tests.benchmarks.loads import leader, reporting
from tests.benchmarks.memory import growth_per_hour
from tests.benchmarks.pages.meter import Kept, Meter
from tests.benchmarks.pages.serving import dashboard, fresh_page, needs_chromium
from tests.browser.chromium import running_chromium

__all__ = ["measure"]

_NODES = 50
_USUAL_MINUTES, _LEAST_LOOKS = 0.5, 10
_PAGES = {"fleet": ("/", ".ag-row"), "node": ("/node/load-00000", ".js-plotly-plot .scatterlayer path")}
# Flat: what is less than this is no leak that anybody would meet. Only half an hour tells it from fill and emptying.
_GROWTH_MB_AN_HOUR, _TELLING_MINUTES = 2.0, 30

Looks = list[tuple[float, Kept]]


@needs_chromium
def measure(effort: Effort) -> list[Figure]:
    """Both pages at once, each looked at now and then, after a garbage collection."""
    minutes = effort.soak_minutes or _USUAL_MINUTES
    with _served() as server, running_chromium() as chromium, contextlib.ExitStack() as stack:
        pages = {name: stack.enter_context(_opened(chromium, server, name)) for name in _PAGES}
        watched = _watch(pages, 60 * minutes)
    return [figure for name, looks in watched.items() for figure in _figures(name, looks, minutes)]


@contextlib.contextmanager
def _served() -> Iterator[Server]:
    with leader(1) as receiver, reporting(receiver, _NODES), dashboard(receiver, _NODES) as server:
        yield server


@contextlib.contextmanager
def _opened(chromium: Browser, server: Server, name: str) -> Iterator[Page]:
    path, drawn = _PAGES[name]
    with fresh_page(chromium) as page:
        page.goto(f"http://{server.address}{path}")
        page.locator(drawn).first.wait_for()
        yield page


def _watch(pages: dict[str, Page], seconds: float) -> dict[str, Looks]:
    """(seconds since the start, what each page keeps), each minute, or more often."""
    meters = {name: Meter(page) for name, page in pages.items()}
    watched: dict[str, Looks] = {name: [] for name in pages}
    start, looks = time.monotonic(), max(_LEAST_LOOKS, round(seconds / 60))
    for _ in range(looks):
        next(iter(pages.values())).wait_for_timeout(1000 * seconds / looks)
        for name, meter in meters.items():
            watched[name].append((time.monotonic() - start, meter.keep()))
    return watched


def _figures(name: str, looks: Looks, minutes: float) -> list[Figure]:
    """Whether memory is flat, only a time that fills all windows and buffers can tell."""
    heaps = [(seconds, kept.heap_bytes) for seconds, kept in looks]
    last, middle = looks[-1][1], looks[len(looks) // 2][1]
    limit = _GROWTH_MB_AN_HOUR if minutes >= _TELLING_MINUTES else None
    more = (
        f"{last.dom_nodes} nodes and {last.listeners} listeners, at half time {middle.dom_nodes} and {middle.listeners}"
    )
    return [
        Figure(f"{name} page, open for {minutes:g} minutes: heap at the end", "MB", last.heap_bytes / 1e6, note=more),
        Figure("  its growth in the second half", "MB an hour", growth_per_hour(heaps) / 1e6, limit),
    ]
