"""How long a sample takes from the moment it is taken to the moment it is painted."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

__all__ = ["Paints"]

_SCRIPT = Path(__file__).with_suffix(".js").read_text()


class Paints:
    """Of the samples that a page shows: in all its charts that are in view, or in a cell that tells a sample's time.

    The nodes' clock must be this machine's.
    """

    def __init__(self, page: Page, cell: str = "") -> None:
        self._page = page
        page.evaluate(_SCRIPT, cell)

    def delays_s(self, seconds: float) -> list[float]:
        """From each sample to its pixels, of those painted in so many seconds from now; RuntimeError if none was."""
        self._page.evaluate("paints.length = 0")
        self._page.wait_for_timeout(1000 * seconds)
        paints = self._page.evaluate("paints")
        if not paints:
            raise RuntimeError(f"{self._page.url} painted no new sample within {seconds:g} s")
        return [(painted_ms - sampled_ms) / 1000 for sampled_ms, painted_ms in paints]
