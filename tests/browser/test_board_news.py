"""What others do to a dashboard that is open in a real browser: shown at once, or said while it is edited here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, expect

from tests.browser.boards import CPU, MEMORY, drawn, kept, made, panel
from tests.browser.chromium import Watched
from tests.browser.swarm import Swarm

OpenPage = Callable[..., Page]
NEWS = "Somebody else saved a newer version meanwhile."


def save_elsewhere(url: str, dashboard_id: str, **changes: Any) -> None:
    answer = httpx.put(f"{url}/api/dashboards/{dashboard_id}", json=kept(url, dashboard_id) | changes)
    assert answer.is_success, answer.text


def test_a_newer_version_takes_the_place_of_the_old_one_and_what_is_drawn_stays(
    open_page: OpenPage, swarm: Swarm
) -> None:
    dashboard = made(swarm.url, "Watched", CPU)
    page = open_page(f"/dashboard/{dashboard}")
    drawn(page, "CPU")
    page.evaluate("window.plot = document.querySelector('.board-panel .chart-plot')")
    save_elsewhere(swarm.url, dashboard, title="Watched anew", panels=[MEMORY | {"x": 0}, CPU | {"x": 6}])
    expect(page.get_by_role("heading", level=1)).to_have_text("Watched anew")
    drawn(page, "Memory")
    assert page.evaluate("window.plot.isConnected"), "the chart of a panel that is the same is not drawn anew"
    expect(page.locator(".board-panel")).to_have_count(2)
    expect(page.locator(".toast, dialog[open]")).to_have_count(0)


def test_one_that_is_deleted_elsewhere_is_not_shown_any_more(open_page: OpenPage, swarm: Swarm) -> None:
    dashboard = made(swarm.url, "Deleted elsewhere", CPU)
    page = open_page(f"/dashboard/{dashboard}")
    drawn(page, "CPU")
    httpx.delete(f"{swarm.url}/api/dashboards/{dashboard}")
    expect(page.get_by_role("heading", name="This dashboard was deleted")).to_be_visible()
    page.get_by_role("link", name="All dashboards").click()
    expect(page.get_by_role("heading", name="Dashboards", level=1)).to_be_visible()


def test_who_edits_is_told_and_may_see_theirs(open_page: OpenPage, swarm: Swarm) -> None:
    dashboard = made(swarm.url, "Edited by two", CPU)
    page = open_page(f"/dashboard/{dashboard}?edit=1")
    page.get_by_label("Title").fill("Mine")
    save_elsewhere(swarm.url, dashboard, title="Theirs", panels=[CPU, MEMORY])
    expect(page.locator(".board-news")).to_contain_text(NEWS)
    expect(page.get_by_label("Title")).to_have_value("Mine")
    page.get_by_role("button", name="See theirs").click()
    page.get_by_role("dialog", name="Discard your changes?").get_by_role("button", name="Discard").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Theirs")
    drawn(page, "Memory")
    page.get_by_role("button", name="Edit", exact=True).click()
    expect(panel(page, "Memory").locator(".board-grip")).to_be_visible()
    expect(page.locator(".board-news")).to_be_hidden()


def test_who_saves_into_a_conflict_may_load_theirs(chromium: Browser, swarm: Swarm) -> None:
    dashboard = made(swarm.url, "Saved by two", CPU)
    context = chromium.new_context()
    page = Watched(context).page
    page.goto(f"{swarm.url}/dashboard/{dashboard}?edit=1")
    page.get_by_label("Title").fill("Mine")
    save_elsewhere(swarm.url, dashboard, title="Theirs")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Load theirs").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Theirs")
    drawn(page, "CPU")
    assert kept(swarm.url, dashboard)["title"] == "Theirs"
    context.close()
