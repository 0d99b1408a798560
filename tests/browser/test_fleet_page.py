"""The fleet page in a real browser, against a real leader with real nodes."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.swarm import Swarm

OpenPage = Callable[..., Page]
PHONE = {"width": 390, "height": 844}


def row(page: Page, node_id: str) -> str:
    return f'#fleet-grid .ag-row[row-id="{node_id}"]'


def test_nodes_are_there_live_with_their_figures(open_page: OpenPage) -> None:
    page = open_page("/")
    alpha = page.locator(row(page, "alpha"))
    expect(alpha.locator(".state")).to_have_text("Live")
    expect(alpha.locator(".bar-value").first).to_have_text(re.compile(r"^\d+%$"))
    expect(page.locator("#figure-nodes")).to_have_text("2 / 2")
    expect(page.locator("#link-text")).to_have_text("Live")
    expect(page.locator("#banner")).to_be_hidden()


def test_figures_move_each_second(open_page: OpenPage) -> None:
    page = open_page("/")
    line = page.locator(row(page, "alpha")).locator(".spark .line")
    for _ in range(2):
        before = line.get_attribute("d") or ""
        expect(line).not_to_have_attribute("d", before, timeout=5000)


def test_search_and_states_filter_the_table(open_page: OpenPage) -> None:
    page = open_page("/")
    expect(page.locator(row(page, "beta"))).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("region=us")
    expect(page.locator(row(page, "alpha"))).to_have_count(0)
    expect(page.locator(row(page, "beta"))).to_be_visible()
    page.locator("#fleet-search").fill("nobody")
    expect(page.locator("#fleet-nothing")).to_be_visible()
    page.locator("#fleet-search").fill("")
    page.locator("#fleet-state-offline").click()
    expect(page.locator(row(page, "alpha"))).to_have_count(0)


def test_a_row_leads_to_its_node_and_back(open_page: OpenPage) -> None:
    page = open_page("/")
    page.locator(row(page, "alpha")).locator(".bar-cell").first.click()
    expect(page).to_have_url(re.compile("/node/alpha$"))
    expect(page.get_by_role("heading", name="alpha")).to_be_visible()
    page.get_by_title("Back to the fleet").click()
    expect(page.locator(row(page, "alpha"))).to_be_visible()


def test_the_keyboard_leads_to_a_node(open_page: OpenPage) -> None:
    page = open_page("/")
    page.locator(row(page, "alpha")).locator("[col-id=state]").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/node/beta$"))


def test_a_new_node_appears_by_itself(open_page: OpenPage, swarm: Swarm) -> None:
    page = open_page("/")
    expect(page.locator(row(page, "alpha"))).to_be_visible()
    swarm.start_node("gamma")
    expect(page.locator(row(page, "gamma")).locator(".state")).to_have_text("Live", timeout=10_000)
    swarm.kill("gamma")
    expect(page.locator(row(page, "gamma")).locator(".state")).to_have_text("Offline", timeout=10_000)


def test_how_to_add_a_node_is_told_with_a_command_to_copy(open_page: OpenPage, swarm: Swarm) -> None:
    page = open_page("/", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Add a node").click()
    command = f"mcp-node --leader {swarm.leader_address}"
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("code")).to_have_text(command)
    dialog.get_by_role("button", name="Copy").click()
    expect(dialog.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == command


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark_follow_the_system_and_can_be_set(open_page: OpenPage, scheme: str) -> None:
    page = open_page("/", color_scheme=scheme)
    html = page.locator("html")
    expect(html).to_have_attribute("data-mantine-color-scheme", scheme)
    page.get_by_label("Switch between light and dark").click()
    other = "light" if scheme == "dark" else "dark"
    expect(html).to_have_attribute("data-mantine-color-scheme", other)
    page.reload()
    expect(html).to_have_attribute("data-mantine-color-scheme", other)


@pytest.mark.parametrize("path", ["/", "/node/alpha"])
def test_a_phone_shows_the_page_and_hides_the_menu(open_page: OpenPage, path: str) -> None:
    page = open_page(path, viewport=PHONE, has_touch=True)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("#link-text")).to_have_text("Live")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"], "nothing sticks out to the side"
    menu = page.get_by_role("button", name="Add a node")
    expect(menu).not_to_be_in_viewport()
    page.get_by_label("Menu").click()
    expect(menu).to_be_in_viewport()
    page.locator(".nav-link").click()
    expect(page.locator(row(page, "alpha"))).to_be_visible()
    expect(menu).not_to_be_in_viewport()


def test_an_unknown_address_says_so(open_page: OpenPage) -> None:
    page = open_page("/nowhere")
    expect(page.get_by_role("heading", name="Nothing here")).to_be_visible()
    page.get_by_role("link", name="Back to the fleet").click()
    expect(page.locator(row(page, "alpha"))).to_be_visible()
