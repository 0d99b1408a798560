"""The header figures and what of the table is sent when."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterable
from typing import Any

import pytest

from dashboard import fleet as module
from dashboard.cells import CELLS
from dashboard.client import LeaderClient
from dashboard.fleet import FleetState, stretch, totals
from dashboard.mirror import NOTHING, SPARK_BUCKETS, Mirror, NodeView
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


def moved(mirror: Mirror, **cpu: float) -> None:
    new = [samples(name, [{"cpu.percent": percent}], START + SECOND) for name, percent in cpu.items()]
    mirror.take(update(samples=new))


def told(cells: dict[str, Any], name: str) -> dict[int, float]:
    """Cells of a message by number of node."""
    numbers, number = [], -1
    for gap in cells[name][0]:
        number += gap + 1
        numbers.append(number)
    return dict(zip(numbers, cells[name][1], strict=True))


async def test_totals_are_over_the_nodes_that_live(mirror: Mirror) -> None:
    figures = totals(mirror.nodes.values())
    assert (figures["live"], figures["nodes"], figures["left"]) == (2, 3, 0)
    assert (figures["cpu"], figures["cpu_max"], figures["cpu_worst"]) == (30, 40, "b")
    assert (figures["memory"], figures["memory_max"], figures["memory_worst"]) == (50, 50, "a")
    assert figures["requests"] is None, "nobody knows a rate after one sample"


async def test_totals_tell_who_said_goodbye_from_who_is_missed(mirror: Mirror) -> None:
    mirror.take(update(node("b", pb.LEFT)))
    figures = totals(mirror.nodes.values())
    assert (figures["nodes"], figures["live"], figures["left"]) == (3, 1, 1)


async def test_totals_of_an_empty_fleet_are_unknown_not_zero() -> None:
    figures = totals([])
    assert figures["nodes"] == 0
    assert (figures["cpu"], figures["cpu_worst"], figures["requests"]) == (None, None, None)


async def test_the_opening_tells_everything_by_number(mirror: Mirror) -> None:
    opening = FleetState(mirror).opening()
    assert [(number, facts["id"]) for number, facts in opening["nodes"]] == [(0, "a"), (1, "b"), (2, "c")]
    assert opening["nodes"][0][1]["labels"] == {"region": "eu"}
    assert set(opening["cells"]) == set(CELLS)
    assert told(opening["cells"], "cpu") == {0: 20, 1: 40, 2: 100}
    assert told(opening["cells"], "state") == {0: 0, 1: 0, 2: 2}


async def test_lines_of_the_opening_end_now(mirror: Mirror) -> None:
    mirror.nodes["c"].last_seen_ms = mirror.leader_now_ms() - 20_000
    sparks = base64.b64decode(FleetState(mirror).opening()["sparks"])
    lines = [sparks[start : start + SPARK_BUCKETS] for start in range(0, len(sparks), SPARK_BUCKETS)]
    assert [line[-1] for line in lines] == [20, 40, NOTHING]
    assert lines[2][-11] == 100, "10 moments of 2 s ago"


async def test_after_the_opening_only_what_changed_is_sent(mirror: Mirror) -> None:
    state = FleetState(mirror)
    state.opening()
    assert (state.delta(is_whole=True)["nodes"], state.delta(is_whole=True)["cells"]) == ([], {})
    moved(mirror, b=41)
    assert state.delta(is_whole=True)["cells"]["cpu"] == [[1], [41]]
    assert state.delta(is_whole=True)["cells"] == {}


async def test_a_second_opening_takes_nothing_from_those_who_had_one(mirror: Mirror) -> None:
    state = FleetState(mirror)
    state.opening()
    moved(mirror, b=41)
    state.opening()
    assert state.delta(is_whole=True)["cells"]["cpu"] == [[1], [41]]


async def test_between_whole_deltas_new_states_are_told_and_figures_wait(mirror: Mirror) -> None:
    state = FleetState(mirror)
    state.opening()
    moved(mirror, a=21)
    mirror.take(update(node("b", pb.STALE), node("d")))
    between = state.delta(is_whole=False)
    assert [number for number, _ in between["nodes"]] == [1, 3]
    assert told(between["cells"], "state") == {1: 1, 3: 0}
    assert told(between["cells"], "cpu") == {3: None}
    assert told(state.delta(is_whole=True)["cells"], "cpu") == {0: 21}


async def test_when_nobody_looks_the_next_opening_is_a_new_beginning(mirror: Mirror) -> None:
    state = FleetState(mirror)
    state.opening()
    state.forget()
    moved(mirror, b=41)
    state.opening()
    assert state.delta(is_whole=True)["cells"] == {}


@pytest.mark.parametrize(("nodes", "every"), [(0, 1), (1000, 1), (1001, 2), (2000, 2), (2001, 4), (10_000, 16)])
def test_a_large_fleet_is_told_less_often(nodes: int, every: int) -> None:
    assert stretch(nodes) == every


async def test_lost_snapshots_are_summed_over_all_nodes() -> None:
    mirror = Mirror(LeaderClient("127.0.0.1:1"))
    lossy = node("a")
    lossy.counts.CopyFrom(pb.NodeCounts(gaps=2, dropped=3, rejected=4, duplicates=100))
    mirror.take(update(lossy))
    opening = FleetState(mirror).opening()
    assert opening["totals"]["lost"] == 9
    assert opening["nodes"][0][1]["losses"] == [2, 3, 4]
    assert opening["cells"]["lost"] == [[0], [9]]


async def test_what_went_wrong_at_the_leader_is_told_and_nothing_else() -> None:
    mirror = Mirror(LeaderClient("127.0.0.1:1"))
    mirror.health = pb.LeaderHealth(start_unix_nano=START, journal_bytes=99, coalesced_samples=5)
    assert FleetState(mirror).opening()["faults"] == {"since": START // 1_000_000, "texts": []}
    mirror.health = pb.LeaderHealth(start_unix_nano=START, damaged_files=1)
    (text,) = FleetState(mirror).delta(is_whole=True)["faults"]["texts"]
    assert text.startswith("1 file could not be read")


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
    opening = state.opening()
    assert opening["history"][0]["live"] == 2
    assert opening["moments"] == len(opening["history"])
    assert "a defect" in caplog.text


async def test_nodes_that_are_gone_are_told_before_one_that_takes_their_number(mirror: Mirror) -> None:
    state = FleetState(mirror)
    state.opening()
    mirror.take(update(node("d"), forgotten=["b"], samples=[samples("d", [{"cpu.percent": 40}])]))
    delta = state.delta(is_whole=False)
    assert (delta["gone"], [(number, facts["id"]) for number, facts in delta["nodes"]]) == ([1], [(1, "d")])
    assert told(delta["cells"], "cpu") == {1: 40}, "told, although b had the same"
    assert delta["totals"]["nodes"] == 3
    assert (state.delta(is_whole=True)["gone"], state.delta(is_whole=True)["cells"]) == ([], {})


async def test_who_comes_while_a_number_is_free_has_all_that_others_have(mirror: Mirror) -> None:
    state = FleetState(mirror)
    state.opening()
    mirror.take(update(forgotten=["a"]))
    opening = state.opening()
    assert [(number, facts["id"]) for number, facts in opening["nodes"]] == [(1, "b"), (2, "c")]
    assert told(opening["cells"], "cpu") == {1: 40, 2: 100}
    assert len(base64.b64decode(opening["sparks"])) == 2 * SPARK_BUCKETS
    assert (state.delta(is_whole=True)["gone"], state.delta(is_whole=True)["cells"]) == ([0], {})
    moved(mirror, c=99)
    assert told(state.delta(is_whole=True)["cells"], "cpu") == {2: 99}


async def test_one_that_is_gone_before_anybody_was_told_of_it_moves_no_other(mirror: Mirror) -> None:
    state = FleetState(mirror)
    state.opening()
    mirror.take(update(node("d"), node("e")))
    mirror.take(update(forgotten=["d"]))
    delta = state.delta(is_whole=True)
    assert (delta["gone"], [number for number, _ in delta["nodes"]]) == ([3], [4])
    assert state.delta(is_whole=True)["cells"] == {}
