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


def test_charts_say_that_what_they_show_is_not_what_is_asked_for(page: Page, swarm: Swarm) -> None:
    page.goto(f"{swarm.url}/node/alpha")
    expect(page.locator("#node-page")).to_have_attribute("data-loaded", "300", timeout=15_000)
    box = page.locator(".chart-box", has=page.locator("#chart-cpu"))
    expect(box).not_to_have_attribute("aria-busy", "true")
    held: list[Route] = []
    page.route("**/charts?*", lambda route: held.append(route), times=1)
    page.locator("[data-range='24h']").click()
    expect(box).to_have_attribute("aria-busy", "true")
    expect(box.locator(".chart-body")).to_have_css("opacity", "0.35")
    held[0].fulfill(status=500, json={"status": 500, "detail": "the leader's disk is full"})
    expect(box.locator(".chart-problem")).to_have_text("The leader's disk is full. Trying again.")
    expect(page.locator("#node-page")).to_have_attribute("data-loaded", "86400", timeout=15_000)
    expect(box.locator(".chart-problem")).to_have_count(0)
    expect(box).not_to_have_attribute("aria-busy", "true")


@pytest.fixture
def moving(swarm: Swarm) -> Iterator[None]:
    swarm.start_node("moving", "--labels", "region=eu,rack=r1")
    swarm.wait_for_nodes("moving")
    yield
    swarm.kill("moving")


@pytest.mark.usefixtures("moving")
def test_a_node_that_comes_back_as_another_is_shown_as_it_is_now(page: Page, swarm: Swarm) -> None:
    page.goto(f"{swarm.url}/node/moving")
    expect(page.locator("#fact-labels")).to_contain_text("rack=r1", timeout=15_000)
    address = page.locator("#fact-address").inner_text()
    figure, muted = page.locator("#now-cpu"), page.locator("#node-subtitle")
    color = "(element) => getComputedStyle(element).color"
    expect(figure).to_contain_text("%")
    assert figure.evaluate(color) != muted.evaluate(color)
    swarm.kill("moving")
    expect(page.locator("#node-state")).to_have_text("Offline")
    assert figure.evaluate(color) == muted.evaluate(color), "it is no figure of now"
    swarm.start_node("moving", "--labels", "region=us")
    expect(page.locator("#fact-labels")).to_have_text("region=us", timeout=15_000)
    expect(page.locator("#fact-address")).not_to_have_text(address)
    expect(page.locator("#node-state")).to_have_text("Live")
