"""The newest figures, and those of the past."""

from __future__ import annotations

import httpx

from tests.dashboard.api.scripted import ScriptedLeader, get
from tests.dashboard.making import SECOND, START, series


async def test_the_summary_has_the_newest_figures_of_nodes_that_sent_some(http: httpx.AsyncClient) -> None:
    assert await get(http, "/api/metrics/summary") == [
        {
            "node_id": "a",
            "timestamp": START / SECOND,
            "cpu_percent": 12.5,
            "memory_percent": 50,
            "disk_percent": None,
            "uptime": 9,
            "requests": 7,
        }
    ]


async def test_history_is_rows_of_the_asked_stretch(http: httpx.AsyncClient, leader: ScriptedLeader) -> None:
    rows = await get(http, "/api/metrics/history/a?start=100&end=200&max_points=50")
    (asked,) = leader.asked
    assert (asked.start_unix_nano, asked.end_unix_nano) == (100 * SECOND, 200 * SECOND)
    assert [row["cpu_percent"] for row in rows] == [10, 20, 30]
    assert set(rows[0]) == {"timestamp", "cpu_percent", "memory_percent", "disk_percent", "requests"}


async def test_history_is_the_last_day_and_every_sample_by_default(
    http: httpx.AsyncClient, leader: ScriptedLeader
) -> None:
    await get(http, "/api/metrics/history/a")
    (asked,) = leader.asked
    assert asked.end_unix_nano - asked.start_unix_nano == 86_400 * SECOND
    assert asked.max_points == 0


async def test_a_history_of_many_rows_is_whole(http: httpx.AsyncClient, leader: ScriptedLeader) -> None:
    leader.answer = [series("cpu.percent", list(range(12_345)))]
    rows = await get(http, "/api/metrics/history/a")
    assert [row["cpu_percent"] for row in rows] == list(range(12_345))
