"""Which tier and which steps a question gets."""

from __future__ import annotations

from itertools import pairwise

import pytest

from mcp_telemetry.errors import InvalidQueryError
from mcp_telemetry.query.plan import grid_of, tier_of_points, wanted
from mcp_telemetry.query.question import Aggregate, Question, Tier
from mcp_telemetry.series.buckets import HOUR_NS, MINUTE_NS

DAY_NS = 24 * HOUR_NS
NOON_NS = 20_000 * DAY_NS + 12 * HOUR_NS


@pytest.mark.parametrize(
    ("range_ns", "max_points", "tier"),
    [
        (730 * DAY_NS, 0, Tier.RAW),
        (HOUR_NS, 1000, Tier.RAW),
        (8 * HOUR_NS, 1000, Tier.RAW),
        (9 * HOUR_NS, 1000, Tier.MINUTE),
        (7 * DAY_NS, 1000, Tier.MINUTE),
        (30 * DAY_NS, 1000, Tier.HOUR),
        (730 * DAY_NS, 1000, Tier.HOUR),
    ],
)
def test_points_come_from_the_coarsest_tier_that_has_enough(range_ns: int, max_points: int, tier: Tier) -> None:
    assert tier_of_points(Question(NOON_NS, NOON_NS + range_ns, max_points=max_points)) is tier


@pytest.mark.parametrize(("hours", "tier"), [(2, Tier.RAW), (12, Tier.MINUTE), (1000, Tier.MINUTE)])
def test_points_of_a_node_that_was_there_for_less_come_from_a_finer_tier(hours: int, tier: Tier) -> None:
    assert tier_of_points(Question(NOON_NS, NOON_NS + DAY_NS, max_points=1000), hours) is tier


@pytest.mark.parametrize(
    ("step_ns", "tier"),
    [(10**9, Tier.RAW), (MINUTE_NS, Tier.MINUTE), (90 * 10**9, Tier.RAW), (HOUR_NS, Tier.HOUR), (DAY_NS, Tier.HOUR)],
)
def test_steps_come_from_the_coarsest_tier_that_divides_them(step_ns: int, tier: Tier) -> None:
    question = Question(NOON_NS, NOON_NS + DAY_NS, aggregate=Aggregate.SUM, step_ns=step_ns)
    assert grid_of(question, 1, 1).tier is tier


def test_steps_are_as_wide_as_the_tier_asked_for() -> None:
    question = Question(NOON_NS, NOON_NS + HOUR_NS, aggregate=Aggregate.SUM, tier=Tier.HOUR)
    assert grid_of(question, 1, 1).step_ns == HOUR_NS


@pytest.mark.parametrize("step_ns", [10**9, 7 * 10**9, MINUTE_NS, HOUR_NS, DAY_NS])
@pytest.mark.parametrize("nodes", [1, 100, 10_000])
def test_blocks_are_the_range_and_split_no_step(step_ns: int, nodes: int) -> None:
    start_ns = NOON_NS + 17
    question = Question(start_ns, start_ns + 3 * DAY_NS, aggregate=Aggregate.SUM, step_ns=step_ns)
    blocks = grid_of(question, nodes, 40).blocks
    assert (blocks[0][0], blocks[-1][1]) == (start_ns, start_ns + 3 * DAY_NS)
    for (_, end_ns), (next_ns, _) in pairwise(blocks):
        assert end_ns == next_ns
        assert end_ns % step_ns == 0
    widest = max(end_ns - start_ns for start_ns, end_ns in blocks)
    assert nodes * 40 * (widest // step_ns) <= 4_000_000


def test_more_series_than_fit_in_one_step_are_refused() -> None:
    with pytest.raises(InvalidQueryError, match="2000 columns of 10000 nodes: want at most 4000000 series"):
        grid_of(Question(NOON_NS, NOON_NS + DAY_NS, aggregate=Aggregate.SUM), 10_000, 2000)


def test_whole_buckets_are_read() -> None:
    question = Question(NOON_NS + 1, NOON_NS + HOUR_NS + 1)
    assert wanted(question, Tier.RAW, question.start_ns, question.end_ns).start_ns == NOON_NS + 1
    minutes = wanted(question, Tier.MINUTE, question.start_ns, question.end_ns)
    assert (minutes.start_ns, minutes.end_ns) == (NOON_NS, NOON_NS + HOUR_NS + MINUTE_NS)
