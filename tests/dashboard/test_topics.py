"""What travels over the live socket, with a leader that is a script."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import orjson
import pytest

from dashboard.client import LeaderClient, LeaderGoneError, Update
from dashboard.fleet import FleetState
from dashboard.mirror import Mirror
from dashboard.topics import FleetSource, NodeSource, StatusSource, source_of
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.dashboard.making import SECOND, START, node, samples, update


class ScriptedLeader(LeaderClient):
    """Plays one list of updates a watch, and then loses the connection; after the last list it stays silent."""

    def __init__(self, *watches: list[Update]) -> None:
        super().__init__("127.0.0.1:1")
        self._watches = list(watches)
        self.requests: list[pb.WatchRequest] = []

    async def watch(self, request: pb.WatchRequest) -> AsyncGenerator[Update, None]:
        self.requests.append(request)
        if not self._watches:
            await asyncio.Event().wait()
        for one in self._watches.pop(0):
            yield one
        raise LeaderGoneError("gone")


async def taken(source: Any, count: int) -> list[dict[str, Any]]:
    messages = []
    async with asyncio.timeout(5):
        async for text in source.updates():
            messages.append(orjson.loads(text))
            if len(messages) == count:
                break
    return messages


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


async def test_the_fleet_sends_changes_and_everything_when_the_leader_came_back() -> None:
    leader = ScriptedLeader()
    mirror = Mirror(leader)
    mirror.take(update(node("a"), samples=[samples("a", ROWS)]))
    source = FleetSource(FleetState(mirror), leader, 0.01)
    assert orjson.loads(source.opening())["nodes"][0]["row"][0] == "a"
    updates = source.updates()
    assert orjson.loads(await anext(updates))["kind"] == "delta"
    mirror.generation += 1
    assert orjson.loads(await anext(updates))["kind"] == "full"
    assert [request.live for request in leader.requests] == [True], "nodes report at once while somebody looks"
    await updates.aclose()


class FailingLeader(ScriptedLeader):
    """Its first watch ends with an error nobody expects, the second stays silent."""

    def __init__(self) -> None:
        super().__init__()
        self.was_asked_again = asyncio.Event()

    async def watch(self, request: pb.WatchRequest) -> AsyncGenerator[Update, None]:
        self.requests.append(request)
        if len(self.requests) == 1:
            raise KeyError("a defect")
        self.was_asked_again.set()
        await asyncio.Event().wait()
        yield update()


async def test_nodes_are_kept_live_after_an_unexpected_error(caplog: pytest.LogCaptureFixture) -> None:
    leader = FailingLeader()
    updates = FleetSource(FleetState(Mirror(leader)), leader, 0.01).updates()
    await anext(updates)
    await asyncio.wait_for(leader.was_asked_again.wait(), 5)
    await updates.aclose()
    assert "a defect" in caplog.text


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
