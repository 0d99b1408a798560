"""What a panel asks for: gauges and counters each in their way, on steps that every node has told of."""

from __future__ import annotations

import pytest

from dashboard.client import Series
from dashboard.panel_requests import SETTLED_MS, belongs, leader_requests, on_whole_steps, step_ms_of, within
from dashboard.params import Range
from mcp_telemetry.model.columns import Kind
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.dashboard.making import SECOND, START
from tests.dashboard.panel_making import of_group, of_node, panel

Q = pb.QueryRangeRequest
MS = 1_000_000
NOW_MS = START // MS


def span(seconds: float, points: int = 1000, end_ms: int = NOW_MS) -> Range:
    return Range(int(end_ms * MS - seconds * SECOND), end_ms * MS, points)


def asked(query: str, seconds: float = 300) -> list[pb.QueryRangeRequest]:
    wanted = panel(query)
    return leader_requests(wanted, span(seconds), step_ms_of(wanted, span(seconds)))


@pytest.mark.parametrize(("counters", "transform"), [("per_second", Q.RATE), ("increase", Q.DELTA)])
def test_gauges_are_asked_as_they_are_and_counters_as_wished(counters: str, transform: int) -> None:
    gauges, rates = asked(f"column=cpu.percent&column=requests&counters={counters}&node=a&label=x=y")
    assert (list(gauges.columns), gauges.transform) == (["cpu.percent"], Q.VALUE)
    assert (list(rates.columns), rates.transform) == (["requests"], transform)
    assert all(list(request.node_ids) == ["a"] and request.labels[0].value == "y" for request in (gauges, rates))


def test_totals_are_one_question() -> None:
    (request,) = asked("column=cpu.percent&column=requests&counters=total")
    assert (list(request.columns), request.transform) == (["cpu.percent", "requests"], Q.VALUE)


def test_columns_of_one_kind_are_one_question() -> None:
    assert [request.transform for request in asked("column=requests%7Bping%7D")] == [Q.RATE]


def test_a_custom_metric_is_asked_both_ways_and_drawn_once() -> None:
    wanted = panel("column=custom.jobs")
    gauges, rates = asked("column=custom.jobs")
    counter, gauge = of_node("a", "custom.jobs", [1], kind=Kind.COUNTER), of_node("a", "custom.jobs", [1])
    assert not belongs(wanted, gauges, counter)
    assert belongs(wanted, gauges, gauge)
    assert belongs(wanted, rates, counter)
    assert belongs(panel("column=custom.jobs&counters=total"), gauges, counter)


@pytest.mark.parametrize(
    ("query", "seconds", "before_s"),
    [
        ("column=requests", 300, 60),
        ("column=requests&counters=increase", 300, 65),
        ("column=requests&aggregate=sum", 86_400, 600),
        ("column=requests&counters=total&aggregate=sum", 300, 0),
        ("column=cpu.percent&aggregate=sum", 300, 0),
    ],
)
def test_what_counters_grow_from_is_asked_for_too(query: str, seconds: float, before_s: int) -> None:
    (request,) = asked(query, seconds)
    assert START - request.start_unix_nano == round((seconds + before_s) * SECOND)


def from_start(query: str, one: Series) -> list[int]:
    wanted = Range(START + 10 * SECOND, START + 60 * SECOND, 1000)
    (request,) = leader_requests(panel(query), wanted, 5000)
    return [(time_ns - START) // SECOND for time_ns in within(wanted, request, one).times_ns.tolist()]


def test_what_was_asked_for_too_is_left_away() -> None:
    one = of_node("a", "requests{p}", range(12))
    assert from_start("column=requests", one) == [10, 11]
    assert from_start("column=requests&aggregate=sum", of_group("requests{p}", range(4))) == [10, 15]
    assert from_start("column=cpu.percent&aggregate=sum", of_group("cpu.percent", range(4))) == [0, 5, 10, 15]


def test_a_bucket_that_reaches_into_the_range_is_in_it() -> None:
    one = of_node("a", "requests{p}", range(12))
    one.head.tier = Q.MINUTE
    assert from_start("column=requests", one) == list(range(12))


def test_samples_come_as_points_and_aggregates_as_steps() -> None:
    (points,) = asked("column=cpu.percent")
    (steps,) = asked("column=cpu.percent&aggregate=p95&by=region")
    assert (points.max_points, points.step_ms) == (1000, 0)
    assert (steps.max_points, steps.step_ms, steps.aggregate, list(steps.group_by)) == (0, 5000, Q.P95, ["region"])


def test_a_table_is_made_of_single_samples() -> None:
    (request,) = asked("column=cpu.percent&kind=table")
    assert request.tier == Q.RAW


@pytest.mark.parametrize(
    ("seconds", "step_s"),
    [
        (60, 5),
        (300, 5),
        (3600, 10),
        (86_400, 300),
        (7 * 86_400, 3600),
        (90 * 86_400, 6 * 3600),
        (730 * 86_400, 172_800),
    ],
)
def test_steps_are_as_wide_as_the_range_wants(seconds: float, step_s: int) -> None:
    assert step_ms_of(panel("column=cpu.percent&aggregate=sum"), span(seconds)) == step_s * 1000


def test_fewer_points_are_wider_steps() -> None:
    assert step_ms_of(panel("column=cpu.percent&kind=stack"), span(3600, points=60)) == 60_000


def test_nodes_that_are_sampled_rarely_want_wider_steps() -> None:
    wanted = panel("column=cpu.percent&aggregate=sum")
    assert [step_ms_of(wanted, span(300), least_ms) for least_ms in (980, 9800, 58_800)] == [5000, 10_000, 60_000]


def test_single_samples_have_no_steps() -> None:
    wanted = span(300)
    assert step_ms_of(panel("column=cpu.percent"), wanted) == 0
    assert on_whole_steps(wanted, 0, NOW_MS) == wanted


@pytest.mark.parametrize(("seconds", "step_ms"), [(300.5, 5000), (300.5, 120_000), (3600, 300_000), (3, 600_000)])
def test_the_last_step_is_one_that_every_node_has_told_of(seconds: float, step_ms: int) -> None:
    moved = on_whole_steps(span(seconds, end_ms=NOW_MS + 5000), step_ms, NOW_MS)
    assert moved.start_ns % (step_ms * MS) == moved.end_ns % (step_ms * MS) == 0
    assert moved.start_ns < moved.end_ns
    assert NOW_MS - SETTLED_MS - step_ms < moved.end_ns // MS <= NOW_MS - SETTLED_MS


def test_a_wide_step_of_a_long_range_is_told_of_as_far_as_it_has_come() -> None:
    now_ms = NOW_MS + 1_800_000
    moved = on_whole_steps(span(7 * 86_400, end_ms=now_ms + 5000), 3_600_000, now_ms)
    assert moved.start_ns % (3600 * SECOND) == 0
    assert moved.end_ns // MS == now_ms - SETTLED_MS


def test_a_wide_step_that_has_just_begun_is_not_told_of() -> None:
    now_ms = NOW_MS + SETTLED_MS + 100_000
    ends = [on_whole_steps(span(86_400, end_ms=now_ms), 300_000, now_ms, least_ms).end_ns for least_ms in (0, 114_000)]
    assert [(end_ns - START) // SECOND for end_ns in ends] == [100, 0]


def test_what_lies_behind_ends_with_a_whole_step() -> None:
    wanted = span(300, end_ms=NOW_MS - 100_123)
    assert on_whole_steps(wanted, 5000, NOW_MS).end_ns == START - 100 * SECOND
