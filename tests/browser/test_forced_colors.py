"""Pages where the system says all colours: what is drawn by backgrounds is there, and what is chosen is marked."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.pages import settled

OpenPage = Callable[..., Page]

# The system's colours, as this browser resolves them.
SYSTEM = """(name) => {
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.cssText = `forced-color-adjust: none; background: ${name}`;
  const found = getComputedStyle(probe).backgroundColor;
  probe.remove();
  return found;
}"""


def system_colour(page: Page, name: str) -> str:
    return str(page.evaluate(SYSTEM, name))


def background(place: Locator) -> str:
    return str(place.first.evaluate("(el) => getComputedStyle(el).backgroundColor"))


def unseen_icons(page: Page) -> int:
    """How many icons have the colour of the page; the logo and what is chosen have a ground of their own."""
    script = """(canvas) => [...document.querySelectorAll(".icon")]
        .filter((icon) => !icon.closest(".logo, [aria-pressed=true], [aria-checked=true], [data-active]"))
        .filter((icon) => icon.checkVisibility() && getComputedStyle(icon).backgroundColor === canvas).length"""
    return int(page.evaluate(script, system_colour(page, "Canvas")))


def test_the_fleet_shows_what_is_chosen_and_draws_its_bars(open_page: OpenPage) -> None:
    page = settled(open_page("/", forced_colors="active"))
    chosen = system_colour(page, "Highlight")
    for place in (
        page.locator("#fleet-states .segment[aria-pressed=true]"),
        page.locator(".nav-link[data-active]"),
        page.locator("#scheme label[data-active]"),
    ):
        expect(place).to_have_count(1)
        assert background(place) == chosen
    assert background(page.locator("#fleet-states .segment[aria-pressed=false]")) != chosen
    assert background(page.locator('.ag-row[row-id="alpha"] .fill')) == system_colour(page, "CanvasText")
    assert background(page.locator('.ag-row[row-id="alpha"] .bar')) == system_colour(page, "Canvas")
    assert unseen_icons(page) == 0
    page.get_by_role("button", name="Heat").click()
    swatches = page.locator(".legend-scale .swatch")
    expect(swatches.first).to_be_visible()
    assert len({background(swatches.nth(index)) for index in range(swatches.count())}) == swatches.count()


def test_a_node_shows_its_icons_its_range_and_which_line_is_which(open_page: OpenPage) -> None:
    page = settled(open_page("/node/alpha", forced_colors="active"))
    assert unseen_icons(page) == 0
    assert background(page.locator("#time-absolute .icon")) == system_colour(page, "ButtonText")
    assert background(page.locator('[data-range="5m"]')) == system_colour(page, "Highlight")
    assert background(page.locator('[data-range="15m"]')) != system_colour(page, "Highlight")
    swatches = page.locator(".chart-box:has(#chart-network) .legend-swatch")
    expect(swatches).to_have_count(2, timeout=15_000)
    colours = [swatches.nth(index).evaluate("(el) => getComputedStyle(el).borderTopColor") for index in range(2)]
    assert colours[0] != colours[1]
