"""Which tier each hour comes from, and what is read for it."""

from __future__ import annotations

import pytest

from mcp_telemetry.query.answer import Asked, Need, Subject, answer
from mcp_telemetry.query.cache import Cache
from mcp_telemetry.query.question import Question, Tier
from mcp_telemetry.query.sources import Recent, Sources, stretches
from mcp_telemetry.series.buckets import HOUR_NS
from tests.query.memory import NOTHING, THREADS, Rolled, Stored
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
    samples, minutes, hours, recent = held
    for wanted, tiers in expected.items():
        found = stretches({RAW: samples, MINUTE: minutes, HOUR: hours}, wanted, frozenset(recent))
        assert "".join(stretch.tier.name[0] * len(stretch.hours) for stretch in found) == tiers, wanted
        assert [hour for stretch in found for hour in stretch.hours] == [1, 2]


def test_an_hour_is_read_again_only_after_it_changed() -> None:
    stored, hour = Stored(), HOUR_START_NS // HOUR_NS
    sources = Sources(stored, Rolled(), Cache(1 << 20), THREADS)
    stored.hours["a", hour] = rows_of(run_of(range(10)))

    def ask() -> int:
        work = answer(Asked(Question(HOUR_START_NS, HOUR_START_NS + HOUR_NS), (Subject("a"),), 1, 0), sources)
        assert isinstance(next(work), Need)
        messages = [work.send([Recent(NOTHING)]), *work]
        assert all(isinstance(each, list) and each for each in messages)
        return stored.reads

    assert [ask(), ask()] == [1, 1]
    stored.hours["a", hour] = rows_of(run_of(range(20)))
    assert [ask(), ask()] == [2, 2]
