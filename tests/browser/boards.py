"""Own dashboards for tests of the pages: made over the API, found on the page."""

from __future__ import annotations

from typing import Any

import httpx
from playwright.sync_api import Locator, Page, expect

__all__ = ["CPU", "MEMORY", "box", "drawn", "kept", "made", "panel", "places", "save"]

CPU = {"title": "CPU", "columns": ["cpu.percent"], "width": 6, "height": 4}
MEMORY = {"title": "Memory", "columns": ["memory.percent"], "x": 6, "width": 6, "height": 4}


def made(url: str, title: str, *panels: dict[str, Any], **fields: Any) -> str:
    """A dashboard made over the API; gives its id."""
    answer = httpx.post(f"{url}/api/dashboards", json={"title": title, "panels": panels, **fields})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def kept(url: str, dashboard_id: str) -> dict[str, Any]:
    return dict(httpx.get(f"{url}/api/dashboards/{dashboard_id}").json())


def places(url: str, dashboard_id: str) -> dict[str, tuple[int, int, int, int]]:
    """Where panels stand at the leader: x, y, width, height by title."""
    panels = kept(url, dashboard_id)["panels"]
    return {each["title"]: (each["x"], each["y"], each["width"], each["height"]) for each in panels}


def panel(page: Page, title: str) -> Locator:
    return page.locator(".board-panel").filter(has=page.get_by_role("heading", name=title, exact=True))


def box(found: Locator) -> Any:
    found.scroll_into_view_if_needed()
    bounds = found.bounding_box()
    assert bounds is not None
    return bounds


def drawn(page: Page, title: str) -> None:
    expect(panel(page, title).locator(".panel")).to_have_attribute("data-state", "ready", timeout=15_000)


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#dashboard-bar")).to_be_hidden()
