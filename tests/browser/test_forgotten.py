"""A swarm whose nodes come and go: what the leader has forgotten leaves the pages, without a reload."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import Watched
from tests.browser.swarm import Swarm
from tests.processes import wait_until


@pytest.fixture
def fleeting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swarm]:
    """A leader that remembers two nodes, both there."""
    swarm = Swarm(tmp_path_factory.mktemp("fleeting"))
    try:
        swarm.start_leader("--max-nodes", "2", "--flush-interval", "0.5")
        swarm.start_dashboard()
        for node_id in ("stays", "goes"):
            swarm.start_node(node_id)
        swarm.wait_for_nodes("stays", "goes")
        yield swarm
    finally:
        swarm.stop()


@pytest.fixture
def page(chromium: Browser, fleeting: Swarm) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    watched = Watched(context)
    watched.page.goto(fleeting.url)
    yield watched.page
    context.close()
    assert watched.complaints == []


def shows(page: Page, *node_ids: str) -> None:
    """Just these rows, each with figures of its own, and a head that counts them."""
    expect(page.locator("#figure-nodes")).to_have_text(f"{len(node_ids)} / {len(node_ids)}")
    for node_id in node_ids:
        row = page.locator(f'#fleet-grid .ag-row[row-id="{node_id}"]')
        expect(row.locator(".state")).to_have_text("Live")
        expect(row.locator(".bar-value").first).to_contain_text("%")
    expect(page.locator("#fleet-grid .ag-center-cols-container .ag-row")).to_have_count(len(node_ids))


def test_a_forgotten_node_s_row_goes_and_comes_back_with_it(page: Page, fleeting: Swarm) -> None:
    shows(page, "stays", "goes")
    page.evaluate("window.sameDocument = true")
    for leaves, joins in (("goes", "comes"), ("comes", "goes")):
        fleeting.end(leaves)
        fleeting.start_node(joins)
        shows(page, "stays", joins)
        wait_until(lambda here=joins: sorted(fleeting.nodes()) == sorted(["stays", here]))
        assert (fleeting.health() or {})["nodes"] == 2
    assert page.evaluate("window.sameDocument")
