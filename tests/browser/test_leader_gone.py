"""A leader that goes is said within three seconds, and its return heals the page without a reload."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import Watched
from tests.browser.swarm import Swarm, running_swarm
from tests.processes import wait_until

SAID_MS = 3000


@pytest.fixture
def fragile(tmp_path: Path) -> Iterator[Swarm]:
    with running_swarm(tmp_path, "alpha") as swarm:
        yield swarm


@pytest.fixture
def open_fragile(chromium: Browser, fragile: Swarm) -> Iterator[Callable[[str], Page]]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900})

    def opened(path: str) -> Page:
        page = Watched(context).page
        page.goto(fragile.url + path)
        page.evaluate("window.sameDocument = true")
        return page

    yield opened
    context.close()


def test_killed_and_back(fragile: Swarm, open_fragile: Callable[[str], Page]) -> None:
    fleet, node = open_fragile("/"), open_fragile("/node/alpha")
    expect(fleet.locator(".ag-row .state")).to_have_text("Live")
    expect(node.locator("#node-page")).to_have_attribute("data-loaded", "300", timeout=15_000)
    killed = time.monotonic()
    fragile.kill("leader")
    expect(fleet.locator("#banner")).to_contain_text("The leader does not answer.", timeout=SAID_MS)
    expect(node.locator("#banner")).to_be_visible(timeout=SAID_MS)
    assert time.monotonic() - killed < SAID_MS / 1000 + 0.5
    fragile.start_leader()
    for page in (fleet, node):
        expect(page.locator("#banner")).to_be_hidden(timeout=20_000)
        expect(page.locator("#link-text")).to_have_text("Live")
        assert page.evaluate("window.sameDocument"), "without a reload"
    expect(fleet.locator(".ag-row .state")).to_have_text("Live", timeout=20_000)
    newest = "document.getElementById('chart-cpu').data[0].x.at(-1)"
    began = node.evaluate(newest)
    wait_until(lambda: node.evaluate(newest) > began + 2000, 20)


def test_hung_and_awake_again(fragile: Swarm, open_fragile: Callable[[str], Page]) -> None:
    page = open_fragile("/")
    expect(page.locator(".ag-row .state")).to_have_text("Live")
    fragile.pause("leader")
    expect(page.locator("#banner")).to_contain_text("The leader does not answer.", timeout=SAID_MS + 1000)
    fragile.resume("leader")
    expect(page.locator("#banner")).to_be_hidden(timeout=20_000)


def test_a_dashboard_that_goes_is_said_too(fragile: Swarm, open_fragile: Callable[[str], Page]) -> None:
    page = open_fragile("/")
    expect(page.locator(".ag-row .state")).to_have_text("Live")
    fragile.kill("dashboard")
    expect(page.locator("#banner")).to_contain_text("The dashboard does not answer.", timeout=SAID_MS)
    fragile.start_dashboard()
    expect(page.locator("#banner")).to_be_hidden(timeout=10_000)
    expect(page.locator(".ag-row .state")).to_have_text("Live")
    assert page.evaluate("window.sameDocument")


def test_without_any_node_the_page_says_how_to_add_one(chromium: Browser, tmp_path: Path) -> None:
    with running_swarm(tmp_path) as empty:
        context = chromium.new_context()
        page = Watched(context).page
        page.goto(empty.url)
        expect(page.get_by_role("heading", name="No node yet")).to_be_visible()
        expect(page.locator("#fleet-empty code")).to_have_text(f"mcp-node --leader {empty.leader_address}")
        empty.start_node("first")
        expect(page.locator('.ag-row[row-id="first"] .state')).to_have_text("Live", timeout=10_000)
        expect(page.get_by_role("heading", name="No node yet")).to_be_hidden()
        context.close()
