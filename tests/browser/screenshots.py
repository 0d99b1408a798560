"""Pictures of every page: `make screenshots`, or `python -m tests.browser.screenshots [FOLDER] [--only fleet,node]`.

Both schemes, at 390, 1440 and 2560 px, of a swarm of twenty hosts that play their part (see showcase.py); then the
pages without a node and without a leader. Some six minutes, of which two go by until the figures fill their lines.
"""

from __future__ import annotations

import argparse
import base64
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import running_chromium
from tests.browser.showcase import play
from tests.browser.swarm import Swarm, running_swarm

SCHEMES = ("dark", "light")
SIZES = ((390, 844), (1440, 940), (2560, 1300))
README_FOLDER = Path(__file__).parents[2] / ".readme"
# So long the header figures need to fill their lines.
SETTLING_MS = 125_000
# So long a page moves after what it waits for is there.
MOVING_MS = 2500
# A busy machine takes a while for a wide page.
PATIENCE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: which page, what has to be seen there, and whether all of it is taken or what fits the screen."""

    name: str
    path: str
    sign: str
    is_whole: bool = False


SHOTS = (
    Shot("fleet", "/", ".ag-row"),
    Shot("fleet-heat", "/?view=heat", "#fleet-heat"),
    Shot("fleet-groups", "/?by=role", ".ag-row, .fleet-group"),
    Shot("node", "/node/files-03", "#node-page .main-svg"),
    Shot("node-whole", "/node/search-02", "#node-page .main-svg", is_whole=True),
    Shot("node-day", "/node/sql-05?range=24h", "#node-page .main-svg"),
    Shot("node-lossy", "/node/lossy", "#node-page", is_whole=True),
    Shot("compare", "/compare?column=cpu.percent&node=files-03&node=sql-05&node=router-01&range=15m", ".main-svg"),
    Shot("compare-empty", "/compare", "#compare-page"),
    Shot("dashboards", "/dashboards", "#dashboards-page"),
    Shot("dashboard", "/dashboard/swarm-overview?range=15m", ".panel-figure-value"),
    Shot("dashboard-whole", "/dashboard/mcp-traffic?range=15m", ".main-svg", is_whole=True),
    Shot("events", "/events", "#events-page"),
    Shot("system", "/system", "#system-page", is_whole=True),
    Shot("missing", "/nowhere", "main"),
)


def main(arguments: Sequence[str]) -> None:
    """Takes all pictures, or those of some pages."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.screenshots", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("build/screenshots"))
    parser.add_argument("--only", type=lambda text: text.split(","), help="names of pages, with commas between")
    parser.add_argument("--size", type=int, choices=[width for width, _ in SIZES], help="one width")
    parser.add_argument("--scheme", choices=SCHEMES, help="one scheme")
    parser.add_argument("--hurry", action="store_true", help="do not wait until the figures fill their lines")
    parser.add_argument("--readme", action="store_true", help="renew the pictures of the README, too")
    chosen = parser.parse_args(arguments)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, running_chromium() as chromium:
        if not chosen.only:
            with running_swarm(Path(scratch) / "empty") as swarm:
                _take_empty(chromium, swarm, chosen.folder)
        with running_swarm(Path(scratch) / "full") as swarm:
            play(swarm)
            if not chosen.hurry:
                _settle(chromium, swarm)
            _take_all(chromium, swarm, chosen)
            if chosen.readme:
                _take_for_readme(chromium, swarm)
            if not chosen.only:
                _take_leader_gone(chromium, swarm, chosen.folder)
    print(f"{len(list(chosen.folder.glob('*.png')))} pictures in {chosen.folder}")


def _settle(chromium: Browser, swarm: Swarm) -> None:
    with _page(chromium, "dark", SIZES[0]) as page:
        page.goto(swarm.url)
        page.wait_for_timeout(SETTLING_MS)


def _take_all(chromium: Browser, swarm: Swarm, chosen: argparse.Namespace) -> None:
    shots = [shot for shot in SHOTS if not chosen.only or shot.name in chosen.only]
    for scheme in SCHEMES:
        for size in SIZES:
            if chosen.size in (None, size[0]) and chosen.scheme in (None, scheme):
                for shot in shots:
                    with _page(chromium, scheme, size) as page:
                        _take(page, swarm, shot, chosen.folder / f"{shot.name}-{scheme}-{size[0]}.png")


def _take(page: Page, swarm: Swarm, shot: Shot, path: Path) -> None:
    try:
        _open(page, swarm, shot)
    except AssertionError as error:
        # The picture shows why.
        print(f"{path.name}: {error}", file=sys.stderr)
    page.screenshot(path=path)


def _open(page: Page, swarm: Swarm, shot: Shot) -> None:
    page.goto(swarm.url + shot.path)
    expect(page.locator(shot.sign).first).to_be_visible(timeout=PATIENCE_MS)
    if shot.is_whole:
        # Charts that are not on the screen are not drawn: so the screen grows.
        height = page.evaluate("Math.max(innerHeight, document.documentElement.scrollHeight)")
        page.set_viewport_size({"width": page.evaluate("innerWidth"), "height": height})
    page.wait_for_timeout(MOVING_MS)


def _take_empty(chromium: Browser, swarm: Swarm, folder: Path) -> None:
    for scheme in SCHEMES:
        with _page(chromium, scheme, SIZES[1]) as page:
            page.goto(swarm.url)
            expect(page.get_by_role("heading", name="No node yet")).to_be_visible()
            page.screenshot(path=folder / f"empty-{scheme}-{SIZES[1][0]}.png")


def _take_leader_gone(chromium: Browser, swarm: Swarm, folder: Path) -> None:
    """Last of all: there is no leader afterwards."""
    with _page(chromium, "light", SIZES[1]) as page, _page(chromium, "dark", SIZES[0]) as phone:
        for each in (page, phone):
            _open(each, swarm, SHOTS[0])
        swarm.kill("leader")
        for each, name in ((page, "light-1440"), (phone, "dark-390")):
            expect(each.locator("#banner")).to_be_visible()
            each.screenshot(path=folder / f"leader-gone-{name}.png")


def _take_for_readme(chromium: Browser, swarm: Swarm) -> None:
    """As WebP, which Chromium writes: a fourth of a PNG."""
    for scheme in SCHEMES:
        with _page(chromium, scheme, SIZES[1]) as page:
            for shot in SHOTS:
                if shot.name in ("fleet", "node"):
                    _open(page, swarm, shot)
                    (README_FOLDER / f"{shot.name}-{scheme}.webp").write_bytes(_webp(chromium, page.screenshot()))


def _webp(chromium: Browser, png: bytes) -> bytes:
    page = chromium.new_page()
    encoded: str = page.evaluate(_TO_WEBP, base64.b64encode(png).decode())
    page.close()
    return base64.b64decode(encoded.partition(",")[2])


_TO_WEBP = """async (png) => {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas.toDataURL("image/webp", 0.9);
}"""


@contextmanager
def _page(chromium: Browser, scheme: str, size: tuple[int, int]) -> Iterator[Page]:
    width, height = size
    context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


if __name__ == "__main__":
    main(sys.argv[1:])
