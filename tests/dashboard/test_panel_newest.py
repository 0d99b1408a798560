"""A line that is made of rollups ends with the value of its newest sample."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.client import Series
from dashboard.panel_newest import newest_ranges, with_newest
from dashboard.params import Range
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.dashboard.making import SECOND, START
from tests.dashboard.panel_making import of_node


def rolled(
    node_id: str, values: Sequence[float], tier: pb.QueryRangeRequest.Tier = pb.QueryRangeRequest.HOUR
) -> Series:
    made = of_node(node_id, "cpu.percent", values, step_s=60)
    made.head.tier = tier
    return made


def test_lines_that_end_together_are_asked_about_together() -> None:
    series = [rolled("b", [1, 2, 3]), rolled("a", [1, 2]), rolled("gone", [0] * 60)]
    raw = rolled("raw", [1, 2], pb.QueryRangeRequest.RAW)
    later = START + 59 * 60 * SECOND
    assert newest_ranges([*series, raw]) == [
        (["a", "b"], Range(START + 60 * SECOND, START + 120 * SECOND + 1, 100)),
        (["gone"], Range(later, later + 1, 100)),
    ]


def test_the_last_value_is_that_of_the_newest_sample() -> None:
    samples = of_node("a", "cpu.percent", [7.0] * 60 + [8.5])
    (one,) = with_newest([rolled("a", [1, 99])], [samples])
    assert one.values.tolist() == [1, 8.5]
    assert one.times_ns.tolist() == [START, START + 60 * SECOND]


def test_a_newer_sample_comes_behind_and_an_older_one_is_none() -> None:
    newer, older = of_node("a", "cpu.percent", [7.0] * 70), of_node("a", "cpu.percent", [7.0] * 50)
    assert with_newest([rolled("a", [1, 99])], [newer])[0].values.tolist() == [1, 99, 7]
    assert with_newest([rolled("a", [1, 99])], [older])[0].values.tolist() == [1, 99]
    assert with_newest([rolled("b", [1, 99])], [newer])[0].values.tolist() == [1, 99]
