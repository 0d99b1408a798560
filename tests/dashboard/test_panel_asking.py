"""What is asked of a leader for areas of nodes, one by one."""

from __future__ import annotations

import asyncio

import pytest

from dashboard.client import LeaderClient, Series
from dashboard.panel_asking import Asked, ask
from dashboard.panel_figure import MAX_LINES
from dashboard.params import Range
from mcp_telemetry.errors import UnknownNodeError
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.dashboard.making import SECOND, START
from tests.dashboard.panel_making import START_MS, of_group, of_node, panel

WANTED = Range(START, START + 300 * SECOND, 1000)
Q = pb.QueryRangeRequest


class Leader(LeaderClient):
    """Knows nodes n0, n1, … with a line each, of which the later ones are higher; counts what it is asked at once."""

    def __init__(self, count: int) -> None:
        super().__init__("127.0.0.1:1")
        self._ids = [f"n{number}" for number in range(count)]
        self.asked: list[pb.QueryRangeRequest] = []
        self.running = self.peak = 0

    async def series(self, request: pb.QueryRangeRequest) -> list[Series]:
        self.asked.append(request)
        self.running += 1
        self.peak = max(self.peak, self.running)
        await asyncio.sleep(0)
        self.running -= 1
        found = [name for name in self._ids if not request.node_ids or name in request.node_ids]
        if not found:
            raise UnknownNodeError("no such node")
        if request.aggregate:
            return [of_group("cpu.percent", [self._ids.index(found[0]), 0])]
        return [of_node(name, "cpu.percent", [self._ids.index(name), 0]) for name in found]


async def areas(leader: Leader, query: str, nodes: int) -> dict[str, int]:
    asked = Asked.of(panel(f"column=cpu.percent&kind=stack{query}"), WANTED, START_MS + 400_000, nodes)
    return {one.head.node_id: one.head.step_ms for one in await ask(leader, asked)}


async def test_each_node_that_is_named_has_steps_of_its_own() -> None:
    leader = Leader(3)
    assert await areas(leader, "&node=n0&node=n2", 2) == {"n0": 5000, "n2": 5000}
    assert [(list(each.node_ids), each.aggregate) for each in leader.asked] == [(["n0"], Q.MEAN), (["n2"], Q.MEAN)]


async def test_of_all_nodes_the_highest_are_asked_for_a_few_at_a_time() -> None:
    leader = Leader(MAX_LINES + 6)
    found = await areas(leader, "", MAX_LINES + 6)
    assert [step_ms for name, step_ms in found.items() if int(name[1:]) < 6] == [0] * 6, "these are only counted"
    assert len(leader.asked) == 1 + MAX_LINES
    assert 1 < leader.peak <= 4


async def test_of_a_few_nodes_that_are_not_named_all_have_steps() -> None:
    assert await areas(Leader(3), "", 3) == {"n0": 5000, "n1": 5000, "n2": 5000}


async def test_a_node_that_nobody_knows_takes_nothing_from_the_others() -> None:
    assert await areas(Leader(1), "&node=n0&node=nobody", 2) == {"n0": 5000}
    with pytest.raises(UnknownNodeError):
        await areas(Leader(1), "&node=nobody&node=nowhere", 2)
