"""The node page when answers fail, and when the node that it shows becomes another."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.swarm import Swarm


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """Not watched: Chromium itself notes each answer that is refused."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


def refuse(page: Page, path: str, times: int, retry_after_s: int = 1) -> list[str]:
    """The next answers of this path are 503; the list grows with each."""
    refused: list[str] = []

    def answer(route: Route) -> None:
        refused.append(route.request.url)
        problem = {"status": 503, "detail": "4 queries run and 8 wait: try again after a second"}
        route.fulfill(status=503, headers={"Retry-After": str(retry_after_s)}, json=problem)

    page.route(f"**{path}", answer, times=times)
    return refused


@pytest.mark.parametrize("path", ["/api/nodes/alpha/plan", "/api/nodes/alpha"])
def test_a_refused_answer_is_said_and_asked_for_again(page: Page, swarm: Swarm, path: str) -> None:
    refused = refuse(page, path, times=1, retry_after_s=2)
    page.goto(f"{swarm.url}/node/alpha")
    expect(page.locator("#node-problem")).to_contain_text("4 queries run and 8 wait", timeout=15_000)
    expect(page.locator("#node-problem")).to_contain_text("Trying again in 2 s")
    expect(page.locator("#node-page")).to_have_attribute("data-loaded", "300", timeout=15_000)
    expect(page.locator("#fact-address")).to_contain_text("127.0.0.1")
    expect(page.locator("#node-problem")).to_be_hidden()
    assert len(refused) == 1
