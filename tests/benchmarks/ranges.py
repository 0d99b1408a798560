"""From the click on a range to the last chart in view, on two years of stored history."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page

from dashboard.components.time import RANGES
from tests.benchmarks import pages
from tests.benchmarks.competitors import Server
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Figure
from tests.benchmarks.history import KEPT_LONG, SAMPLED, load, serving_history
from tests.benchmarks.loads import wait_until_idle
from tests.benchmarks.pages.serving import dashboard, fresh_page, needs_chromium
from tests.benchmarks.stats import median, percentile
from tests.browser.chromium import running_chromium

__all__ = ["measure"]

_LIMIT_MS = 500
_SCRIPT = Path(pages.__file__).with_name("draws.js")
_ROUNDS, _QUICK_ROUNDS = 5, 2
_PAGES = {
    "node": f"/node/{KEPT_LONG}",
    "compare": f"/compare?node={KEPT_LONG}&node={SAMPLED[1]}&column=cpu.percent&column=memory.percent",
}


@needs_chromium
def measure(effort: Effort) -> list[Figure]:
    """Every range in turn, several rounds: the first of them finds nothing in memory."""
    with _served(effort) as server, running_chromium() as chromium:
        return [figure for name in _PAGES for figure in _clicked(chromium, server, name, effort)]


@contextlib.contextmanager
def _served(effort: Effort) -> Iterator[Server]:
    with serving_history(effort) as (receiver, _):
        wait_until_idle(receiver.pid)  # it first makes the rollups that the last hours lack
        with load(receiver), dashboard(receiver, len(SAMPLED)) as server:
            yield server


def _clicked(chromium: Browser, server: Server, name: str, effort: Effort) -> list[Figure]:
    with fresh_page(chromium) as page:
        page.add_init_script(path=_SCRIPT)
        page.goto(f"http://{server.address}{_PAGES[name]}")
        page.locator(".js-plotly-plot .scatterlayer path").first.wait_for()
        rounds = [_round_ms(page) for _ in range(_ROUNDS if effort.is_thorough else _QUICK_ROUNDS)]
    return _figures(name, rounds)


def _round_ms(page: Page) -> dict[str, float]:
    """From the longest to the shortest, so that each click is for another range than is shown."""
    return {
        key: float(page.evaluate("(key) => bench.click(`[data-range='${key}']`)", key))
        for key in reversed(list(RANGES))
    }


def _figures(name: str, rounds: list[dict[str, float]]) -> list[Figure]:
    all_ms = [ms for each in rounds for ms in each.values()]
    slowest = max(RANGES, key=lambda key: median([each[key] for each in rounds]))
    note = f"{slowest} takes longest: {median([each[slowest] for each in rounds]):.0f} ms"
    return [
        Figure(
            f"{name} page, 5 minutes to 2 years: p95 from click to drawn", "ms", percentile(all_ms, 0.95), _LIMIT_MS
        ),
        Figure("  p50", "ms", median(all_ms), note=note),
    ]
