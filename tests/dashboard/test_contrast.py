"""Contrast of the colours in main.css, by the formula of WCAG 2.2, in both schemes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import dashboard

TEXT, GRAPHICS = 4.5, 3.0
SURFACES = ("page", "surface", "raised")
STATES = ("good", "warn", "bad", "idle")
TEXTS = [
    *((name, ground) for name in ("text", "muted") for ground in SURFACES),
    *(("accent", ground) for ground in ("page", "surface", "accent-soft")),
    *((state, ground) for state in STATES for ground in (f"{state}-soft", "surface", "page")),
    *(("text", f"{state}-soft") for state in ("warn", "bad")),
]
DRAWN = [("spark", "surface"), ("accent", "surface"), ("accent", "page"), *((state, "surface") for state in STATES)]


def schemes(css: str) -> dict[str, dict[str, str]]:
    """The colours of each scheme by name."""
    found = {}
    for scheme in ("light", "dark"):
        block = re.search(rf"color-scheme: {scheme};(.*?)}}", css, re.DOTALL)
        assert block is not None
        found[scheme] = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block[1]))
    return found


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


COLOURS = schemes((Path(dashboard.__file__).parent / "assets" / "main.css").read_text())


def test_the_formula_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_both_schemes_have_the_same_names() -> None:
    assert COLOURS["light"].keys() == COLOURS["dark"].keys()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("name", "ground"), TEXTS)
def test_text_can_be_read(scheme: str, name: str, ground: str) -> None:
    colours = COLOURS[scheme]
    assert contrast(colours[name], colours[ground]) >= TEXT


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("name", "ground"), DRAWN)
def test_lines_and_signs_can_be_seen(scheme: str, name: str, ground: str) -> None:
    colours = COLOURS[scheme]
    assert contrast(colours[name], colours[ground]) >= GRAPHICS
