"""Every page for those who do not see it as most do: judged by axe-core, and by its landmarks, in both schemes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.actors import Actor
from tests.browser.axe import grave_violations
from tests.browser.pages import PATHS, settled
from tests.browser.swarm import Swarm

OpenPage = Callable[..., Page]


@pytest.mark.parametrize("path", PATHS)
def test_nothing_grave_is_wrong_in_either_scheme(open_page: OpenPage, path: str) -> None:
    page = settled(open_page(path, color_scheme="light", reduced_motion="reduce"))
    assert grave_violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert grave_violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_a_node_said_that_is_gone_can_be_read(
    open_page: OpenPage, swarm: Swarm, scheme: Literal["light", "dark"]
) -> None:
    gone = Actor("departed", swarm.leader_address, past_s=5)
    gone.start()
    swarm.wait_for_nodes("departed")
    gone.leave()
    page = settled(open_page("/?q=departed", color_scheme=scheme))
    expect(page.locator('.ag-row.is-down[row-id="departed"] .state')).to_have_text("Left", timeout=10_000)
    assert grave_violations(page) == []


@pytest.mark.parametrize("path", PATHS)
def test_a_page_has_its_landmarks_a_heading_and_a_title(open_page: OpenPage, path: str) -> None:
    page = settled(open_page(path))
    for landmark in (
        page.get_by_role("banner"),
        page.get_by_role("navigation", name="Pages"),
        page.get_by_role("main"),
    ):
        assert landmark.count() == 1
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.title().endswith("MCP Telemetry")


def test_dialogs_are_as_good_as_pages(open_page: OpenPage) -> None:
    page = settled(open_page("/system", reduced_motion="reduce"))
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keyboard shortcuts").wait_for()
    assert grave_violations(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("dialog", name="Keyboard shortcuts").wait_for(state="hidden")
    page.get_by_role("button", name="Add a node").click()
    page.get_by_role("dialog", name="Add a node").wait_for()
    assert grave_violations(page) == []


def test_who_wants_less_motion_has_none(open_page: OpenPage) -> None:
    page = open_page("/system", reduced_motion="reduce")
    moving = """() => [...document.querySelectorAll("*")].filter((element) => {
        const style = getComputedStyle(element);
        return style.animationName !== "none" || parseFloat(style.transitionDuration) > 0;
    }).length"""
    assert settled(page).evaluate(moving) == 0
