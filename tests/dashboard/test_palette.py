"""Colours are seen in both schemes and by all eyes, and stay with their names."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from dashboard.palette import COLORS, DASHES, strokes_of

Floats = NDArray[np.float64]
SURFACES = {"light": "#ffffff", "dark": "#1c2029"}
# How colours look to whom (Machado, Oliveira and Fernandes 2009, full severity), in linear RGB.
EYES = {
    "usual": np.eye(3),
    "protanopia": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "deuteranopia": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "tritanopia": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.9505, 1, 1.089])


def linear(color: str) -> Floats:
    channels = np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    low, high = sorted(float(linear(color) @ TO_XYZ[1]) for color in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(rgb: Floats) -> Floats:
    x, y, z = np.cbrt(np.maximum(TO_XYZ @ np.clip(rgb, 0, 1) / WHITE, 0.0089))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("scheme", SURFACES)
@pytest.mark.parametrize("color", COLORS)
def test_each_color_stands_out(color: str, scheme: str) -> None:
    assert contrast(color, SURFACES[scheme]) >= 3


@pytest.mark.parametrize("eyes", EYES)
def test_no_two_colors_look_the_same(eyes: str) -> None:
    seen = [lab(np.array(EYES[eyes]) @ linear(color)) for color in COLORS]
    assert min(float(np.linalg.norm(one - other)) for one, other in combinations(seen, 2)) > 15


def test_what_is_orange_for_usual_eyes_is_one_color() -> None:
    orange, *others = [lab(linear(color)) for color in (COLORS[1], COLORS[0], *COLORS[2:])]
    assert min(float(np.linalg.norm(orange - other)) for other in others) > 40


def test_every_color_is_used_before_the_first_dash() -> None:
    strokes = strokes_of(f"node-{number:02d}" for number in range(len(COLORS)))
    assert {stroke.color for stroke in strokes.values()} == set(COLORS)
    assert {stroke.dash for stroke in strokes.values()} == {"solid"}


def test_as_many_lines_as_are_drawn_differ() -> None:
    most = len(COLORS) * len(DASHES)
    assert len(set(strokes_of(f"node-{number:02d}" for number in range(most)).values())) == most
    assert len(strokes_of(f"node-{number:02d}" for number in range(most + 5))) == most + 5


def test_a_name_keeps_its_stroke_in_other_company() -> None:
    few, more = strokes_of(["alpha", "beta"]), strokes_of(["alpha", "beta", "zeta"])
    assert {name: more[name] for name in few} == few


def test_a_single_line_has_the_first_color() -> None:
    assert strokes_of(["whatever"])["whatever"] == (COLORS[0], "solid")
