"""Rectangles settle: nothing lies over anything, nothing floats, and the order is kept."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from mcp_telemetry.model.panel_grid import COLUMNS, Place, settled


@st.composite
def places(draw: st.DrawFn) -> Place:
    width = draw(st.integers(1, COLUMNS))
    x = draw(st.integers(0, COLUMNS - width))
    return Place(x, draw(st.integers(0, 50)), width, draw(st.integers(1, 24)))


def test_what_lies_over_another_goes_below_it() -> None:
    assert settled([Place(0, 0, 6, 4), Place(3, 2, 6, 4), Place(6, 0, 6, 2)]) == [
        Place(0, 0, 6, 4),
        Place(3, 4, 6, 4),
        Place(6, 0, 6, 2),
    ]


def test_what_floats_goes_up_but_not_through_another() -> None:
    assert settled([Place(0, 9, 12, 2), Place(0, 3, 6, 2)]) == [Place(0, 2, 12, 2), Place(0, 0, 6, 2)]


@given(st.lists(places(), max_size=20))
def test_settled_places_stay_where_they_are(wanted: list[Place]) -> None:
    found = settled(wanted)
    assert [each._replace(y=0) for each in found] == [each._replace(y=0) for each in wanted]
    assert not any(one.overlaps(other) for one, other in combinations(found, 2))
    assert settled(found) == found
