from __future__ import annotations

import pytest

from mcp_telemetry.series.buckets import HOUR_NS, MINUTE_NS
from mcp_telemetry.series.grid import step_count, step_of_at_most

SECOND_NS = 10**9
NOON_NS = 500_004 * HOUR_NS


@pytest.mark.parametrize(
    ("range_ns", "most", "step_ns"),
    [
        (HOUR_NS, 3600, SECOND_NS),
        (HOUR_NS, 3599, 2 * SECOND_NS),
        (HOUR_NS, 1000, 5 * SECOND_NS),
        (24 * HOUR_NS, 500, 5 * MINUTE_NS),
        (24 * HOUR_NS, 1000, 2 * MINUTE_NS),
        (30 * 24 * HOUR_NS, 1000, HOUR_NS),
        (730 * 24 * HOUR_NS, 1000, 24 * HOUR_NS),
        (SECOND_NS, 1000, SECOND_NS // 1000),
        (2 * HOUR_NS, 1, HOUR_NS),
    ],
)
def test_the_width_is_the_next_readable_one(range_ns: int, most: int, step_ns: int) -> None:
    assert step_of_at_most(NOON_NS, NOON_NS + range_ns, most) == step_ns


@pytest.mark.parametrize("most", [2, 3, 10, 499, 1000])
@pytest.mark.parametrize("offset_ns", [0, 1, 7 * SECOND_NS, 59 * MINUTE_NS])
def test_there_are_never_more_wherever_the_range_begins(most: int, offset_ns: int) -> None:
    for range_ns in (1, SECOND_NS, HOUR_NS, 31 * HOUR_NS, 2**62):
        step_ns = step_of_at_most(offset_ns, offset_ns + range_ns, most)
        assert 1 <= step_count(offset_ns, offset_ns + range_ns, step_ns) <= most


def test_steps_that_the_range_only_touches_count() -> None:
    assert step_count(0, 10, 10) == 1
    assert step_count(0, 11, 10) == 2
    assert step_count(9, 11, 10) == 2
