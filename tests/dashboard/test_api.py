"""The JSON API, asked over HTTP, with a leader that is a script."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from dashboard.api import Api
from dashboard.client import LeaderClient, LeaderGoneError, Series
from dashboard.hub import Hub
from dashboard.mirror import Mirror
from mcp_telemetry.errors import UnknownNodeError
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.dashboard.making import SECOND, START, node, samples, series, update


class ScriptedLeader(LeaderClient):
    """Knows one node, and what it was asked last."""

    def __init__(self) -> None:
        super().__init__("127.0.0.1:1")
        self.is_gone = False
        self.asked: tuple[int, int, int] = (0, 0, 0)

    async def node(self, node_id: str) -> pb.Node:
        self._check(node_id)
        return node(node_id, region="eu")

    async def series(
        self, node_id: str, columns: Sequence[str], start_ns: int, end_ns: int, max_points: int = 0
    ) -> list[Series]:
        self._check(node_id)
        self.asked = (start_ns, end_ns, max_points)
        return [series("cpu.percent", [10, 20, 30]), series("requests{ping}", [1, 2, 3])]

    def _check(self, node_id: str) -> None:
        if self.is_gone:
            raise LeaderGoneError("the leader at 127.0.0.1:1 does not answer")
        if node_id != "a":
            raise UnknownNodeError(f"no node {node_id!r}: /api/nodes lists those there are")


@pytest.fixture
async def leader() -> ScriptedLeader:
    return ScriptedLeader()


@pytest.fixture
async def mirror(leader: ScriptedLeader) -> Mirror:
    mirror = Mirror(leader)
    mirror.has_synced = True
    row = {"cpu.percent": 12.5, "memory.percent": 50, "uptime_seconds": 9, "requests{a}": 3, "requests{b}": 4}
    mirror.take(update(node("b"), node("a"), samples=[samples("a", [row])]))
    return mirror


@pytest.fixture
async def http(leader: ScriptedLeader, mirror: Mirror) -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=[*Api(leader, mirror, Hub(lambda _: None)).routes()])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://dashboard") as client:
        yield client


async def get(http: httpx.AsyncClient, path: str, status: int = 200) -> Any:
    answer = await http.get(path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


async def test_nodes_are_ids(http: httpx.AsyncClient) -> None:
    assert await get(http, "/api/nodes") == ["a", "b"]


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
    assert leader.asked == (100 * SECOND, 200 * SECOND, 50)
    assert [row["cpu_percent"] for row in rows] == [10, 20, 30]
    assert set(rows[0]) == {"timestamp", "cpu_percent", "memory_percent", "disk_percent", "requests"}


async def test_history_is_the_last_day_and_every_sample_by_default(
    http: httpx.AsyncClient, leader: ScriptedLeader
) -> None:
    await get(http, "/api/metrics/history/a")
    start_ns, end_ns, max_points = leader.asked
    assert end_ns - start_ns == 86_400 * SECOND
    assert max_points == 0


@pytest.mark.parametrize("chart", ["cpu", "memory", "disk", "requests", "network", "disk_io"])
async def test_a_chart_is_a_figure_object(http: httpx.AsyncClient, chart: str) -> None:
    figure = await get(http, f"/api/charts/{chart}/a")
    assert set(figure) == {"data", "layout"}
    assert figure["layout"]["title"]["text"].endswith(" of a")


async def test_all_charts_of_a_node_in_one_answer(http: httpx.AsyncClient) -> None:
    answer = await get(http, "/api/nodes/a/charts?start=100&end=200")
    assert (answer["start"], answer["end"]) == (100_000, 200_000)
    assert set(answer["charts"]) >= {"cpu", "memory", "disk", "network", "requests"}


async def test_the_facts_of_a_node(http: httpx.AsyncClient) -> None:
    facts = await get(http, "/api/nodes/a")
    assert (facts["node_id"], facts["state"], facts["labels"]) == ("a", "live", {"region": "eu"})


@pytest.mark.parametrize(
    "path",
    [
        "/api/nodes/nobody",
        "/api/nodes/nobody/charts",
        "/api/metrics/history/nobody",
        "/api/metrics/history/..%2F..%2Fetc",
        "/api/charts/cpu/nobody",
        "/api/charts/cpu/%3Cscript%3E",
        "/api/charts/nothing/a",
        "/api/nothing",
        "/api/",
        "/api",
    ],
)
async def test_what_is_not_there_is_a_json_404(http: httpx.AsyncClient, path: str) -> None:
    assert list(await get(http, path, 404)) == ["error"]


@pytest.mark.parametrize("path", ["/api/metrics/history/a", "/api/charts/cpu/a", "/api/nodes/a/charts"])
async def test_a_bad_range_is_refused_with_the_remedy(http: httpx.AsyncClient, path: str) -> None:
    answer = await get(http, f"{path}?start=yesterday", 400)
    assert answer == {"error": "start is 'yesterday': want Unix seconds, for instance 1767225600"}


async def test_a_lost_leader_is_said_and_what_is_known_stays(http: httpx.AsyncClient, leader: ScriptedLeader) -> None:
    leader.is_gone = True
    assert "does not answer" in (await get(http, "/api/metrics/history/a", 503))["error"]
    assert await get(http, "/api/nodes") == ["a", "b"]


async def test_before_the_first_answer_of_the_leader_nothing_is_claimed(
    http: httpx.AsyncClient, mirror: Mirror
) -> None:
    mirror.has_synced = False
    assert "has not answered yet" in (await get(http, "/api/nodes", 503))["error"]
    assert (await get(http, "/healthz"))["leader"] == "connecting"


async def test_health_tells_what_is_going_on(http: httpx.AsyncClient, mirror: Mirror) -> None:
    mirror.refused = 3
    health = await get(http, "/healthz")
    assert health["status"] == "ok"
    assert (health["nodes"], health["refused"]) == (2, 3)
    assert (health["browsers"], health["dropped"]) == (0, 0)
