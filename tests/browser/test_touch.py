"""A finger on a chart: it scrolls the page, and selects time once it has rested."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import CDPSession, Page, expect

from tests.browser.test_time import in_address, opened, shown, span_ms
from tests.processes import wait_until

OpenPage = Callable[..., Page]
PHONE = {"width": 390, "height": 844}


class Finger:
    """One finger on a page; places are shares of the width of the chart of the processor."""

    def __init__(self, page: Page) -> None:
        self._session: CDPSession = page.context.new_cdp_session(page)
        box = page.locator("#chart-cpu .nsewdrag").bounding_box()
        assert box is not None
        self._box = box

    def put(self, share: float) -> None:
        self._send("touchStart", share)

    def move(self, share: float, by_px: float = 0) -> None:
        self._send("touchMove", share, by_px)

    def lift(self) -> None:
        self._session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def _send(self, kind: str, share: float, by_px: float = 0) -> None:
        x, y = self._box["x"] + share * self._box["width"], self._box["y"] + self._box["height"] / 2 + by_px
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})


def test_a_finger_that_moves_at_once_scrolls(open_page: OpenPage) -> None:
    page = opened(open_page, viewport=PHONE, has_touch=True, is_mobile=True)
    finger = Finger(page)

    def scrolls() -> bool:
        finger.put(0.5)
        for px in range(-20, -201, -20):
            finger.move(0.5, px)
        finger.lift()
        return bool(page.evaluate("scrollY") > 100)

    # On a busy machine a finger may rest though it should move: then it does nothing.
    wait_until(scrolls, 15)
    assert in_address(page) == {}


def test_one_that_rests_zooms_all_charts(open_page: OpenPage) -> None:
    page = opened(open_page, viewport=PHONE, has_touch=True, is_mobile=True)
    finger = Finger(page)
    finger.put(0.8)
    selection = page.locator("#chart-cpu ~ .chart-over .chart-selection")
    expect(selection).to_be_visible()
    for share in (0.7, 0.6, 0.5):
        finger.move(share, 100)
    finger.lift()
    expect(selection).to_be_hidden()
    wait_until(lambda: 80_000 < span_ms(page) < 100_000)
    wait_until(lambda: shown(page, "memory") == shown(page))
    assert {"from", "to"} <= in_address(page).keys()
    assert page.evaluate("scrollY") == 0
