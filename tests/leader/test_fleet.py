from __future__ import annotations

import json

import numpy as np
import pytest

from mcp_telemetry.errors import OverloadedError, TelemetryError
from mcp_telemetry.leader import fleet as fleet_module
from mcp_telemetry.leader.fleet import Counts, Fleet, Node, State
from mcp_telemetry.leader.intake import apply_goodbye, apply_hello
from mcp_telemetry.model.columns import Column
from mcp_telemetry.v1 import metrics_pb2 as pb

SECOND_NS = 10**9


def new_fleet(max_nodes: int = 3) -> Fleet:
    return Fleet(max_nodes, capacity=10, max_columns=10)


def greeted(fleet: Fleet, node_id: str = "a", instance_id: str = "i1", at_s: int = 5) -> Node:
    said = pb.Hello(node_id=node_id, instance_id=instance_id, time_unix_nano=(at_s + 2) * SECOND_NS)
    said.host.hostname = f"host of {node_id}"
    said.labels.add(name="zone", value="eu")
    return apply_hello(fleet, said, at_s * SECOND_NS)


class Connected:
    """In a stream's place."""

    def end(self, error: TelemetryError) -> None: ...
    def direct(self, pace: pb.Pace) -> None: ...
    def durable_moved(self) -> None: ...


def test_it_takes_so_many_nodes_and_then_only_those_it_knows() -> None:
    fleet = new_fleet(max_nodes=2)
    first, second = fleet.join("a", 1), fleet.join("b", 2)
    first.stream = second.stream = Connected()
    with pytest.raises(OverloadedError, match="2 nodes are here: raise --max-nodes"):
        fleet.join("c", 3)
    assert fleet.join("a", 4) is first
    assert (first.first_seen_ns, len(fleet), fleet.get("c"), fleet.forgotten) == (1, 2, None, 0)
    assert fleet.recall("c", 5) in fleet


def test_the_node_away_longest_makes_room_but_none_with_rows_in_no_file() -> None:
    fleet, told = new_fleet(max_nodes=3), list[str]()
    fleet.on_forget = told.append
    for name, seen in (("unwritten", 1), ("old", 2), ("here", 3)):
        fleet.join(name, 0).last_seen_ns = seen
    here, unwritten = fleet.get("here"), fleet.get("unwritten")
    assert here is not None and unwritten is not None
    here.stream = Connected()
    one = np.ones(1, np.int64)
    unwritten.ring.append((Column("cpu.percent"),), one, one, np.ones((1, 1)), "i1")
    fleet.join("new", 4)
    assert {node.node_id for node in fleet} == {"unwritten", "here", "new"}
    assert (told, fleet.forgotten) == (["old"], 1)


def test_each_change_has_its_version() -> None:
    fleet = new_fleet()
    node = greeted(fleet)
    before = node.version
    fleet.enter(node, State.LIVE, 9)
    assert node.version == before == fleet.version
    apply_goodbye(fleet, node, 7 * SECOND_NS)
    assert node.version == before + 1 == fleet.version
    assert (node.state, node.state_since_ns) == (State.LEFT, 7 * SECOND_NS)


def test_a_node_remembers_its_newest_instances() -> None:
    node = greeted(new_fleet())
    for number in range(2, 40):
        node.durable["i1"] = 100
        node.remember(f"i{number}", 0)
        node.remember("i1", 0)
    assert list(node.durable) == [*(f"i{number}" for number in range(25, 40)), "i1"]
    assert node.durable["i1"] == 100
    assert set(node.taken) == set(node.durable) >= node.fresh


def test_late_commits_of_forgotten_instances_do_not_fill_memory() -> None:
    node = greeted(new_fleet())
    for number in range(100):
        node.durable[f"late{number}"] = 1
    node.remember("i2", 0)
    assert len(node.durable) == 16


def test_an_instance_not_met_before_begins_where_it_says() -> None:
    node = greeted(new_fleet())
    node.remember("i2", 41)
    assert (node.durable["i2"], node.taken["i2"], node.is_first("i2")) == (41, 41, True)
    node.taken["i2"] = 45
    assert not node.is_first("i2")


def test_a_checkpoint_holds_all_but_rows() -> None:
    fleet = new_fleet()
    node = greeted(fleet)
    node.durable["i1"] = node.taken["i1"] = 17
    node.counts = Counts(stored=1, gaps=2, dropped=3, rejected=4, duplicates=5, late=2**70)
    apply_goodbye(fleet, greeted(fleet, "b"), 9 * SECOND_NS)
    again = new_fleet(max_nodes=1)
    again.load(json.loads(json.dumps(fleet.dump())))
    assert [each.message() for each in again] == [each.message() for each in fleet]
    assert again.dump() == fleet.dump()
    loaded = again.get("a")
    assert loaded is not None
    assert (dict(loaded.taken), loaded.counts) == ({"i1": 17}, node.counts)


def test_what_the_query_service_shows() -> None:
    node = greeted(new_fleet())
    node.durable["i1"] = 4
    shown = node.message()
    assert (shown.node_id, shown.state, shown.instance_id, shown.durable_sequence) == ("a", pb.LIVE, "i1", 4)
    assert (shown.host.hostname, shown.labels[0].value, shown.clock_offset_ms) == ("host of a", "eu", 2000)
    assert shown.first_seen_unix_nano == shown.last_seen_unix_nano == shown.state_since_unix_nano == 5 * SECOND_NS


def test_a_count_beyond_its_message_s_number_is_shown_as_the_largest() -> None:
    assert Counts(gaps=2**64 + 5, late=7).message() == pb.NodeCounts(gaps=2**64 - 1, late=7)


def test_who_follows_it_learns_which_nodes_were_given_up_as_long_as_they_are_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fleet_module, "_FORGOTTEN_REMEMBERED", 3)
    fleet = new_fleet(max_nodes=1)
    assert fleet.forgotten_since(0) == []
    for name in "abcd":
        fleet.join(name, 1)
    assert (fleet.forgotten, fleet.forgotten_since(1), fleet.forgotten_since(0)) == (3, ["b", "c"], ["a", "b", "c"])
    fleet.join("e", 1)
    assert (fleet.forgotten_since(4), fleet.forgotten_since(1)) == ([], ["b", "c", "d"])
    assert fleet.forgotten_since(0) is None
