"""What surrounds every page: keys, focus, titles, colours, and what is shown when a script fails."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.pages import PATHS, settled
from tests.browser.swarm import Swarm

OpenPage = Callable[..., Page]
SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
MOST_SHIFTED = 0.05


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.textContent"))


@pytest.mark.parametrize(
    ("letter", "path"), [("c", "/compare"), ("d", "/dashboards"), ("e", "/events"), ("s", "/system"), ("f", "/")]
)
def test_g_and_a_letter_goes_to_a_page(open_page: OpenPage, letter: str, path: str) -> None:
    page = settled(open_page("/system" if path == "/" else "/"))
    page.keyboard.press("g")
    page.keyboard.press(letter)
    expect(page).to_have_url(re.compile(rf"{path}(\?|$)"))
    expect(page.locator(".nav-link[aria-current=page]")).to_have_attribute("href", path)


def test_a_slash_searches_nodes_from_anywhere(open_page: OpenPage) -> None:
    page = settled(open_page("/system"))
    page.keyboard.press("/")
    expect(page.locator("#fleet-search")).to_be_focused()
    page.keyboard.type("g")
    expect(page.locator("#fleet-search")).to_have_value("g")
    page.keyboard.press("Escape")
    expect(page.locator("#fleet-search")).to_have_value("")
    page.keyboard.press("Escape")
    expect(page.locator("#fleet-search")).not_to_be_focused()


def test_a_question_mark_tells_the_keys(open_page: OpenPage) -> None:
    page = settled(open_page("/"))
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_contain_text("Search nodes")
    page.keyboard.press("/")
    expect(page.locator("#fleet-search")).not_to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Keyboard shortcuts").click()
    expect(dialog).to_be_visible()


def test_the_first_tab_leads_past_the_menu(open_page: OpenPage) -> None:
    page = settled(open_page("/system"))
    page.keyboard.press("Tab")
    link = page.get_by_role("link", name="Skip to the content")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert focused(page) == "main"
    expect(page).to_have_url(re.compile("/system$"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.getElementById('main').contains(document.activeElement)")


def test_focus_goes_along_the_frame_in_order_and_is_seen(open_page: OpenPage) -> None:
    page = settled(open_page("/system"))
    names = []
    for _ in range(9):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.ariaLabel || document.activeElement.textContent"))
        style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert style != "none", names
    pages = ["Fleet", "Compare", "Dashboards", "Events", "System"]
    assert names == ["Skip to the content", "MCP Telemetry", "Keyboard shortcuts", *pages, "Add a node"]


def test_a_new_page_says_its_title(open_page: OpenPage) -> None:
    page = settled(open_page("/"))
    page.get_by_role("link", name="System").click()
    expect(page).to_have_title("System · MCP Telemetry")
    expect(page.locator("#announcer")).to_have_text("System · MCP Telemetry")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_follow_the_system_and_can_be_set(open_page: OpenPage, scheme: str) -> None:
    page = settled(open_page("/", color_scheme=scheme))
    html, other = page.locator("html"), "light" if scheme == "dark" else "dark"
    expect(html).to_have_attribute("data-mantine-color-scheme", scheme)
    page.get_by_role("radiogroup", name="Colours").get_by_text(other.capitalize()).click()
    expect(html).to_have_attribute("data-mantine-color-scheme", other)
    page.reload()
    settled(page)
    expect(html).to_have_attribute("data-mantine-color-scheme", other)
    expect(page.get_by_role("radio", name=other.capitalize())).to_be_checked()
    page.get_by_role("radiogroup", name="Colours").get_by_text("Auto").click()
    expect(html).to_have_attribute("data-mantine-color-scheme", scheme)
    page.emulate_media(color_scheme=other)
    expect(html).to_have_attribute("data-mantine-color-scheme", other)


def test_a_link_brings_its_colours(open_page: OpenPage) -> None:
    page = settled(open_page("/?scheme=dark", color_scheme="light"))
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    page.get_by_role("radiogroup", name="Colours").get_by_text("Light").click()
    expect(page).to_have_url(re.compile("scheme=light"))
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "light")


def test_a_script_that_fails_leaves_no_blank_page(chromium: Browser, swarm: Swarm) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(swarm.url)
    settled(page)
    page.evaluate("delete mcp.system")
    page.get_by_role("link", name="System").click()
    card = page.locator("#page-error")
    expect(card).to_contain_text("Something on this page failed.")
    expect(card).to_contain_text("the script of /system did not load")
    expect(page.get_by_role("heading", name="System")).to_be_visible()
    page.get_by_role("link", name="Events").click()
    expect(card).to_be_hidden()
    page.evaluate("setTimeout(() => { throw new TypeError('of a test') })")
    expect(card).to_contain_text("TypeError: of a test")
    card.get_by_role("button", name="Close").click()
    expect(card).to_be_hidden()
    context.close()


@pytest.mark.parametrize("path", PATHS)
def test_nothing_moves_once_it_is_there(chromium: Browser, swarm: Swarm, path: str) -> None:
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(SHIFTS)
    page = context.new_page()
    page.goto(swarm.url + path)
    settled(page)
    assert page.evaluate("window.shifted") < MOST_SHIFTED
    context.close()
