"""The nodes a panel is about, and how wide its steps must be for them."""

from __future__ import annotations

import pytest

from dashboard.mirror import NodeView
from dashboard.panel_nodes import labelled_nodes, least_step_ms, wrong_clocks
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.dashboard.making import SECOND, START, node, samples
from tests.dashboard.panel_making import panel


def view(node_id: str, *seconds: float, **labels: str) -> NodeView:
    made = NodeView(node(node_id, **labels))
    for second in seconds:
        made.take(samples(node_id, [{"cpu.percent": 1}], START + round(second * SECOND)), 0)
    return made


VIEWS = {
    "a": view("a", 0, 1, 2, region="eu"),
    "b": view("b", 0, 60, 120, region="us"),
    "c": view("c", 3, 13, 23, region="eu"),
}


def test_nodes_are_counted_by_name_or_label() -> None:
    queries = ("column=x", "column=x&label=region=eu", "column=x&node=a&node=z")
    assert [labelled_nodes(panel(query), VIEWS) for query in queries] == [3, 2, 2]


@pytest.mark.parametrize(
    ("query", "least_ms"),
    [
        ("aggregate=sum", 58_800),
        ("aggregate=sum&label=region=eu", 9800),
        ("kind=stack&node=a&node=c&node=z", 9800),
        ("counters=increase&node=a", 980),
        ("aggregate=sum&node=z", 0),
        ("node=b", 0),
    ],
)
def test_a_step_holds_a_sample_of_each_node_that_is_meant(query: str, least_ms: int) -> None:
    assert least_step_ms(panel(f"column=x&{query}"), VIEWS) == least_ms


def test_a_silence_is_no_interval() -> None:
    query = panel("column=x&aggregate=sum")
    assert least_step_ms(query, {"a": view("a", 0, 1, 900)}) == 980
    assert least_step_ms(query, {"a": view("a", 0, 900)}) == 0, "nobody knows yet"
    assert least_step_ms(query, {"a": view("a", 0, 60)}) == 58_800
    assert least_step_ms(query, {"a": view("a", 100, 101, 2, 3)}) == 980, "its clock was set back"


def test_live_nodes_whose_clocks_are_wrong_are_told_the_worst_first() -> None:
    offsets_ms = {"right": 4999, "late": -1_800_000, "early": 3_600_000, "gone": 3_600_000}
    views = {name: view(name, region="eu") for name in offsets_ms}
    for name, offset_ms in offsets_ms.items():
        views[name].info.clock_offset_ms = offset_ms
    views["gone"].info.state = pb.OFFLINE
    assert list(wrong_clocks(panel("column=x"), views).items()) == [("early", 3_600_000), ("late", -1_800_000)]
    assert wrong_clocks(panel("column=x&node=late&node=right"), views) == {"late": -1_800_000}
    assert wrong_clocks(panel("column=x&label=region=us"), views) == {}
