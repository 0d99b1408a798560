"""The node page in a real browser."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from tests.browser.actors import Actor
from tests.browser.swarm import Swarm
from tests.processes import wait_until

OpenPage = Callable[..., Page]
CHARTS = ("cpu", "memory", "disk", "network", "disk_io")


def loaded(page: Page, seconds: int = 300) -> Page:
    expect(page.locator("#node-page")).to_have_attribute("data-loaded", str(seconds), timeout=15_000)
    return page


@pytest.fixture
def actor(swarm: Swarm) -> Iterator[Actor]:
    """A node whose clock a test can set; its clock is an hour ahead."""
    actor = Actor("actor", swarm.leader_address, past_s=30)
    actor.ahead_s = 3600
    actor.start()
    swarm.wait_for_nodes("actor")
    yield actor
    actor.leave()


def newest_ms(page: Page, chart: str) -> float:
    """The time of the newest point that is drawn."""
    return float(page.evaluate(f"document.getElementById('chart-{chart}').data[0].x.at(-1)"))


def test_all_charts_get_new_points_each_second(open_page: OpenPage) -> None:
    page = loaded(open_page("/node/alpha"))
    for chart in CHARTS:
        began = newest_ms(page, chart)
        wait_until(lambda chart=chart, began=began: newest_ms(page, chart) >= began + 2000, 6)


def test_points_come_one_by_one_in_order_of_time(open_page: OpenPage) -> None:
    page = loaded(open_page("/node/alpha"))
    began = newest_ms(page, "cpu")
    wait_until(lambda: newest_ms(page, "cpu") >= began + 4000, 10)
    times = page.evaluate("document.getElementById('chart-cpu').data[0].x")
    steps = [later - earlier for earlier, later in pairwise(times) if earlier >= began]
    assert len(steps) >= 4
    assert all(500 < step < 1500 for step in steps), "no point twice, none left out"


def test_a_clock_set_back_does_not_stop_the_charts(open_page: OpenPage, actor: Actor) -> None:
    page = loaded(open_page("/node/actor"))
    wait_until(lambda: newest_ms(page, "cpu") > time.time() * 1000 + 3_500_000)
    actor.ahead_s = 0
    wait_until(lambda: newest_ms(page, "cpu") < time.time() * 1000 + 5000)
    began = newest_ms(page, "cpu")
    wait_until(lambda: newest_ms(page, "cpu") >= began + 2000, 6)
    times = page.evaluate("document.getElementById('chart-cpu').data[0].x")
    assert times == sorted(times)
    end = page.evaluate("+new Date(document.getElementById('chart-cpu').layout.xaxis.range[1])")
    assert end < time.time() * 1000 + 60_000, "the window is around now again"


def test_facts_and_figures_are_told(open_page: OpenPage) -> None:
    page = loaded(open_page("/node/alpha"))
    expect(page.locator("#node-state")).to_have_text("Live")
    expect(page.locator("#node-subtitle")).to_contain_text("Linux")
    expect(page.locator("#node-subtitle")).to_contain_text("region=eu")
    expect(page.locator("#fact-seen")).to_have_text("now")
    expect(page.locator("#now-cpu")).to_contain_text("%")
    expect(page.locator("#now-network")).to_contain_text("B/s")
    expect(page.locator("#empty-requests")).to_be_visible()


def test_another_range_is_fetched_and_stays_live(open_page: OpenPage) -> None:
    page = loaded(open_page("/node/alpha"))
    page.get_by_text("1 h", exact=True).click()
    loaded(page, 3600)
    start, end = page.evaluate("document.getElementById('chart-cpu').layout.xaxis.range.map((at) => +new Date(at))")
    assert abs((end - start) - 3_600_000) < 10_000
    began = newest_ms(page, "cpu")
    wait_until(lambda: newest_ms(page, "cpu") >= began + 1000, 6)


def test_zooming_one_chart_zooms_all_until_back_to_live(open_page: OpenPage) -> None:
    page = loaded(open_page("/node/alpha"))
    plot = page.locator("#chart-cpu .nsewdrag").bounding_box()
    assert plot is not None
    y = plot["y"] + plot["height"] / 2
    page.mouse.move(plot["x"] + plot["width"] * 0.3, y)
    page.mouse.down()
    page.mouse.move(plot["x"] + plot["width"] * 0.6, y, steps=5)
    page.mouse.up()
    follow = page.get_by_role("button", name="Back to live")
    expect(follow).to_be_visible()
    ranges = "['cpu', 'memory'].map((key) => String(document.getElementById(`chart-${key}`).layout.xaxis.range))"
    wait_until(lambda: len(set(page.evaluate(ranges))) == 1)
    held = page.evaluate(ranges)
    began = newest_ms(page, "cpu")
    wait_until(lambda: newest_ms(page, "cpu") >= began + 2000, 6)
    assert page.evaluate(ranges) == held, "new points do not move what somebody looks at"
    follow.click()
    expect(follow).to_be_hidden()


def test_a_hidden_page_costs_nothing_and_catches_up(open_page: OpenPage, swarm: Swarm) -> None:
    page = loaded(open_page("/node/alpha"))
    page.evaluate(
        "Object.defineProperty(document, 'hidden', {value: true, configurable: true});"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    wait_until(lambda: (swarm.health() or {})["browsers"] == 0)
    stopped = newest_ms(page, "cpu")
    wait_until(lambda: page.evaluate("Date.now()") > stopped + 3000, 6)
    assert newest_ms(page, "cpu") == stopped
    page.evaluate(
        "Object.defineProperty(document, 'hidden', {value: false, configurable: true});"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    wait_until(lambda: newest_ms(page, "cpu") >= stopped + 3000, 6)
    times = page.evaluate("document.getElementById('chart-cpu').data[0].x")
    steps = [later - earlier for earlier, later in pairwise(times) if earlier >= stopped]
    assert max(steps) < 2000, "what came meanwhile was fetched"


def test_a_node_nobody_knows_is_said(open_page: OpenPage) -> None:
    page = open_page("/node/nobody")
    expect(page.get_by_role("heading", name="No such node")).to_be_visible()
    expect(page.locator("#node-content")).to_be_hidden()
