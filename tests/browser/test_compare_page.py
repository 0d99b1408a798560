"""The page to compare in a real browser, against a real leader with real nodes."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.processes import wait_until

OpenPage = Callable[..., Page]
PHONE = {"width": 390, "height": 844}
LOADED_MS = 15_000


def panels(page: Page, count: int = 1, state: str = "ready") -> Locator:
    """The panels, all of them in this state."""
    expect(page.locator(f".compare-panel[data-state={state}]")).to_have_count(count, timeout=LOADED_MS)
    return page.locator(".compare-panel")


def options(page: Page) -> Locator:
    """What the open picker offers."""
    return page.get_by_role("listbox").get_by_role("option")


def newest_ms(page: Page) -> float:
    """The time of the newest point of the first chart."""
    return float(page.evaluate("document.querySelector('.compare-panel .chart-plot')?.data?.[0]?.x.at(-1) ?? 0"))


def test_an_example_is_one_click(open_page: OpenPage) -> None:
    page = open_page("/compare")
    expect(page.get_by_role("heading", name="What would you like to see?")).to_be_visible(timeout=LOADED_MS)
    page.get_by_role("link", name="CPU of all nodes").click(timeout=LOADED_MS)
    expect(panels(page).locator(".chart-plot .lines")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"column=cpu\.percent&aggregate=p95"))
    expect(page.get_by_role("heading", name="CPU, p95")).to_be_visible()
    expect(page.locator("#compare-empty")).to_be_hidden()


def test_columns_and_nodes_are_chosen_by_the_keyboard(open_page: OpenPage) -> None:
    page = open_page("/compare")
    expect(page.locator(".compare-example").first).to_be_visible(timeout=LOADED_MS)
    page.keyboard.press("/")
    page.keyboard.type("cpu.percent")
    expect(options(page)).to_have_text(re.compile(r"cpu\.percent"))
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    panels(page)
    nodes = page.get_by_role("combobox", name="Nodes")
    nodes.focus()
    page.keyboard.type("bet")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"node=beta&column=cpu\.percent"))
    page.keyboard.press("Backspace")
    expect(page).not_to_have_url(re.compile("node="))


def test_the_address_is_the_view(open_page: OpenPage) -> None:
    query = "label=region%3Deu&column=cpu.percent&column=memory.percent&aggregate=max&by=region&split=column&range=15m"
    page = open_page(f"/compare?{query}")
    panels(page, 2)
    expect(page.locator(".picker-chip")).to_have_text(["cpu.percent", "memory.percent", "region=eu"])
    expect(page.locator("#compare-aggregate")).to_have_value("MAX")
    expect(page.locator("#compare-by")).to_have_value("region")
    expect(page.locator(".compare-card h2")).to_have_text(["CPU, highest by region", "Memory, highest by region"])
    page.locator("#compare-split").select_option("none")
    expect(page).not_to_have_url(re.compile("split="))
    expect(page).to_have_url(re.compile("range=15m"))


def test_live_points_follow_for_samples_and_for_aggregates(open_page: OpenPage) -> None:
    page = open_page("/compare?column=cpu.percent&node=alpha&node=beta")
    panels(page)
    wait_until(lambda: newest_ms(page) > 0, 10)
    began = newest_ms(page)
    wait_until(lambda: newest_ms(page) >= began + 2000, 10)
    expect(page.locator(".legend-name")).to_have_text(["alpha", "beta"])
    page.locator("#compare-aggregate").select_option("MEAN")
    expect(page.get_by_role("heading", name="CPU, mean")).to_be_visible(timeout=LOADED_MS)
    panels(page)
    wait_until(lambda: newest_ms(page) % 5000 == 0, 10)
    began = newest_ms(page)
    wait_until(lambda: newest_ms(page) > began, 20)


def test_small_multiples_have_one_chart_for_each_node(open_page: OpenPage) -> None:
    page = open_page("/compare?column=cpu.percent&split=node&label=region%3Deu")
    panels(page)
    expect(page.locator(".compare-card h2")).to_have_text("alpha")
    page.get_by_role("button", name="Remove region=eu").click()
    expect(page.locator(".compare-card h2").filter(has_text="beta")).to_be_visible(timeout=LOADED_MS)


def test_zooming_one_chart_zooms_all_and_a_double_click_goes_back(open_page: OpenPage) -> None:
    page = open_page("/compare?column=cpu.percent&column=memory.percent&split=column")
    panels(page, 2)
    wait_until(lambda: newest_ms(page) > 0, 10)
    plot = page.locator(".chart-plot .nsewdrag").first.bounding_box()
    assert plot is not None
    # The nodes have just begun: on the left nothing was reported, which is no reason to be stuck there.
    left, y = plot["x"] + 20, plot["y"] + plot["height"] / 2
    page.mouse.move(left, y)
    page.mouse.down()
    page.mouse.move(left + 80, y, steps=5)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"from=\d+&to=\d+"))
    ranges = "[...document.querySelectorAll('.chart-plot')].map((plot) => String(plot.layout.xaxis.range))"
    wait_until(lambda: len(set(page.evaluate(ranges))) == 1, 10)
    page.mouse.dblclick(left, y)
    expect(page).not_to_have_url(re.compile("from="))
    panels(page, 2)


def test_a_table_has_the_newest_values_and_leads_to_nodes(open_page: OpenPage) -> None:
    page = open_page("/compare?column=memory.percent&kind=table&node=alpha&node=beta")
    rows = panels(page).get_by_role("row").filter(has=page.get_by_role("rowheader"))
    expect(rows).to_have_count(2)
    expect(rows.first.locator(".number")).to_have_text(re.compile(r"^\d+\.\d ?%$"))
    page.get_by_role("link", name="beta").click()
    expect(page).to_have_url(re.compile("/node/beta"))


def test_figures_have_a_value_and_a_line(open_page: OpenPage) -> None:
    page = open_page("/compare?column=cpu.percent&column=memory.used_bytes&kind=figure&aggregate=mean")
    figures = panels(page).locator(".panel-figure")
    expect(figures).to_have_count(2)
    expect(figures.first.locator(".panel-figure-value")).to_have_text(re.compile(r"^\d+\.\d%$"))
    expect(figures.first.locator("svg.spark")).to_be_visible()


def test_what_is_drawn_can_be_kept_as_a_file(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page("/compare?column=cpu.percent&node=alpha&node=beta")
    panels(page)
    wait_until(lambda: newest_ms(page) > 0, 10)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    download.value.save_as(tmp_path / "drawn.csv")
    head, *rows = csv.reader((tmp_path / "drawn.csv").open())
    assert head == ["time", "chart", "line", "unit", "value"]
    assert {(row[1], row[2], row[3]) for row in rows} == {("CPU", "alpha", "%"), ("CPU", "beta", "%")}
    assert all(0 <= float(row[4]) <= 100 for row in rows)


def test_a_column_nobody_has_is_said(open_page: OpenPage) -> None:
    page = open_page("/compare?column=cpu.prcent")
    expect(panels(page, state="empty")).to_contain_text("No node reports “cpu.prcent”")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_everything(open_page: OpenPage, scheme: str) -> None:
    page = open_page("/compare?column=cpu.percent", viewport=PHONE, has_touch=True, color_scheme=scheme)
    panels(page)
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", scheme)
    page.get_by_role("combobox", name="Columns").click()
    expect(options(page).first).to_be_visible(timeout=LOADED_MS)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], "nothing sticks out to the side"


def test_nothing_moves_once_it_is_there(open_page: OpenPage) -> None:
    page = open_page("/compare?column=cpu.percent&column=memory.percent&split=column")
    panels(page, 2)
    wait_until(lambda: newest_ms(page) > 0, 10)
    shifted = page.evaluate(
        """() => new Promise((resolve) => {
          let sum = 0;
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
          }).observe({ type: "layout-shift", buffered: true });
          setTimeout(() => resolve(sum), 1500);
        })"""
    )
    assert shifted < 0.05


def test_charts_of_another_time_than_chosen_are_busy(open_page: OpenPage) -> None:
    page = open_page("/compare?column=cpu.percent")
    panels(page)
    box = page.locator(".compare-panel .chart-box")
    expect(box).not_to_have_attribute("aria-busy", "true")
    held: list[Route] = []
    page.route("**/api/panel?*", lambda route: held.append(route), times=1)
    page.locator("[data-range='24h']").click()
    expect(box).to_have_attribute("aria-busy", "true")
    wait_until(lambda: len(held) == 1)
    held[0].continue_()
    expect(box).not_to_have_attribute("aria-busy", "true")
