"""What goes by age, and what by size."""

from __future__ import annotations

import pytest

from mcp_telemetry.storage.retention import excess, expired
from mcp_telemetry.storage.shelf import DAY_NS


@pytest.mark.parametrize(
    ("keep_days", "now_days", "expected"),
    [(7, 18, [10]), (7, 17.99, []), (7, 19.5, [10, 11]), (0, 10_000, []), (0.5, 11.5, [10]), (1, 10_000, [10, 11, 12])],
)
def test_a_day_goes_when_all_of_it_is_too_old(keep_days: float, now_days: float, expected: list[int]) -> None:
    ends = {12: 13, 10: 11, 11: 12}
    assert expired(ends, int(keep_days * DAY_NS), int(now_days * DAY_NS)) == expected


@pytest.mark.parametrize(
    ("limit", "expected"), [(0, []), (600, []), (599, [1]), (500, [1]), (300, [1, 2]), (299, [1, 2, 3]), (1, [1, 2, 3])]
)
def test_the_oldest_goes_first_and_the_newest_stays(limit: int, expected: list[int]) -> None:
    assert excess({3: 100, 1: 100, 2: 200, 4: 200}, limit, newest=4) == expected
