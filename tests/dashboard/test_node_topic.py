"""What travels over the live socket about one node, with a leader that is a script."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from types import SimpleNamespace

import pytest

from dashboard import node_topic
from dashboard.client import Update
from dashboard.facts import node_facts
from dashboard.node_topic import MOST_COLUMNS, NodeSource
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.dashboard.making import SECOND, START, node, samples, update
from tests.dashboard.scripted_leader import ScriptedLeader, taken

ROWS = [{"cpu.percent": 10.12345678, "requests{ping}": 5}, {"cpu.percent": 20, "requests{ping}": 8}]


def source(*watches: list[Update]) -> NodeSource:
    return NodeSource("node/a", "a", ScriptedLeader(*watches), 1.0)


async def test_points_come_by_column_with_rates_and_facts() -> None:
    rows = [row | {"cpu.load_1m": 0.5} for row in ROWS]
    (message,) = await taken(source([update(samples=[samples("a", rows)])]), 1)
    assert message == {
        "topic": "node/a",
        "kind": "append",
        "t": [START // 1_000_000, START // 1_000_000 + 1000],
        "columns": {"cpu.percent": [10.1235, 20], "requests{ping}": [None, 3], "cpu.load_1m": [0.5, 0.5]},
        "facts": {"load_1m": 0.5},
    }


async def test_small_values_are_told() -> None:
    (message,) = await taken(source([update(samples=[samples("a", [{"custom.share": 0.00000034567891}])])]), 1)
    assert message["columns"] == {"custom.share": [0.000000345679]}


async def test_a_counter_that_starts_again_has_no_negative_rate_and_one_that_is_absent_none() -> None:
    rows: list[dict[str, float]] = [{"requests": 5}, {"requests": 2}, {"cpu.percent": 1}, {"requests": 6}]
    (message,) = await taken(source([update(samples=[samples("a", rows)])]), 1)
    assert message["columns"]["requests"] == [None, 2, None, 2]
    assert message["columns"]["cpu.percent"] == [None, None, 1, None]


async def test_buckets_and_what_has_no_value_do_not_travel() -> None:
    rows = [{"operation.duration_bucket{tools/call,x,0.1}": 5.0, "custom.wait.bucket{at_most=1}": 3.0, "requests": 1.0}]
    (message,) = await taken(source([update(samples=[samples("a", rows)])]), 1)
    assert message["columns"] == {}


async def test_a_node_with_countless_columns_sends_a_bounded_number() -> None:
    row = {f"custom.gauge{{n={number}}}": 1.0 for number in range(MOST_COLUMNS + 9)}
    (message,) = await taken(source([update(samples=[samples("a", [row])])]), 1)
    assert len(message["columns"]) == MOST_COLUMNS


async def test_a_node_is_watched_at_full_rate() -> None:
    leader = ScriptedLeader([update(node("a"))])
    await taken(NodeSource("node/a", "a", leader, 0.5), 1)
    (request,) = leader.requests
    assert request.live
    assert (list(request.node_ids), request.interval_ms) == (["a"], 500)
    assert request.backfill_ms > 0


async def test_after_a_lost_leader_the_window_is_fetched_anew() -> None:
    one = update(samples=[samples("a", ROWS)])
    again = update(samples=[samples("a", ROWS, START + 60 * SECOND)])
    messages = await taken(source([one], [again]), 3)
    assert [message["kind"] for message in messages] == ["append", "open", "append"]


async def test_what_changed_about_the_node_is_told_with_all_its_facts() -> None:
    moved = node("a", pb.LEFT, region="us")
    moved.address = "ipv4:127.0.0.1:4711"
    (message,) = await taken(source([update(moved)]), 1)
    assert message == {"topic": "node/a", "kind": "append", "node": node_facts(moved)}
    assert (message["node"]["state"], message["node"]["labels"]) == ("left", {"region": "us"})


async def test_what_happens_is_told() -> None:
    event = pb.Event(id=7, time_unix_nano=START, node_id="a", kind=pb.GAP, count=3, detail="3 snapshots are missing")
    (message,) = await taken(source([Update([], [], 0, START, [event])]), 1)
    assert message["events"] == [
        {
            "id": 7,
            "time_ms": START // 1_000_000,
            "node_id": "a",
            "kind": "gap",
            "count": 3,
            "detail": "3 snapshots are missing",
        }
    ]


async def test_every_ten_seconds_the_facts_are_told_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = 1000.0

    class Leader(ScriptedLeader):
        async def node(self, node_id: str) -> pb.Node:
            return pb.Node(node_id=node_id, counts=pb.NodeCounts(stored=round(now_s)))

        async def watch(self, request: pb.WatchRequest) -> AsyncGenerator[Update, None]:
            nonlocal now_s
            async for one in super().watch(request):
                now_s += 4
                yield one

    monkeypatch.setattr(node_topic, "time", SimpleNamespace(monotonic=lambda: now_s))
    seconds = [update(samples=[samples("a", [row])]) for row in ROWS * 3]
    messages = await taken(NodeSource("node/a", "a", Leader(seconds), 1.0), 8)
    assert ["node" in message for message in messages] == [False, False, False, True, False, False, False, True]
    assert [message["node"]["stored"] for message in messages if "node" in message] == [1012, 1024]
