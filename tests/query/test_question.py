"""What is refused, and what a malformed question is told."""

from __future__ import annotations

from typing import Any

import pytest

from mcp_telemetry.errors import InvalidQueryError
from mcp_telemetry.query.question import Aggregate, Question, Tier, Transform, checked
from mcp_telemetry.v1 import metrics_pb2 as pb

S = 10**9
R = pb.QueryRangeRequest
HOUR = {"start_unix_nano": 1000 * 3600 * S, "end_unix_nano": 1001 * 3600 * S}

REFUSED = {
    "inverted": ({"start_unix_nano": 9, "end_unix_nano": 8}, "the range 9 to 8 is empty"),
    "no time": ({"start_unix_nano": 9, "end_unix_nano": 2**64 - 1}, "want nanoseconds"),
    "unknown transform": ({"transform": 9}, r"transform is 9: want one of VALUE \(0\), RATE \(1\), DELTA \(2\)"),
    "unknown aggregate": ({"aggregate": -1}, "aggregate is -1: want one of NONE"),
    "unknown tier": ({"tier": 7}, r"tier is 7: want one of AUTO .* HOUR \(3\)"),
    "few points": ({"max_points": 3}, "max_points is 3: want at least 4, or 0"),
    "group of nothing": ({"group_by": ["zone"]}, "group_by without an aggregate: name one, such as SUM"),
    "group of deltas": ({"group_by": ["zone"], "transform": R.DELTA}, "group_by without an aggregate"),
    "many groups": ({"group_by": map(str, range(65)), "aggregate": R.SUM}, "65 labels: want at most 64"),
    "step of points": ({"step_ms": 1000}, "step_ms is 1000, but only an aggregate or DELTA has steps"),
    "fine steps": ({"step_ms": 3, "aggregate": R.SUM}, "1200000 steps in the range, .*steps of 4 ms or more"),
    "finer than the tier": ({"step_ms": 60_000, "aggregate": R.SUM, "tier": R.HOUR}, "take a multiple"),
    "between the tier's": ({"step_ms": 90_000, "aggregate": R.SUM, "tier": R.MINUTE}, "in steps of 60000"),
    "many steps": ({"max_points": 1_000_001, "aggregate": R.SUM}, "want at most 1000000 steps"),
}


@pytest.mark.parametrize(("fields", "detail"), REFUSED.values(), ids=REFUSED.keys())
def test_a_question_that_means_nothing_is_refused_with_a_remedy(fields: dict[str, Any], detail: str) -> None:
    with pytest.raises(InvalidQueryError, match=detail):
        checked(pb.QueryRangeRequest(**(HOUR | fields)), 0)


def test_the_remedy_for_too_fine_steps_is_one() -> None:
    checked(pb.QueryRangeRequest(**HOUR, aggregate=R.SUM, step_ms=4), 0)


def test_all_that_is_asked_is_understood() -> None:
    request = pb.QueryRangeRequest(
        **HOUR,
        columns=["a", "b"],
        max_points=7,
        transform=R.RATE,
        aggregate=R.P95,
        group_by=["zone", "rack", "zone"],
        tier=R.MINUTE,
        step_ms=60_000,
    )
    assert checked(request, 0) == Question(
        HOUR["start_unix_nano"],
        HOUR["end_unix_nano"],
        frozenset({"a", "b"}),
        7,
        Transform.RATE,
        Aggregate.P95,
        ("zone", "rack"),
        Tier.MINUTE,
        60 * S,
    )


def test_without_an_end_it_is_now() -> None:
    assert checked(pb.QueryRangeRequest(), 5).end_ns == 5
