"""The header figures and rows."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from dashboard import fleet as module
from dashboard.client import LeaderClient
from dashboard.fleet import FleetState, totals
from dashboard.mirror import Mirror, NodeView
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.dashboard.making import SECOND, START, node, samples, update


@pytest.fixture
async def mirror() -> Mirror:
    mirror = Mirror(LeaderClient("127.0.0.1:1"))
    first = [
        samples("a", [{"cpu.percent": 20, "memory.percent": 50, "requests{x}": 0}]),
        samples("b", [{"cpu.percent": 40, "requests{x}": 0}]),
        samples("c", [{"cpu.percent": 100, "requests{x}": 0}]),
    ]
    mirror.take(update(node("a", region="eu"), node("b"), node("c", pb.OFFLINE), samples=first))
    return mirror


async def test_totals_are_over_the_nodes_that_live(mirror: Mirror) -> None:
    figures = totals(mirror.nodes.values())
    assert (figures["live"], figures["nodes"]) == (2, 3)
    assert (figures["cpu"], figures["cpu_max"]) == (30, 40)
    assert (figures["memory"], figures["memory_max"]) == (50, 50)
    assert figures["requests"] is None, "nobody knows a rate after one sample"


async def test_a_moment_that_fails_is_told_and_the_next_is_remembered(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    remembered = asyncio.Event()
    calls: list[int] = []

    def at_first_broken(views: Iterable[NodeView]) -> dict[str, Any]:
        calls.append(1)
        if len(calls) == 1:
            raise KeyError("a defect")
        remembered.set()
        return totals(views)

    monkeypatch.setattr(module, "totals", at_first_broken)
    monkeypatch.setattr(module, "_MOMENT_S", 0.01)
    mirror.is_live = True
    state = FleetState(mirror)
    running = asyncio.create_task(state.run())
    await asyncio.wait_for(remembered.wait(), 5)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert state.full()["history"][0]["live"] == 2
    assert "a defect" in caplog.text


async def test_totals_of_an_empty_fleet_are_unknown_not_zero() -> None:
    figures = totals([])
    assert figures["nodes"] == 0
    assert figures["cpu"] is None
    assert figures["requests"] is None


async def test_whole_rows_first_then_only_what_changed(mirror: Mirror) -> None:
    state = FleetState(mirror)
    full = state.full()
    assert [row["row"][0] for row in full["nodes"]] == ["a", "b", "c"]
    assert full["nodes"][0]["labels"] == {"region": "eu"}
    state.delta()
    mirror.take(update(samples=[samples("b", [{"cpu.percent": 41, "requests{x}": 3}], START + SECOND)]))
    delta = state.delta()
    assert delta["nodes"] == []
    time_ms = START // 1_000_000 + 1000
    assert delta["rows"] == [["b", "live", time_ms, START // 1_000_000, 41, None, None, 3, None]]


async def test_lost_snapshots_are_summed_over_all_nodes() -> None:
    mirror = Mirror(LeaderClient("127.0.0.1:1"))
    lossy = node("a")
    lossy.counts.CopyFrom(pb.NodeCounts(gaps=2, dropped=3, rejected=4, duplicates=100))
    mirror.take(update(lossy))
    assert totals(mirror.nodes.values())["lost"] == 9
    (row,) = FleetState(mirror).full()["nodes"]
    losses = row["losses"]
    assert (losses["lost"], losses["gaps"], losses["dropped"], losses["rejected"]) == (9, 2, 3, 4)


async def test_what_went_wrong_at_the_leader_is_told_and_nothing_else() -> None:
    mirror = Mirror(LeaderClient("127.0.0.1:1"))
    mirror.health = pb.LeaderHealth(start_unix_nano=START, journal_bytes=99, coalesced_samples=5)
    assert FleetState(mirror).full()["faults"] == {"since": START // 1_000_000, "texts": []}
    mirror.health = pb.LeaderHealth(start_unix_nano=START, damaged_files=1)
    (text,) = FleetState(mirror).delta()["faults"]["texts"]
    assert text.startswith("1 file could not be read")
