"""The node page in a real browser."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import Locator, Page, expect

from dashboard.components.parts import NOTHING
from tests.browser.actors import Actor
from tests.browser.swarm import Swarm
from tests.processes import wait_until
from tests.reading import times_ns

OpenPage = Callable[..., Page]
CHARTS = ("cpu", "memory", "network", "disk_io")


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


def drawn_ms(page: Page, chart: str) -> float:
    """From the oldest point that is drawn to the newest; 0 as long as there is none."""
    times = f"document.getElementById('chart-{chart}').data[0]?.x ?? [0]"
    return float(page.evaluate(f"(times => times.at(-1) - times[0])({times})"))


def newest_ms(page: Page, chart: str) -> float:
    """The time of the newest point that is drawn."""
    return float(page.evaluate(f"document.getElementById('chart-{chart}').data[0].x.at(-1)"))


def test_all_charts_get_new_points_each_second(open_page: OpenPage) -> None:
    page = loaded(open_page("/node/alpha"))
    for chart in CHARTS:
        began = newest_ms(page, chart)
        wait_until(lambda chart=chart, began=began: newest_ms(page, chart) >= began + 2000, 6)


def test_points_come_one_by_one_in_order_of_time(open_page: OpenPage, swarm: Swarm) -> None:
    page = loaded(open_page("/node/alpha"))
    began = newest_ms(page, "cpu")
    wait_until(lambda: newest_ms(page, "cpu") >= began + 4000, 10)
    drawn = [at for at in page.evaluate("document.getElementById('chart-cpu').data[0].x") if at >= began]
    assert len(drawn) >= 4
    stored = [ns // 1_000_000 for ns in times_ns(swarm.leader_address, "alpha", "cpu.percent")]
    assert drawn == [at for at in stored if began <= at <= drawn[-1]], "no point twice, none left out"


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


def test_a_slow_clock_does_not_empty_the_page(open_page: OpenPage, actor: Actor) -> None:
    actor.ahead_s = -900
    page = loaded(open_page("/node/actor"))
    expect(page.locator("#fact-offset")).to_have_text(re.compile(r"-(899|900)\.\d s"), timeout=10_000)
    expect(page.locator("#fact-offset")).to_have_attribute("title", re.compile("15 min behind the leader's"))
    wait_until(lambda: abs(newest_ms(page, "cpu") - (time.time() - 900) * 1000) < 3000)
    end = page.evaluate("+new Date(document.getElementById('chart-cpu').layout.xaxis.range[1])")
    assert abs(end - (time.time() - 900) * 1000) < 5000, "the window ends at the node's now"
    expect(page.locator("#fact-seen")).to_have_text("now")
    expect(page.locator("#node-last")).to_be_hidden()


def test_a_time_without_samples_leads_to_the_last_one(open_page: OpenPage, actor: Actor) -> None:
    now_ms = int(time.time() * 1000)
    page = loaded(open_page(f"/node/actor?from={now_ms + 7_200_000}&to={now_ms + 7_260_000}"), 60)
    expect(page.locator("#node-last")).to_contain_text("Nothing came from this node in this time.")
    expect(page.locator("#empty-cpu")).to_be_visible()
    page.get_by_role("button", name="Go to the last sample").click()
    expect(page.locator("#empty-cpu")).to_be_hidden()
    expect(page.locator("#node-last")).to_be_hidden()
    expect(page.locator("#time-live")).to_be_visible()


def test_facts_are_told_in_the_zone_that_is_chosen(open_page: OpenPage) -> None:
    page = loaded(open_page("/node/alpha?tz=utc", timezone_id="Asia/Tokyo"))
    expect(page.locator("#fact-first")).not_to_have_attribute("title", "")
    told = page.locator("#fact-first").get_attribute("title") or ""
    page.get_by_role("button", name="From and to, time zone").click()
    page.locator('[data-zone="local"]').click()
    expect(page.locator("#fact-first")).not_to_have_attribute("title", told)


def test_facts_and_figures_are_told(open_page: OpenPage) -> None:
    page = loaded(open_page("/node/alpha"))
    expect(page.locator("#node-state")).to_have_text("Live")
    expect(page.locator("#node-subtitle")).to_contain_text("Linux")
    expect(page.locator("#fact-labels")).to_contain_text("region=eu")
    expect(page.locator("#fact-seen")).to_have_text("now")
    expect(page.locator("#fact-address")).to_contain_text("127.0.0.1")
    expect(page.locator("#fact-memory")).to_contain_text("GiB")
    expect(page.locator("#now-cpu")).to_contain_text("%")
    expect(legend(page, "network").first).to_have_text(re.compile(r"Received.*B/s"))
    expect(page.locator("#node-absent")).to_contain_text("Requests")


def legend(page: Page, chart: str) -> Locator:
    return page.locator(f".chart-box:has(#chart-{chart}) .legend-entry")


def test_a_chart_below_is_drawn_when_it_comes_into_sight(open_page: OpenPage) -> None:
    page = loaded(open_page("/node/alpha"))
    assert page.evaluate("document.getElementById('chart-sockets').data") is None
    page.get_by_role("button", name="Network").click()
    wait_until(lambda: page.evaluate("document.getElementById('chart-sockets').data?.length > 0"))
    began = newest_ms(page, "interfaces")
    wait_until(lambda: newest_ms(page, "interfaces") >= began + 2000, 6)


def test_own_metrics_and_durations_have_charts(open_page: OpenPage, actor: Actor) -> None:
    page = loaded(open_page("/node/actor"))
    page.get_by_role("button", name="MCP server").click()
    expect(legend(page, "durations_p95")).to_have_count(2)
    expect(legend(page, "durations_p95").first).to_have_text(re.compile(r"tools/call (search|fetch).*m?s"))
    expect(legend(page, "calls").first).to_contain_text("/s")


def test_one_crosshair_shows_the_values_of_its_time_in_all_charts(open_page: OpenPage) -> None:
    # An hour ago there was no swarm, however long its tests have taken.
    page = loaded(open_page("/node/alpha?range=1h"), 3600)
    # A pixel is some seconds wide here.
    wait_until(lambda: drawn_ms(page, "cpu") > 20_000, 40)
    point_at(page, "cpu", 0.02)
    expect(page.locator(".chart-cross:visible")).to_have_count(page.locator(".chart-over:visible").count())
    expect(page.locator(".chart-label:visible")).to_have_count(1)
    expect(page.locator("#now-cpu")).to_contain_text(NOTHING)
    point_at(page, "cpu", 0.9999)
    expect(page.locator("#now-cpu")).to_contain_text("%")
    page.mouse.move(5, 5)
    expect(page.locator(".chart-cross:visible")).to_have_count(0)


def point_at(page: Page, chart: str, share: float) -> None:
    plot = page.locator(f"#chart-{chart} .nsewdrag").bounding_box()
    assert plot is not None
    page.mouse.move(plot["x"] + plot["width"] * share, plot["y"] + plot["height"] / 2)


def test_what_happened_is_marked_on_every_chart(open_page: OpenPage) -> None:
    page = loaded(open_page("/node/alpha?range=1h"), 3600)
    mark = page.locator(".chart-body:has(#chart-memory) .chart-mark")
    expect(mark.first).to_have_attribute("title", re.compile("seen|again|Silent|stopped"))
    expect(page.locator(".chart-body:has(#chart-cpu) .chart-mark")).to_have_count(mark.count())


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
