"""What was lost is seen, on the page of the fleet and on that of the node; where nothing is, all is calm."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.lossy import LOSSES, play_lossy
from tests.browser.swarm import Swarm

OpenPage = Callable[..., Page]


@pytest.fixture(scope="module", autouse=True)
def lossy(swarm: Swarm) -> Iterator[None]:
    play_lossy("lossy", swarm.leader_address)
    swarm.wait_for_nodes("lossy")
    yield


def cell(page: Page, node_id: str) -> str:
    return f'#fleet-grid .ag-row[row-id="{node_id}"] [col-id="lost"]'


def test_the_fleet_shows_what_was_lost_of_each_node(open_page: OpenPage) -> None:
    page = open_page("/")
    lost = page.locator(cell(page, "lossy")).locator(".lost")
    expect(lost).to_have_text("6")
    expect(lost).to_have_attribute("title", "2 gaps, 3 dropped by the node, 1 rejected")
    expect(page.locator(cell(page, "alpha"))).to_have_text("0")
    expect(page.locator(cell(page, "alpha")).locator(".lost")).to_have_count(0)
    expect(page.locator("#figure-lost")).to_have_text("6")
    expect(page.locator("#figure-lost")).to_have_class(re.compile("warns"))


def test_a_node_tells_each_kind_of_loss_and_what_it_means(open_page: OpenPage) -> None:
    page = open_page("/node/lossy")
    for kind, count in LOSSES.items():
        expect(page.locator(f"#loss-{kind}")).to_have_text(str(count), timeout=15_000)
    expect(page.locator("#fact-lost")).to_have_text("6")
    expect(page.locator("#loss-gaps")).to_have_class(re.compile("warns"))
    expect(page.locator("#loss-late")).not_to_have_class(re.compile("warns"))
    expect(page.locator(".losses")).to_contain_text("given up by the node, because its outbox was full")
