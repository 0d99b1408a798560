"""Pictures of every page: `python -m tests.browser.screenshots FOLDER`.

Both schemes, at 390, 1440 and 2560 px, of a leader with a dozen nodes that play their part; then the pages without a
node and without a leader. About three minutes.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.actors import Actor
from tests.browser.chromium import running_chromium
from tests.browser.lossy import play_lossy
from tests.browser.swarm import Swarm, running_swarm

SCHEMES = ("dark", "light")
SIZES = ((390, 844), (1440, 940), (2560, 1300))
ROLES = ("router", "search", "files", "git", "sql", "browser", "slack", "memory", "fetch", "vision", "mail", "maps")
# So long the header figures need to fill their lines.
SETTLING_MS = 125_000


def main(folder: Path) -> None:
    """Takes all pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, running_chromium() as chromium:
        with running_swarm(Path(scratch) / "empty") as empty, _page(chromium, empty, "dark", SIZES[1]) as page:
            expect(page.get_by_role("heading", name="No node yet")).to_be_visible()
            page.screenshot(path=folder / "empty-dark-1440.png")
        with running_swarm(Path(scratch) / "full") as swarm:
            _play(swarm)
            _take_all(chromium, swarm, folder)


def _play(swarm: Swarm) -> None:
    actors = [Actor(f"{role}-{number:02d}", swarm.leader_address) for number, role in enumerate(ROLES, start=1)]
    for actor in actors:
        actor.start()
    play_lossy("lossy", swarm.leader_address)
    swarm.wait_for_nodes(f"{ROLES[-1]}-{len(ROLES)}")
    actors[-1].leave()
    actors[-2].vanish()


def _take_all(chromium: Browser, swarm: Swarm, folder: Path) -> None:
    with _page(chromium, swarm, "dark", SIZES[0]) as page:
        page.wait_for_timeout(SETTLING_MS)
    for scheme in SCHEMES:
        for size in SIZES:
            with _page(chromium, swarm, scheme, size) as page:
                _take_pages(page, swarm, folder, f"{scheme}-{size[0]}")
    with _page(chromium, swarm, "light", SIZES[1]) as page:
        expect(page.locator(".ag-row").first).to_be_visible()
        swarm.kill("leader")
        expect(page.locator("#banner")).to_be_visible()
        page.screenshot(path=folder / "leader-gone-light-1440.png")


def _take_pages(page: Page, swarm: Swarm, folder: Path, name: str) -> None:
    expect(page.locator(".ag-row").first).to_be_visible()
    page.wait_for_timeout(1500)
    page.screenshot(path=folder / f"fleet-{name}.png")
    page.goto(f"{swarm.url}/node/files-03")
    expect(page.locator("#node-page")).to_have_attribute("data-loaded", "300", timeout=15_000)
    page.wait_for_timeout(2500)
    page.screenshot(path=folder / f"node-{name}.png")
    page.goto(f"{swarm.url}/node/lossy")
    expect(page.locator("#loss-gaps")).to_have_class("warns")
    page.screenshot(path=folder / f"lossy-{name}.png", full_page=True)


@contextmanager
def _page(chromium: Browser, swarm: Swarm, scheme: str, size: tuple[int, int]) -> Iterator[Page]:
    width, height = size
    context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    page.goto(swarm.url)
    yield page
    context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
