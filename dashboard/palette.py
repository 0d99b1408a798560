"""Colours of lines that people can tell apart whatever their eyes and whichever scheme is set.

Each has a contrast of 3:1 or more against the surfaces of both schemes, and under the common kinds of colour blindness
no two of them look the same. From the ninth line on the stroke differs, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from zlib import crc32

__all__ = ["COLORS", "DASHES", "Stroke", "strokes_of"]

COLORS = ("#4482ff", "#c77f04", "#12a37f", "#e663b4", "#8558b4", "#8e9648", "#bd4351", "#467482")
DASHES = ("solid", "dash", "dot")


class Stroke(NamedTuple):
    """How a line is drawn; `dash` is Plotly's name for it."""

    color: str
    dash: str


def strokes_of(names: Iterable[str]) -> dict[str, Stroke]:
    """A stroke for each name, at most len(COLORS) * len(DASHES) different ones.

    A name has the same stroke in every chart, unless another name of the chart has taken it; a single line has the
    first colour.
    """
    ordered = sorted(set(names))
    if len(ordered) == 1:
        return {ordered[0]: Stroke(COLORS[0], DASHES[0])}
    free = [set(range(len(COLORS))) for _ in DASHES]
    return {name: _taken(free, crc32(name.encode())) for name in ordered}


def _taken(free: list[set[int]], wish: int) -> Stroke:
    """Takes the wished colour, or the next one that is free; every colour is used before the next dash."""
    for dash, colors in zip(DASHES, free, strict=True):
        for step in range(len(COLORS)):
            color = (wish + step) % len(COLORS)
            if color in colors:
                colors.remove(color)
                return Stroke(COLORS[color], dash)
    return Stroke(COLORS[wish % len(COLORS)], DASHES[-1])
