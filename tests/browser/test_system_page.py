"""The system page in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.lossy import play_lossy
from tests.browser.pages import settled
from tests.browser.swarm import Swarm

OpenPage = Callable[..., Page]
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module", autouse=True)
def lossy(swarm: Swarm) -> Iterator[None]:
    play_lossy("lossy", swarm.leader_address)
    swarm.wait_for_nodes("lossy")
    yield


def test_the_leader_at_a_glance(open_page: OpenPage, swarm: Swarm) -> None:
    page = settled(open_page("/system"))
    expect(page.locator("#system-verdict")).to_have_attribute("data-state", "well")
    expect(page.locator("#system-verdict-title")).to_have_text("The leader is well")
    expect(page.locator("#figure-system-snapshots")).to_have_text(re.compile(r"^\d+(\.\d+)?$"), timeout=15_000)
    expect(page.locator("#figure-system-resident + .unit")).to_have_text("MiB")
    expect(page.locator("#figure-system-commit-line .line")).to_have_attribute("d", re.compile("M"))
    expect(page.locator("#system-address")).to_have_text(swarm.leader_address)
    expect(page.locator("#system-storage")).to_have_text("parquet")
    expect(page.locator("#system-folder")).to_have_text(re.compile("/metrics$"))
    expect(page.locator("#system-journal-note")).to_have_text(re.compile(r"snapshots in no file yet$"))
    expect(page.locator("#system-browsers")).to_have_text("1")


def test_figures_go_on_by_themselves(open_page: OpenPage) -> None:
    page = settled(open_page("/system"))
    note = page.locator("#figure-system-snapshots-note")
    before = note.inner_text()
    expect(note).not_to_have_text(before, timeout=10_000)


def test_who_lost_most_is_named_and_a_link_away(open_page: OpenPage) -> None:
    page = settled(open_page("/system"))
    row = page.locator("#system-losses-rows tr").filter(has_text="lossy")
    expect(row.locator("td.number")).to_have_text(["6", "2", "3", "1"])
    row.get_by_role("link", name="lossy").click()
    expect(page).to_have_url(re.compile("/node/lossy$"))


def test_a_node_is_added_in_three_ways(open_page: OpenPage, swarm: Swarm) -> None:
    page = settled(open_page("/system", permissions=["clipboard-read", "clipboard-write"]))
    section = page.locator(".system-card").filter(has=page.locator("#add-a-node"))
    expect(section.get_by_text(f"mcp-node/bin/mcp-node --leader {swarm.leader_address}", exact=True)).to_be_visible()
    section.get_by_role("tab", name="systemd").click()
    expect(section.locator("code").filter(has_text="[Service]")).to_contain_text(f"--leader {swarm.leader_address}")
    section.get_by_role("tab", name="Python").click()
    section.get_by_role("button", name="Copy the program").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert f'leader_address="{swarm.leader_address}"' in copied


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone(open_page: OpenPage, scheme: str) -> None:
    page = settled(open_page("/system", viewport=PHONE, color_scheme=scheme))
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
