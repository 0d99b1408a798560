"""The topic of the fleet, with a leader that is a script."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import orjson
import pytest

from dashboard import fleet as fleet_module
from dashboard.client import Update
from dashboard.fleet import FleetState
from dashboard.fleet_topic import FleetSource
from dashboard.mirror import Mirror
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.dashboard.making import START, node, samples, update
from tests.dashboard.scripted_leader import ScriptedLeader

ROWS = [{"cpu.percent": 10, "requests{ping}": 5}, {"cpu.percent": 20, "requests{ping}": 8}]


async def test_it_sends_changes_and_everything_when_the_leader_came_back() -> None:
    leader = ScriptedLeader()
    mirror = Mirror(leader)
    mirror.take(update(node("a"), samples=[samples("a", ROWS)]))
    source = FleetSource(FleetState(mirror), leader, 0.01)
    assert orjson.loads(source.opening())["nodes"][0][1]["id"] == "a"
    updates = source.updates()
    delta = orjson.loads(await anext(updates))
    assert (delta["topic"], delta["kind"], delta["cells"]) == ("fleet", "delta", {})
    mirror.generation += 1
    assert orjson.loads(await anext(updates))["kind"] == "full"
    assert [request.live for request in leader.requests] == [True], "nodes report at once while somebody looks"
    await updates.aclose()


async def test_a_large_fleet_has_header_figures_each_time_and_cells_now_and_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fleet_module, "_MOST_ROWS_PER_S", 1)
    leader = ScriptedLeader()
    mirror = Mirror(leader)
    mirror.take(update(node("a"), node("b")))
    source = FleetSource(FleetState(mirror), leader, 0.01)
    source.opening()
    updates = source.updates()
    has_cells = []
    for percent in range(4):
        mirror.take(update(samples=[samples("a", [{"cpu.percent": percent}], START + percent)]))
        message = orjson.loads(await anext(updates))
        assert message["totals"]["cpu"] == percent
        has_cells.append("cpu" in message["cells"])
    assert has_cells == [True, False, True, False]
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
