"""Which tier each hour comes from."""

from __future__ import annotations

import pytest

from mcp_telemetry.query.question import Tier
from mcp_telemetry.query.tiers import SummedUp, stretches
from mcp_telemetry.series.buckets import HOUR_NS, MINUTE_NS
from mcp_telemetry.series.versions import Versions
from tests.query.memory import Rolled
from tests.storage.samples import HOUR_START_NS, rows_of, run_of

RAW, MINUTE, HOUR = Tier.RAW, Tier.MINUTE, Tier.HOUR
OLD, NEW = 1, 2

# What the tiers hold (hour: version), which hours are in memory, and where hours then come from, by the tier wanted.
CASES = {
    "all is there": (
        ({1: NEW, 2: NEW}, {1: NEW, 2: NEW}, {1: NEW, 2: NEW}, set()),
        {RAW: "RR", MINUTE: "MM", HOUR: "HH"},
    ),
    "samples came since": (({1: NEW, 2: NEW}, {1: NEW, 2: OLD}, {1: OLD, 2: NEW}, set()), {MINUTE: "MR", HOUR: "MH"}),
    "some are in memory": (({1: NEW, 2: NEW}, {1: NEW, 2: NEW}, {1: NEW, 2: NEW}, {2}), {MINUTE: "MR", HOUR: "HR"}),
    "only in memory": (({1: NEW}, {1: NEW}, {1: NEW}, {2}), {RAW: "RR", MINUTE: "MR", HOUR: "HR"}),
    "samples are gone": (({2: NEW}, {1: NEW, 2: NEW}, {1: NEW, 2: NEW}, set()), {RAW: "MR", MINUTE: "MM", HOUR: "HH"}),
    "minutes are gone, too": (({2: NEW}, {2: NEW}, {1: NEW, 2: NEW}, set()), {RAW: "HR", MINUTE: "HM", HOUR: "HH"}),
    "hours are not made yet": (({1: NEW, 2: NEW}, {1: NEW, 2: NEW}, {}, set()), {RAW: "RR", MINUTE: "MM", HOUR: "MM"}),
    "late rows of what is gone": (({2: NEW}, {1: NEW}, {1: NEW}, {1}), {RAW: "MR", MINUTE: "MR", HOUR: "HR"}),
}


@pytest.mark.parametrize(("held", "expected"), CASES.values(), ids=CASES.keys())
def test_each_hour_comes_from_the_best_that_is_left(
    held: tuple[dict[int, int], dict[int, int], dict[int, int], set[int]], expected: dict[Tier, str]
) -> None:
    *stored, recent = held
    versions = {tier: Versions.of(found) for tier, found in zip((RAW, MINUTE, HOUR), stored, strict=True)}
    for wanted, tiers in expected.items():
        found = stretches(versions, wanted, frozenset(recent))
        assert "".join(stretch.tier.name[0] * len(stretch.hours) for stretch in found) == tiers, wanted
        assert [hour for stretch in found for hour in stretch.hours.tolist()] == [1, 2]


def test_of_nothing_there_are_no_stretches() -> None:
    nothing = dict.fromkeys((RAW, MINUTE, HOUR), Versions.of({}))
    for wanted in nothing:
        assert stretches(nothing, wanted, frozenset()) == []


def test_a_tier_is_looked_up_once_and_only_when_it_is_asked_for() -> None:
    rolled, first = Rolled(), HOUR_START_NS // HOUR_NS
    rolled.add("a", first, rows_of(run_of(range(10))))
    summed_up = SummedUp(rolled, "a", HOUR_START_NS, HOUR_START_NS + HOUR_NS)
    for _ in range(2):
        assert summed_up[HOUR].by_hour() == {first: 10}
    assert rolled.asked == [HOUR_NS]
    assert summed_up[MINUTE].by_hour() == {first: 10}
    assert rolled.asked == [HOUR_NS, MINUTE_NS]
