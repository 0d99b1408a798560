"""A leader or a dashboard that goes is said within three seconds on every page; all of them heal without a reload."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.components.parts import NOTHING
from tests.browser.axe import grave_violations
from tests.browser.chromium import Watched
from tests.browser.pages import PATHS, settled
from tests.browser.swarm import Swarm, running_swarm
from tests.processes import patient, wait_until

SAID_MS = 3000
# Tells when the banner appeared, by the clock that the test has, too.
NOTE = """
window.saidMs = 0;
new MutationObserver(() => {
  const banner = document.getElementById("banner");
  if (!banner || banner.hidden) window.saidMs = 0;
  else window.saidMs ||= Date.now();
}).observe(document, { subtree: true, attributeFilter: ["hidden"] });
"""


@pytest.fixture(scope="module")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swarm]:
    with running_swarm(tmp_path_factory.mktemp("fragile"), "alpha", "beta") as swarm:
        yield swarm


@pytest.fixture(scope="module")
def pages(chromium: Browser, fragile: Swarm) -> Iterator[dict[str, Page]]:
    """Every page, open and at rest, from the first test to the last."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(NOTE)
    opened = {path: Watched(context).page for path in PATHS}
    for path, page in opened.items():
        page.goto(fragile.url + path)
        page.evaluate("window.sameDocument = true")
        settled(page)
    yield opened
    context.close()


@pytest.fixture(autouse=True)
def everything_runs(fragile: Swarm) -> None:
    """Also after a test that failed in the middle."""
    if not fragile.is_running("leader"):
        fragile.start_leader()
    fragile.resume("leader")
    if not fragile.is_running("dashboard"):
        fragile.start_dashboard()


def assert_said(pages: dict[str, Page], since: float, title: str) -> None:
    for path, page in pages.items():
        expect(page.locator("#banner")).to_contain_text(title, timeout=5 * SAID_MS)
        took_ms = page.evaluate("window.saidMs") - since * 1000
        assert took_ms < patient(SAID_MS), f"{path} said it after {took_ms:.0f} ms"


def assert_healed(pages: dict[str, Page]) -> None:
    for path, page in pages.items():
        expect(page.locator("#banner")).to_be_hidden(timeout=20_000)
        expect(page.locator("#link-text")).to_have_text("Live")
        expect(page.locator("#page-error")).to_be_hidden()
        assert page.evaluate("window.sameDocument"), f"{path} was loaded again"


def assert_goes_on(pages: dict[str, Page]) -> None:
    """What comes after the return is shown."""
    expect(pages["/"].locator('.ag-row[row-id="alpha"] .state')).to_have_text("Live", timeout=20_000)
    received = pages["/system"].locator("#figure-system-snapshots-note")
    before = received.inner_text()
    expect(received).not_to_have_text(before, timeout=10_000)


def newest_ms(page: Page) -> float:
    """The time of the newest point of the first chart."""
    return float(page.evaluate("document.querySelector('.js-plotly-plot').data[0].x.at(-1)"))


def test_killed_and_back(fragile: Swarm, pages: dict[str, Page]) -> None:
    killed = time.time()
    fragile.kill("leader")
    assert_said(pages, killed, "The leader does not answer.")
    fragile.start_leader()
    assert_healed(pages)
    assert_goes_on(pages)
    began = newest_ms(pages["/node/alpha"])
    wait_until(lambda: newest_ms(pages["/node/alpha"]) > began + 2000, 20)
    expect(pages["/node/alpha"].locator("#fact-address")).to_contain_text("127.0.0.1", timeout=10_000)


def test_hung_and_awake_again(fragile: Swarm, pages: dict[str, Page]) -> None:
    paused = time.time()
    fragile.pause("leader")
    assert_said(pages, paused, "The leader does not answer.")
    fragile.resume("leader")
    assert_healed(pages)
    assert_goes_on(pages)


def test_what_is_of_before_can_be_read(fragile: Swarm, pages: dict[str, Page]) -> None:
    fragile.pause("leader")
    for path in ("/", "/node/alpha", "/system"):
        page = pages[path]
        expect(page.locator("html")).to_have_attribute("data-link", "lost", timeout=5 * SAID_MS)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert grave_violations(page) == [], f"{path}, {scheme}"
        page.emulate_media(color_scheme="light")
    verdict = pages["/system"].locator("#system-verdict-title")
    expect(verdict).to_contain_text("when it was last heard")
    fragile.resume("leader")
    assert_healed(pages)
    expect(verdict).not_to_contain_text("when it was last heard")


def test_a_dashboard_that_goes_is_said_too(fragile: Swarm, pages: dict[str, Page]) -> None:
    killed = time.time()
    fragile.kill("dashboard")
    assert_said(pages, killed, "The dashboard does not answer.")
    fragile.start_dashboard()
    assert_healed(pages)
    assert_goes_on(pages)


def test_what_can_be_compared_is_offered_once_the_leader_is_back(
    fragile: Swarm, chromium: Browser, pages: dict[str, Page]
) -> None:
    fragile.kill("leader")
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{fragile.url}/compare")
    expect(page.locator("#banner")).to_be_visible(timeout=5 * SAID_MS)
    fragile.start_leader()
    expect(page.locator("#compare-examples a").first).to_be_visible(timeout=20_000)
    context.close()
    assert_healed(pages)


@pytest.fixture
def latecomer(fragile: Swarm, chromium: Browser, pages: dict[str, Page]) -> Iterator[Page]:
    """A new browser, when the leader is lost and all who were there know it."""
    fragile.pause("leader")
    expect(pages["/"].locator("#banner")).to_contain_text("What you see is from before.", timeout=5 * SAID_MS)
    context = chromium.new_context()
    yield context.new_page()
    context.close()


def test_a_node_page_that_opens_while_the_leader_is_lost_shows_nothing_of_before(
    fragile: Swarm, latecomer: Page
) -> None:
    page = latecomer
    page.goto(f"{fragile.url}/node/alpha")
    expect(page.locator("#banner")).to_contain_text("There is nothing to show yet.", timeout=10_000)
    expect(page.locator("#fact-seen")).to_have_text(NOTHING)
    expect(page.locator("#node-problem")).to_contain_text("Still waiting", timeout=10_000)
    fragile.resume("leader")
    expect(page.locator("#node-page")).to_have_attribute("data-loaded", "300", timeout=20_000)
    expect(page.locator("#node-problem")).to_be_hidden()


def test_whatever_opens_while_the_leader_is_lost_tells_what_is_of_before_from_nothing(
    fragile: Swarm, latecomer: Page
) -> None:
    page = latecomer
    page.goto(f"{fragile.url}/dashboard/swarm-overview")
    banner = page.locator("#banner")
    expect(banner).to_contain_text("There is nothing to show yet.", timeout=10_000)
    expect(page.locator("#dashboard-title")).to_have_text("swarm-overview")
    expect(page.locator(".board-time")).to_have_js_property("inert", True)
    # What this dashboard heard of the leader before is there; what it would have to ask for is not.
    for link, said in (
        ("System", "What you see is from before."),
        ("Events", "There is nothing to show yet."),
        ("Fleet", "What you see is from before."),
        ("Dashboards", "There is nothing to show yet."),
        ("Compare", "There is nothing to show yet."),
    ):
        page.get_by_role("navigation").get_by_text(link, exact=True).click()
        expect(page.get_by_role("heading", name=link, level=1)).to_be_visible()
        expect(banner).to_contain_text(said)
        if link == "Dashboards":
            page.locator("#dashboards-search").fill("swarm")
            expect(page.locator("#dashboards-nothing")).to_be_hidden()
    page.goto(f"{fragile.url}/dashboard/swarm-overview")
    expect(page.locator(".board-time")).to_have_js_property("inert", True)
    fragile.resume("leader")
    expect(page.locator("#dashboard-title")).to_have_text("Swarm overview", timeout=20_000)
    expect(page.locator(".board-time")).to_have_js_property("inert", False)


def test_a_page_that_opens_without_a_leader_says_so_and_heals(fragile: Swarm, chromium: Browser) -> None:
    fragile.kill("leader")
    context = chromium.new_context()
    fragile.kill("dashboard")
    fragile.start_dashboard()
    opened = {path: context.new_page() for path in ("/", "/system")}
    for path, page in opened.items():
        page.goto(fragile.url + path)
        expect(page.locator("#banner")).to_contain_text(f"No leader at {fragile.leader_address} yet.", timeout=10_000)
    fragile.start_leader()
    for page in opened.values():
        expect(page.locator("#banner")).to_be_hidden(timeout=20_000)
    expect(opened["/"].locator('.ag-row[row-id="alpha"] .state')).to_have_text("Live", timeout=20_000)
    expect(opened["/system"].locator("#system-verdict")).not_to_have_attribute("data-state", "unknown", timeout=20_000)
    context.close()


def test_without_any_node_the_page_says_how_to_add_one(chromium: Browser, tmp_path: Path) -> None:
    with running_swarm(tmp_path) as empty:
        context = chromium.new_context()
        page = Watched(context).page
        page.goto(empty.url)
        expect(page.get_by_role("heading", name="No node yet")).to_be_visible(timeout=15_000)
        expect(page.locator("#fleet-empty code")).to_have_text(
            [
                re.compile(rf"pip install {empty.url}/install/.*\.whl$"),
                f"mcp-node/bin/mcp-node --leader {empty.leader_address}",
            ]
        )
        empty.start_node("first")
        expect(page.locator('.ag-row[row-id="first"] .state')).to_have_text("Live", timeout=10_000)
        expect(page.get_by_role("heading", name="No node yet")).to_be_hidden()
        context.close()
