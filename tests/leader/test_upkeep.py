from __future__ import annotations

from typing import Any

import pytest

from mcp_telemetry.leader.fleet import Fleet, Node, State
from mcp_telemetry.leader.upkeep import Upkeep
from mcp_telemetry.model.columns import Column
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.leader.parts import CPU, fill

SECOND_NS = 10**9
NOW_NS = 1_800_000_000 * SECOND_NS


def connected(fleet: Fleet, node_id: str, report_interval_ms: int = 5000) -> Node:
    node = fleet.join(node_id, NOW_NS)
    stream: Any = object()
    node.stream, node.last_seen_ns = stream, NOW_NS
    node.pace = pb.Pace(report_interval_ms=report_interval_ms)
    fleet.enter(node, State.LIVE, NOW_NS)
    return node


@pytest.mark.parametrize(("report_interval_ms", "patience_s"), [(5000, 15), (0, 3), (200, 3), (60_000, 180)])
def test_a_node_is_stale_after_three_silent_intervals(report_interval_ms: int, patience_s: int) -> None:
    fleet = Fleet(10, 10, 10)
    node, upkeep = connected(fleet, "a", report_interval_ms), Upkeep(fleet, 10, 10**9)
    upkeep.watch_over(NOW_NS + patience_s * SECOND_NS)
    assert node.state is State.LIVE
    stale_ns = NOW_NS + patience_s * SECOND_NS + 1
    upkeep.watch_over(stale_ns)
    assert (node.state, node.state_since_ns) == (State.STALE, stale_ns)
    node.last_seen_ns = stale_ns + 5
    upkeep.watch_over(stale_ns + 6)
    assert (node.state, node.state_since_ns) == (State.LIVE, stale_ns + 6)


@pytest.mark.parametrize("moved_s", [60, -3600])
def test_a_leader_that_was_stopped_or_whose_clock_was_set_blames_no_node(moved_s: int) -> None:
    fleet = Fleet(10, 10, 10)
    node, upkeep = connected(fleet, "a"), Upkeep(fleet, 10, 10**9)
    moved_ns = NOW_NS + moved_s * SECOND_NS
    upkeep.notice(NOW_NS)
    upkeep.notice(moved_ns)
    upkeep.watch_over(moved_ns + 15 * SECOND_NS)
    assert node.state is State.LIVE
    upkeep.watch_over(moved_ns + 15 * SECOND_NS + 1)
    assert node.state is State.STALE


def test_a_node_that_samples_seldom_is_not_stale_between_its_samples() -> None:
    fleet = Fleet(10, 10, 10)
    node, upkeep = connected(fleet, "a"), Upkeep(fleet, 10, 10**9)
    fill(node, 2, NOW_NS, step_ns=60 * SECOND_NS)
    upkeep.watch_over(NOW_NS + 180 * SECOND_NS)
    assert node.state is State.LIVE
    upkeep.watch_over(NOW_NS + 181 * SECOND_NS)
    assert node.state is State.STALE


@pytest.mark.parametrize("state", [State.OFFLINE, State.LEFT])
def test_a_node_without_a_stream_keeps_its_state(state: State) -> None:
    fleet = Fleet(10, 10, 10)
    node = connected(fleet, "a")
    node.stream = None
    fleet.enter(node, state, NOW_NS)
    Upkeep(fleet, 10, 10**9).watch_over(NOW_NS + 10**6 * SECOND_NS)
    assert node.state is state


def test_nothing_changes_while_nothing_changes() -> None:
    fleet = Fleet(10, 10, 10)
    connected(fleet, "a")
    version = fleet.version
    for second in range(10):
        Upkeep(fleet, 10, 10**9).watch_over(NOW_NS + second * SECOND_NS)
    assert fleet.version == version


def held_bytes(fleet: Fleet) -> int:
    return sum(node.ring.nbytes for node in fleet)


def test_many_nodes_share_the_memory() -> None:
    """Nodes join and report all the time; their rings shrink as the fleet grows."""
    columns = tuple(Column(f"custom.{number}") for number in range(40))
    memory, fleet = 10 << 20, Fleet(1000, 3600, 2000)
    upkeep = Upkeep(fleet, 3600, memory)
    for number in range(150):
        fleet.join(f"n{number}", 0)
        for each in fleet:
            fill(each, 20, NOW_NS, columns)
            each.ring.mark_flushed(each.ring.appended)
        upkeep.fit()
        assert held_bytes(fleet) <= memory
    assert min(len(node.ring) for node in fleet) >= 20
    assert held_bytes(fleet) > memory // 3  # and it is used
    assert fleet.capacity < 3600


def test_rows_in_no_file_are_not_given_up_for_memory() -> None:
    fleet = Fleet(10, 3600, 2000)
    node = fleet.join("a", 0)
    fill(node, 3000, NOW_NS)
    upkeep = Upkeep(fleet, 3600, 4096)
    upkeep.fit()
    assert len(node.ring) == 3000
    node.ring.mark_flushed(3000)
    upkeep.fit()
    assert len(node.ring) == node.ring.capacity
    assert 3000 < node.ring.nbytes <= 4096


def test_columns_that_have_gone_leave_the_ring() -> None:
    fleet = Fleet(10, 100, 2000)
    node, upkeep = fleet.join("a", 0), Upkeep(fleet, 100, 1 << 30)
    for number in range(1000):
        fill(node, 1, NOW_NS + number, (CPU, Column(f"custom.{number}")))
        node.ring.mark_flushed(node.ring.appended)
        upkeep.fit()
        assert len(node.ring.columns) <= 2 * (100 + 1) + 64 + 1
    assert len(node.ring) == 100
