"""Every page of the dashboard, and when it shows what it has to show."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.processes import wait_until

__all__ = ["PATHS", "settled"]

PATHS = (
    "/",
    "/?by=region",
    "/node/alpha",
    "/compare?node=alpha&node=beta&column=cpu.percent",
    "/dashboards",
    "/dashboard/swarm-overview",
    "/events",
    "/system",
    "/nowhere",
)

_IS_BUSY = """() => [...document.querySelectorAll('[aria-busy="true"], [data-state="loading"], .skeleton')]
    .some((element) => element.checkVisibility())"""


def settled(page: Page) -> Page:
    """The page, once it is connected and nothing on it is being fetched."""
    expect(page.locator("#link-text")).to_have_text("Live", timeout=15_000)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    wait_until(lambda: not page.evaluate(_IS_BUSY), 15)
    return page
