"""Where the panels of a dashboard stand: rectangles on a grid of 12 columns, as tall as they need."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["COLUMNS", "MOST_ROWS", "Place", "settled"]

COLUMNS = 12
# Of one panel.
MOST_ROWS = 24


class Place(NamedTuple):
    """A rectangle in cells; y grows downwards."""

    x: int
    y: int
    width: int
    height: int

    def is_above_or_below(self, other: Place) -> bool:
        """Whether they have a column in common."""
        return self.x < other.x + other.width and other.x < self.x + self.width

    def overlaps(self, other: Place) -> bool:
        """Whether they have a cell in common."""
        return self.is_above_or_below(other) and self.y < other.y + other.height and other.y < self.y + self.height


def settled(places: Iterable[Place]) -> list[Place]:
    """The same rectangles, in the order given: none over another, and none with room above it.

    Each falls upwards in order of where it stands, and lies below those that were above it. Settling again changes
    nothing.
    """
    wanted = list(places)
    standing: dict[int, Place] = {}
    for index in sorted(range(len(wanted)), key=lambda index: (wanted[index].y, wanted[index].x)):
        bottoms = (each.y + each.height for each in standing.values() if each.is_above_or_below(wanted[index]))
        standing[index] = wanted[index]._replace(y=max(bottoms, default=0))
    return [standing[index] for index in range(len(wanted))]
