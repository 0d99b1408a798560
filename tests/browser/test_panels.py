"""Panels in a real browser: marks of events, and figures and legends that need more room than there is."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.boards import CPU, box, drawn, made, panel
from tests.browser.swarm import Swarm
from tests.processes import wait_until

OpenPage = Callable[..., Page]
PHONE = {"width": 390, "height": 844}
MEAN = {"title": "Mean", "columns": ["cpu.percent"], "aggregate": "MEAN", "x": 6, "width": 6, "height": 4}
THREE = {
    "title": "Three",
    "kind": "FIGURE",
    "columns": ["cpu.percent", "memory.percent", "disk.percent"],
    "aggregate": "MEAN",
    "width": 3,
    "height": 2,
}
MANY = {
    "title": "Many",
    "columns": [f"memory.{name}_bytes" for name in ("total", "used", "available", "cached", "buffers")],
    "node_ids": ["alpha", "beta"],
    "width": 5,
    "height": 5,
}

UNITS = {
    "title": "Units",
    "columns": ["cpu.percent", "memory.used_bytes", "cpu.load_1m", "processes.count", "network.bytes_recv"],
    "node_ids": ["alpha"],
    "width": 6,
    "height": 4,
}
LEGIBLE_PX = 110


def bad_mark_of_beta(place: Locator) -> Locator:
    return place.locator('.chart-mark[data-tone="bad"][title*="beta: "]').first


def test_what_happens_to_a_node_is_marked_where_it_is_drawn_and_not_in_a_mean(
    open_page: OpenPage, swarm: Swarm
) -> None:
    dashboard = made(swarm.url, "Marked", CPU, MEAN)
    page = open_page(f"/dashboard/{dashboard}?range=5m")
    drawn(page, "CPU")
    drawn(page, "Mean")
    swarm.kill("beta")
    try:
        expect(bad_mark_of_beta(panel(page, "CPU"))).to_be_attached(timeout=15_000)
    finally:
        swarm.start_node("beta", "--labels", "region=us")
        wait_until(lambda: swarm.states().get("beta") == "live", 20)
    expect(panel(page, "Mean").locator(".chart-mark")).to_have_count(0)
    page.goto(f"{swarm.url}/compare?column=cpu.percent&range=5m")
    expect(bad_mark_of_beta(page.locator(".compare-panel"))).to_be_attached(timeout=15_000)


def test_on_a_phone_all_figures_of_a_panel_are_seen(open_page: OpenPage, swarm: Swarm) -> None:
    dashboard = made(swarm.url, "Figures", THREE)
    page = open_page(f"/dashboard/{dashboard}", viewport=PHONE)
    drawn(page, "Three")
    frame, figures = panel(page, "Three"), page.locator(".panel-figure")
    expect(figures).to_have_count(3)
    for number in range(3):
        figure, around = box(figures.nth(number)), box(frame)
        assert figure["y"] + figure["height"] <= around["y"] + around["height"]
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_figures_stay_while_their_values_change(open_page: OpenPage, swarm: Swarm) -> None:
    dashboard = made(swarm.url, "Changing", THREE)
    page = open_page(f"/dashboard/{dashboard}")
    drawn(page, "Three")
    figure = page.locator(".panel-figure").first.element_handle()
    before = figure.inner_text()
    expect(page.locator(".panel-figure").first).not_to_have_text(before, timeout=15_000, use_inner_text=True)
    assert figure.evaluate("(element) => element.isConnected")


def test_charts_of_many_units_are_legible_and_stay_in_their_panel(open_page: OpenPage, swarm: Swarm) -> None:
    dashboard = made(swarm.url, "Many units", UNITS)
    page = open_page(f"/dashboard/{dashboard}")
    drawn(page, "Units")
    frame, charts = panel(page, "Units"), panel(page, "Units").locator(".panel-chart")
    expect(charts).to_have_count(5)
    assert all(box(charts.nth(number))["height"] >= LEGIBLE_PX for number in range(5))
    charts.last.scroll_into_view_if_needed()
    last, around = box(charts.last), box(frame)
    assert around["y"] <= last["y"]
    assert last["y"] + last["height"] <= around["y"] + around["height"]
    expect(charts.last.locator(".main-svg").first).to_be_attached()


def test_where_figures_do_not_fit_the_keyboard_scrolls_to_them(open_page: OpenPage, swarm: Swarm) -> None:
    dashboard = made(swarm.url, "Narrow figures", THREE)
    page = open_page(f"/dashboard/{dashboard}")
    drawn(page, "Three")
    place = page.locator(".panel-figures")
    expect(place).to_have_attribute("tabindex", "0")
    before = page.locator(".panel-figure-value").first.inner_text()
    place.focus()
    page.keyboard.press("End")
    expect(page.locator(".panel-figure").nth(2)).to_be_in_viewport(ratio=0.5)
    # New values come: where one is stays.
    expect(page.locator(".panel-figure-value").first).not_to_have_text(before, timeout=15_000)
    expect(place).to_be_focused()
    assert place.evaluate("(element) => element.scrollTop") > 0


def test_a_legend_of_many_lines_says_so_and_lays_them_over_the_chart(open_page: OpenPage, swarm: Swarm) -> None:
    dashboard = made(swarm.url, "Legends", MANY)
    page = open_page(f"/dashboard/{dashboard}")
    drawn(page, "Many")
    more, entries = page.locator(".legend-more"), page.locator(".legend-entry")
    expect(more).to_have_text(re.compile(r"^\+\d+ more$"))
    expect(entries).to_have_count(10)
    plot = box(page.locator(".chart-body"))
    more.focus()
    page.keyboard.press("Enter")
    expect(more).to_have_attribute("aria-expanded", "true")
    expect(entries.last).to_be_in_viewport(ratio=1)
    assert box(page.locator(".chart-body")) == plot, "the chart stays where it is"
    page.keyboard.press("Shift+Tab")
    expect(entries.last).to_be_focused()
    page.keyboard.press("Enter")
    expect(entries.last).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Escape")
    expect(more).to_be_focused()
    expect(more).to_have_attribute("aria-expanded", "false")


def test_a_legend_with_room_for_all_lines_has_no_button(open_page: OpenPage, swarm: Swarm) -> None:
    dashboard = made(swarm.url, "Short legends", {**CPU, "node_ids": ["alpha", "beta"]})
    page = open_page(f"/dashboard/{dashboard}")
    drawn(page, "CPU")
    expect(page.locator(".legend-entry")).to_have_count(2)
    expect(page.locator(".legend-more")).to_be_hidden()
