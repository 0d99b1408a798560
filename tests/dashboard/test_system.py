"""What the system page is sent, made of a mirror that was fed by hand."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest

from dashboard import system
from dashboard.client import LeaderClient
from dashboard.mirror import Mirror
from dashboard.system import SystemSource, fleet_losses
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.dashboard.making import START, node, samples, update

HUB = {"browsers": 2, "topics": 3, "dropped": 4}


async def fed_mirror() -> Mirror:
    mirror = Mirror(LeaderClient("127.0.0.1:1"))
    lossy = node("lossy", pb.OFFLINE)
    lossy.counts.CopyFrom(pb.NodeCounts(stored=10, gaps=1, dropped=2, rejected=3))
    mirror.take(update(node("a"), lossy, samples=[samples("a", [{"cpu.percent": 1.0}])]))
    mirror.take_health(pb.LeaderHealth(start_unix_nano=START, version="1", journal_bytes=5, disk_refuses=True))
    return mirror


async def test_a_page_that_opens_gets_all_with_the_last_hour() -> None:
    mirror = await fed_mirror()
    message = orjson.loads(SystemSource(mirror, "host:1", lambda: HUB).opening())
    assert (message["topic"], message["kind"]) == ("system", "full")
    leader = message["leader"]
    assert (leader["address"], leader["version"], leader["journal_bytes"]) == ("host:1", "1", 5)
    assert leader["faults"] == ["The disk refuses writes right now: make room, or mend it."]
    assert leader["figures"]["journal_bytes"] == 5
    assert leader["figures"]["lag_ms"] is not None
    assert leader["dashboard"].items() >= HUB.items()
    assert leader["dashboard"]["resident_bytes"] > 1 << 20
    assert message["history"].keys() == message["step"].keys()
    assert message["step_ms"] * message["last_step"] <= message["now"]


async def test_what_follows_has_no_history(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "_EVERY_S", 0.01)
    mirror = await fed_mirror()
    updates = SystemSource(mirror, "host:1", lambda: HUB).updates()
    message: dict[str, Any] = orjson.loads(await asyncio.wait_for(anext(updates), 5))
    assert mirror.health_readers == 1, "while somebody looks the leader is asked more often"
    await updates.aclose()
    assert mirror.health_readers == 0
    assert message["kind"] == "delta"
    assert "history" not in message
    assert message["leader"]["disk_refuses"] is True


async def test_a_leader_never_heard_of_is_all_dashes_and_no_error() -> None:
    mirror = Mirror(LeaderClient("127.0.0.1:1"))
    message = orjson.loads(SystemSource(mirror, "host:1", lambda: HUB).opening())
    assert (message["history"], message["step"]) == ({}, {})


async def test_losses_are_summed_and_the_worst_nodes_named() -> None:
    mirror = await fed_mirror()
    for number in range(20):
        loser = node(f"n{number:02d}")
        loser.counts.gaps = number
        mirror.take(update(loser))
    losses = fleet_losses(mirror.nodes.values())
    assert losses["total"]["lost"] == 6 + sum(range(20))
    assert losses["nodes"] == 20
    assert [loser["node_id"] for loser in losses["worst"]][:2] == ["n19", "n18"]
    assert len(losses["worst"]) == 10
    assert losses["worst"][0] == {
        "node_id": "n19",
        "state": "live",
        "lost": 19,
        "gaps": 19,
        "dropped": 0,
        "rejected": 0,
    }, "how much is stored is as old as the last change of a node"


async def test_what_may_go_wrong_soon_is_said_with_a_remedy() -> None:
    mirror = await fed_mirror()
    slow = pb.LeaderHealth(start_unix_nano=START, commit_seconds=1.5, loop_delay_seconds=0.7)
    mirror.take_health(slow)
    warnings = orjson.loads(SystemSource(mirror, "host:1", lambda: HUB).opening())["leader"]["warnings"]
    assert [warning.split(":")[0] for warning in warnings] == [
        "The leader was 700 ms late",
        "The disk took 1500 ms for the last commit",
    ]


async def test_a_disk_that_is_full_tomorrow_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    mirror = await fed_mirror()
    monkeypatch.setattr(mirror.vitals, "disk_full_in_s", lambda: 86_400.0)
    leader = orjson.loads(SystemSource(mirror, "host:1", lambda: HUB).opening())["leader"]
    assert leader["disk_full_in_s"] == 86_400
    assert leader["warnings"] == ["The disk is full in about 24 h: make room, or keep less (--raw-limit)."]
