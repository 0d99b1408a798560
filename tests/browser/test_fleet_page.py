"""The fleet page in a real browser, against a real leader with real nodes."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import settled
from tests.browser.swarm import Swarm

OpenPage = Callable[..., Page]
PHONE = {"width": 390, "height": 844}


def row(page: Page, node_id: str) -> str:
    return f'#fleet-grid .ag-row[row-id="{node_id}"]'


def test_nodes_are_there_live_with_their_figures(open_page: OpenPage) -> None:
    page = settled(open_page("/"))
    alpha = page.locator(row(page, "alpha"))
    expect(alpha.locator(".state")).to_have_text("Live")
    expect(alpha.locator(".bar-value").first).to_have_text(re.compile(r"^\d+\s%$"))
    expect(page.locator("#figure-nodes")).to_have_text(re.compile(r"^\d / \d$"))
    expect(page.locator("#link-text")).to_have_text("Live")
    expect(page.locator("#banner")).to_be_hidden()


def test_figures_move_each_second(open_page: OpenPage) -> None:
    page = settled(open_page("/"))
    line = page.locator(row(page, "alpha")).locator(".spark .line")
    for _ in range(2):
        before = line.get_attribute("d") or ""
        expect(line).not_to_have_attribute("d", before, timeout=5000)


def test_search_and_states_filter_the_table(open_page: OpenPage) -> None:
    page = settled(open_page("/"))
    expect(page.locator(row(page, "beta"))).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("region=us")
    expect(page.locator(row(page, "alpha"))).to_have_count(0)
    expect(page.locator(row(page, "beta"))).to_be_visible()
    expect(page.locator("#fleet-subtitle")).to_have_text(re.compile(r"^\d+ of \d+ nodes$"))
    page.keyboard.press("Escape")
    expect(page.locator("#fleet-search")).to_have_value("")
    expect(page.locator("#fleet-subtitle")).to_have_text(re.compile(r"^\d+ nodes$"))
    expect(page.locator(row(page, "alpha"))).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#fleet-search")).not_to_be_focused()
    page.get_by_role("button", name=re.compile("^Live")).click()
    expect(page.locator(row(page, "alpha"))).to_be_visible()


def test_when_nothing_matches_one_click_shows_all_again(open_page: OpenPage) -> None:
    page = settled(open_page("/?q=nobody&state=left"))
    expect(page.get_by_role("heading", name="No node matches")).to_be_visible()
    expect(page.locator("#fleet-search")).to_have_value("nobody")
    page.get_by_role("button", name="Show all nodes").click()
    expect(page.locator(row(page, "alpha"))).to_be_visible()
    expect(page).to_have_url(re.compile("/$"))


def test_the_worst_node_is_named_and_leads_to_its_page(open_page: OpenPage) -> None:
    page = settled(open_page("/"))
    worst = page.locator("#figure-cpu-note a")
    expect(worst).to_have_text(re.compile("^(alpha|beta)$"))
    name = worst.text_content()
    worst.evaluate("(link) => link.click()")
    expect(page).to_have_url(re.compile(f"/node/({name}|alpha|beta)"))


def test_a_row_leads_to_its_node_and_back(open_page: OpenPage) -> None:
    page = settled(open_page("/"))
    page.locator(row(page, "alpha")).locator(".bar-cell").first.click()
    expect(page).to_have_url(re.compile(r"/node/alpha(\?|$)"))
    expect(page.get_by_role("heading", name="alpha")).to_be_visible()
    page.get_by_title("Back to the fleet").click()
    expect(page.locator(row(page, "alpha"))).to_be_visible()


def test_the_keyboard_leads_to_a_node(open_page: OpenPage) -> None:
    page = settled(open_page("/"))
    page.locator(row(page, "alpha")).locator("[col-id=state]").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/node/beta(\?|$)"))


def test_a_new_node_appears_by_itself(open_page: OpenPage, swarm: Swarm) -> None:
    page = settled(open_page("/"))
    expect(page.locator(row(page, "alpha"))).to_be_visible()
    swarm.start_node("gamma")
    expect(page.locator(row(page, "gamma")).locator(".state")).to_have_text("Live", timeout=10_000)
    swarm.kill("gamma")
    expect(page.locator(row(page, "gamma")).locator(".state")).to_have_text("Offline", timeout=10_000)


@pytest.mark.parametrize("path", ["/", "/node/alpha"])
def test_a_phone_shows_the_page_and_hides_the_menu(open_page: OpenPage, path: str) -> None:
    page = settled(open_page(path, viewport=PHONE, has_touch=True))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("#link-text")).to_have_text("Live")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"], "nothing sticks out to the side"
    menu = page.get_by_role("button", name="Add a node")
    expect(menu).not_to_be_in_viewport()
    page.get_by_label("Menu").click()
    expect(menu).to_be_in_viewport()
    page.locator("#fleet-link").click()
    expect(page.locator(row(page, "alpha"))).to_be_visible()
    expect(menu).not_to_be_in_viewport()


def test_an_unknown_address_says_so(open_page: OpenPage) -> None:
    page = settled(open_page("/nowhere"))
    expect(page.get_by_role("heading", name="Nothing here")).to_be_visible()
    page.get_by_role("link", name="Back to the fleet").click()
    expect(page.locator(row(page, "alpha"))).to_be_visible()


def test_the_link_to_the_fleet_and_back_show_what_the_address_says(open_page: OpenPage) -> None:
    page = settled(open_page("/"))
    search, beta = page.locator("#fleet-search"), page.locator(row(page, "beta"))
    search.fill("alpha")
    expect(beta).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/\?q=alpha$"))
    page.locator("#fleet-link").click()
    expect(beta).to_be_visible()
    expect(search).to_have_value("")
    search.fill("alpha")
    expect(beta).to_have_count(0)
    search.blur()
    page.keyboard.press("g")
    page.keyboard.press("f")
    expect(beta).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile(r"/\?q=alpha$"))
    expect(beta).to_have_count(0)
    expect(search).to_have_value("alpha")


@pytest.mark.parametrize(("width", "columns"), [(1440, 6), (1300, 3), (1024, 3), (700, 2)])
def test_the_figures_fill_their_lines(open_page: OpenPage, width: int, columns: int) -> None:
    page = open_page("/", viewport={"width": width, "height": 900})
    tracks = page.locator(".fleet-figures").evaluate("(grid) => getComputedStyle(grid).gridTemplateColumns")
    assert len(tracks.split()) == columns


def test_the_keyboard_leads_from_the_search_to_the_nodes(open_page: OpenPage) -> None:
    page = settled(open_page("/"))
    expect(page.locator(row(page, "beta"))).to_be_visible()
    search = page.locator("#fleet-search")
    search.press("ArrowDown")
    expect(page.locator(row(page, "alpha")).locator("[col-id=id]")).to_be_focused()
    search.press("Enter")
    expect(page).to_have_url(re.compile(r"/$"))
    search.fill("region=us")
    search.press("Enter")
    expect(page).to_have_url(re.compile(r"/node/beta(\?|$)"))
