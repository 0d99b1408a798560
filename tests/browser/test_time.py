"""Time on the node page: ranges, zoom and back, pause, from and to, the zone, and the link that carries all of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.processes import wait_until

OpenPage = Callable[..., Page]
MINUTE_MS = 60_000


def opened(open_page: OpenPage, path: str = "/node/alpha", **options: object) -> Page:
    page = open_page(path, **options)
    expect(page.locator("#node-page")).to_have_attribute("data-loaded", "300", timeout=15_000)
    return page


def shown(page: Page, chart: str = "cpu") -> tuple[float, float]:
    """The time axis of a chart, ms."""
    start, end = page.evaluate(f"document.getElementById('chart-{chart}').layout.xaxis.range")
    return start, end


def span_ms(page: Page) -> float:
    start, end = shown(page)
    return end - start


def in_address(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def zoom(page: Page, begin: float, end: float, chart: str = "cpu") -> None:
    """Drags over a part of a chart; both are shares of its width."""
    plot = page.locator(f"#chart-{chart} .nsewdrag").bounding_box()
    assert plot is not None
    y = plot["y"] + plot["height"] / 2
    page.mouse.move(plot["x"] + plot["width"] * begin, y)
    page.mouse.down()
    page.mouse.move(plot["x"] + plot["width"] * end, y, steps=5)
    page.mouse.up()


def test_every_range_is_drawn_at_a_click(open_page: OpenPage) -> None:
    page = opened(open_page)
    for key, seconds in (("1h", 3600), ("24h", 86_400), ("30d", 2_592_000), ("2y", 63_072_000)):
        page.locator(f"[data-range='{key}']").click()
        expect(page.locator("#node-page")).to_have_attribute("data-loaded", str(seconds))
        # What is loaded is drawn with the next frame.
        wait_until(lambda: abs(span_ms(page) - seconds * 1000) < 1000, 5)  # noqa: B023
        assert in_address(page) == {"range": key}
        expect(page.locator(f"[data-range='{key}']")).to_have_attribute("aria-checked", "true")


def test_a_live_window_goes_on_after_a_change_of_range(open_page: OpenPage) -> None:
    page = opened(open_page)
    page.locator("[data-range='15m']").click()
    expect(page.locator("#node-page")).to_have_attribute("data-loaded", "900")
    _, before = shown(page)
    wait_until(lambda: shown(page)[1] >= before + 2000, 6)


def test_zooms_go_to_all_charts_and_double_clicks_lead_back(open_page: OpenPage) -> None:
    page = opened(open_page)
    zoom(page, 0.3, 0.8)
    wait_until(lambda: abs(span_ms(page) - 2.5 * MINUTE_MS) < 5000)
    wait_until(lambda: shown(page, "memory") == shown(page))
    first = shown(page)
    zoom(page, 0.2, 0.6, "memory")
    wait_until(lambda: abs(span_ms(page) - MINUTE_MS) < 5000)
    assert {"from", "to"} <= in_address(page).keys()
    page.locator("#chart-cpu .nsewdrag").dblclick()
    wait_until(lambda: shown(page) == first)
    page.locator("#chart-cpu .nsewdrag").dblclick()
    wait_until(lambda: span_ms(page) == 5 * MINUTE_MS)
    _, live = shown(page)
    wait_until(lambda: shown(page)[1] >= live + 2000, 6)
    assert in_address(page) == {}


def test_new_points_do_not_move_what_somebody_looks_at(open_page: OpenPage) -> None:
    page = opened(open_page)
    zoom(page, 0.5, 0.9)
    back = page.get_by_role("button", name="Back to live")
    expect(back).to_be_visible()
    wait_until(lambda: span_ms(page) < 3 * MINUTE_MS)
    held = shown(page)
    seen = page.evaluate("mcp.live.now()")
    page.wait_for_function("(seen) => mcp.live.now() > seen + 2500", arg=seen)
    assert shown(page) == held
    back.click()
    expect(back).to_be_hidden()
    wait_until(lambda: span_ms(page) == 5 * MINUTE_MS)


def test_a_pause_holds_everything_until_it_goes_on(open_page: OpenPage) -> None:
    page = opened(open_page)
    page.get_by_role("button", name="Pause (P)").click()
    expect(page.locator("#time-controls")).to_have_attribute("data-state", "paused")
    expect(page.locator("#node-page")).to_have_attribute("data-loaded", "300")
    held = shown(page)
    seen = page.evaluate("mcp.live.now()")
    page.wait_for_function("(seen) => mcp.live.now() > seen + 2500", arg=seen)
    assert shown(page) == held
    page.keyboard.press("p")
    expect(page.locator("#time-controls")).to_have_attribute("data-state", "following")
    wait_until(lambda: shown(page)[1] > held[1] + 1000, 6)


def test_from_and_to_are_typed_and_nonsense_is_refused(open_page: OpenPage) -> None:
    page = opened(open_page, "/node/alpha?tz=utc")
    page.get_by_role("button", name="From and to, time zone").click()
    page.locator("#time-from").fill("2026-01-02T03:04:05")
    page.locator("#time-to").fill("2026-01-02T03:00:00")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#time-complaint")).to_have_text("The beginning must be before the end.")
    page.locator("#time-to").fill("2026-01-02T04:04:05")
    page.keyboard.press("Enter")
    expect(page.locator("#time-panel")).to_be_hidden()
    expect(page.locator("#node-page")).to_have_attribute("data-loaded", "3600")
    assert shown(page) == (1_767_323_045_000, 1_767_326_645_000)
    expect(page.locator("#empty-cpu")).to_have_text("Nothing reported in this time")


def test_times_are_told_in_utc_when_that_is_chosen(open_page: OpenPage) -> None:
    page = opened(open_page, timezone_id="Asia/Kolkata")
    tick = "document.getElementById('chart-cpu').layout.xaxis.ticktext[0].slice(0, 5)"
    place = "document.getElementById('chart-cpu').layout.xaxis.tickvals[0]"
    assert page.evaluate(f"new Date({place} + 330 * 60000).toISOString().slice(11, 16) === {tick}")
    page.get_by_role("button", name="From and to, time zone").click()
    page.get_by_role("radio", name="UTC").click()
    wait_until(lambda: page.evaluate(f"new Date({place}).toISOString().slice(11, 16) === {tick}"))
    assert in_address(page)["tz"] == "utc"
    expect(page.locator("#time-zone")).to_have_text("UTC")


def test_a_link_carries_the_whole_view(open_page: OpenPage) -> None:
    page = opened(open_page, "/node/alpha?tz=utc", color_scheme="dark")
    zoom(page, 0.3, 0.8)
    wait_until(lambda: "from" in in_address(page))
    link = urlsplit(page.evaluate("mcp.view.link()"))
    other = open_page(f"{link.path}?{link.query}", color_scheme="light")
    wait_until(lambda: other.evaluate("Boolean(document.getElementById('chart-cpu')?.layout)"))
    wait_until(lambda: [round(at) for at in shown(other)] == [round(at) for at in shown(page)])
    assert other.evaluate("document.documentElement.dataset.mantineColorScheme") == "dark"
    assert other.evaluate("mcp.view.isUtc()")


def test_the_range_goes_along_from_page_to_page(open_page: OpenPage) -> None:
    page = opened(open_page)
    page.locator("[data-range='1h']").click()
    expect(page.locator("#node-page")).to_have_attribute("data-loaded", "3600")
    page.locator("#fleet-link").click()
    # The cards may name it, too.
    page.locator('.ag-row[row-id="beta"] .node-link').click()
    expect(page.locator("#node-page")).to_have_attribute("data-loaded", "3600")
    assert in_address(page)["range"] == "1h"


@pytest.mark.parametrize("width", [390, 1024, 1440, 1920])
def test_neither_a_zoom_nor_a_pause_moves_the_page(open_page: OpenPage, width: int) -> None:
    page = opened(open_page, "/node/alpha?tz=utc", viewport={"width": width, "height": 900})
    chart = page.locator("#chart-cpu")
    before = chart.bounding_box()
    page.get_by_role("button", name="Pause (P)").click()
    expect(page.get_by_role("button", name="Back to live")).to_be_in_viewport()
    assert chart.bounding_box() == before
    page.evaluate("mcp.time.zoomTo(mcp.live.now() - 4e10, mcp.live.now() - 4e10 + 60000)")
    expect(page.locator("#time-text")).to_have_text(re.compile(r"\d{4}.* UTC$"))
    assert chart.bounding_box() == before
    assert page.evaluate("document.documentElement.scrollWidth") <= width, "nothing sticks out to the side"
    crossed = page.evaluate(
        """() => {
          const { left, right } = document.querySelector(".time-fixed").getBoundingClientRect();
          return [left >= 0, right <= innerWidth];
        }"""
    )
    assert crossed == [True, True]


def test_tab_goes_once_to_each_group_and_out_of_the_panel(open_page: OpenPage) -> None:
    page = opened(open_page)
    stops = page.locator(".time-ranges [role='radio'][tabindex='0']")
    expect(stops).to_have_attribute("data-range", "5m")
    stops.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-range='15m']")).to_be_focused()
    expect(stops).to_have_attribute("data-range", "15m")
    page.get_by_role("button", name="From and to, time zone").click()
    expect(page.locator("#time-panel [role='radio'][tabindex='0']")).to_have_count(1)
    page.get_by_role("radio", name="This browser").focus()
    page.keyboard.press("Tab")
    expect(page.locator("#time-panel")).to_be_hidden()


def test_times_no_node_can_have_told_of_are_not_asked_for(open_page: OpenPage) -> None:
    page = opened(open_page, "/node/alpha?from=1&to=100000")
    assert span_ms(page) == 5 * MINUTE_MS
    page = open_page("/node/alpha?from=1&to=9e18")
    expect(page.locator("#node-page")).to_have_attribute("data-loaded", str(731 * 86_400), timeout=15_000)
