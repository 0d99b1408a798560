"""What travels over the live socket, with a leader that is a script."""

from __future__ import annotations

import orjson
import pytest

from dashboard.fleet import FleetState
from dashboard.mirror import Mirror
from dashboard.topics import NodeSource, StatusSource, source_of
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.dashboard.making import SECOND, START, node, samples, update
from tests.dashboard.scripted_leader import ScriptedLeader, taken

ROWS = [{"cpu.percent": 10.12345, "requests{ping}": 5}, {"cpu.percent": 20, "requests{ping}": 8}]


async def test_a_node_sends_points_with_rates_and_facts() -> None:
    rows = [row | {"cpu.load_1m": 0.5} for row in ROWS]
    leader = ScriptedLeader([update(samples=[samples("a", rows)])])
    (message,) = await taken(NodeSource("node/a", "a", leader, 1.0), 1)
    assert message == {
        "topic": "node/a",
        "kind": "append",
        "t": [START // 1_000_000, START // 1_000_000 + 1000],
        "charts": {"cpu": {"CPU": [10.123, 20]}, "requests": {"ping": [None, 3]}},
        "facts": {"load_1m": 0.5},
    }


async def test_a_node_is_watched_at_full_rate_and_only_for_what_is_drawn() -> None:
    leader = ScriptedLeader([update(node("a"))])
    await taken(NodeSource("node/a", "a", leader, 0.5), 1)
    (request,) = leader.requests
    assert request.live
    assert (list(request.node_ids), request.interval_ms) == (["a"], 500)
    assert "cpu.percent" in request.columns
    assert request.backfill_ms > 0


async def test_after_a_lost_leader_the_window_is_fetched_anew() -> None:
    one = update(samples=[samples("a", ROWS)])
    again = update(samples=[samples("a", ROWS, START + 60 * SECOND)])
    messages = await taken(NodeSource("node/a", "a", ScriptedLeader([one], [again]), 1.0), 3)
    assert [message["kind"] for message in messages] == ["append", "open", "append"]


async def test_a_new_state_is_told() -> None:
    (message,) = await taken(NodeSource("node/a", "a", ScriptedLeader([update(node("a", pb.LEFT))]), 1.0), 1)
    assert message["state"] == "left"


async def test_the_status_is_told() -> None:
    mirror = Mirror(ScriptedLeader())
    message = orjson.loads(StatusSource(mirror, "leader.example:50051").opening())
    assert (message["leader"], message["address"]) == ("connecting", "leader.example:50051")


@pytest.mark.parametrize("name", ["", "node", "node/", "node/../x", "fleet/x", "node/<b>", "else"])
async def test_a_name_that_means_nothing_has_no_source(name: str) -> None:
    mirror = Mirror(ScriptedLeader())
    assert source_of(name, ScriptedLeader(), mirror, FleetState(mirror), 1.0) is None


async def test_the_names_that_mean_something() -> None:
    mirror = Mirror(ScriptedLeader())
    for name in ("status", "fleet", "node/a"):
        assert source_of(name, ScriptedLeader(), mirror, FleetState(mirror), 1.0) is not None
