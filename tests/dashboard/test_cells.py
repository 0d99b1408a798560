"""What a row shows, rounded, and what of it is sent again."""

from __future__ import annotations

import pytest

from dashboard.cells import CELLS, Cells, cells_of, changes
from dashboard.mirror import NodeView
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.dashboard.making import SECOND, START, node, samples

START_MS = START // 1_000_000
FIRST = {
    "cpu.percent": 12.6,
    "memory.percent": 50.2,
    "disk.percent": 99.5,
    "cpu.load_1m": 0.62,
    "active_connections": 7,
    "uptime_seconds": 119,
    "requests{a}": 10,
    "requests{b}": 0,
    "errors{a}": 0,
    "network.bytes_recv": 0,
    "network.bytes_sent": 0,
}
SECOND_ROW = FIRST | {
    "requests{a}": 14.24,
    "requests{b}": 1,
    "errors{a}": 0.034,
    "network.bytes_recv": 1_234_567,
    "network.bytes_sent": 12,
}


def shown(*rows: dict[str, float], state: pb.NodeState = pb.LIVE, silent_s: float = 0) -> dict[str, float | None]:
    view = NodeView(node("a", state))
    view.take(samples("a", rows), START_MS)
    view.last_seen_ms = START_MS
    return dict(zip(CELLS, cells_of(view, START_MS + round(silent_s * 1000)), strict=True))


def test_values_are_rounded_as_they_are_shown() -> None:
    cells = shown(FIRST, SECOND_ROW)
    assert (cells["cpu"], cells["memory"], cells["disk"], cells["load"]) == (13, 50, 100, 0.6)
    assert (cells["requests"], cells["errors"]) == (5.2, 0.03)
    assert (cells["received"], cells["sent"]) == (1200, 0.01), "kB/s, two digits"
    assert (cells["connections"], cells["uptime"]) == (7, 1), "whole minutes"


def test_what_nobody_knows_is_none_not_zero() -> None:
    cells = shown({"cpu.percent": 1})
    assert cells["cpu"] == 1
    assert {name for name, value in cells.items() if value is None} == {
        *("memory", "disk", "received", "sent", "load", "requests", "errors", "connections", "uptime")
    }


def test_whole_numbers_travel_without_a_decimal_point() -> None:
    cells = shown(FIRST | {"cpu.load_1m": 3.0}, SECOND_ROW | {"requests{a}": 1010, "cpu.load_1m": 3.0})
    assert [repr(cells[name]) for name in ("load", "requests", "received")] == ["3", "1001", "1200"]


@pytest.mark.parametrize(("silent_s", "seen"), [(0, 0), (7.9, 0), (8, START // SECOND), (600, START // SECOND)])
def test_when_a_node_was_seen_is_told_once_it_is_not_now(silent_s: float, seen: int) -> None:
    assert shown(FIRST, silent_s=silent_s)["seen"] == seen


def test_states_go_by_number() -> None:
    states = (pb.LIVE, pb.STALE, pb.OFFLINE, pb.LEFT)
    assert [shown(FIRST, state=state)["state"] for state in states] == [0, 1, 2, 3]


def row(**cells: float | None) -> Cells:
    return tuple(cells.get(name, 0) for name in CELLS)


def test_only_cells_that_look_different_are_sent() -> None:
    before = [row(cpu=1, memory=1), row(cpu=2), row(cpu=3), row(cpu=4)]
    now = [row(cpu=1, memory=None), row(cpu=7), row(cpu=3), row(cpu=8)]
    assert changes(before, list(enumerate(now))) == {"cpu": [[1, 1], [7, 8]], "memory": [[0], [None]]}


def test_of_a_new_node_everything_is_sent() -> None:
    sent = changes([row(cpu=1)], [(0, row(cpu=1)), (1, row(cpu=5))])
    assert set(sent) == set(CELLS)
    assert sent["cpu"] == [[1], [5]]


def test_nothing_that_changed_is_nothing_sent() -> None:
    assert changes([row(cpu=1)], [(0, row(cpu=1))]) == {}


def test_nodes_that_are_not_asked_about_lie_in_the_gaps() -> None:
    before = [row() for _ in range(5)]
    assert changes(before, [(1, row(cpu=1)), (4, row(cpu=2))]) == {"cpu": [[1, 2], [1, 2]]}
